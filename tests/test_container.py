"""The container file's own commands, run in a fresh folder: what it copies is enough to install the demo and to start it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import httpx2

from tests.program import START_S, STOP_S, environment, first_line

ROOT = Path(__file__).parents[1]
INSTALL_S = 300


def steps() -> list[tuple[str, str]]:
    """The file's instructions in order."""
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    found = (re.fullmatch(r"([A-Z]+) (.+)", line) for line in lines if line and not line.startswith("#"))
    return [(match[1], match[2]) for match in found if match is not None]


def copy(arguments: str, folder: Path) -> None:
    *sources, target = arguments.split()
    for source in sources:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(ROOT / source, folder / target)


def test_what_the_image_would_install_and_start_shows_the_demo(tmp_path: Path) -> None:
    folder = tmp_path / "srv"
    folder.mkdir()
    around = environment(tmp_path) | {"PATH": os.environ["PATH"]}
    told = dict(steps())
    for name, arguments in steps():
        if name == "COPY":
            copy(arguments, folder)
        elif name == "RUN":
            done = subprocess.run(
                ["sh", "-c", arguments], cwd=folder, env=around, timeout=INSTALL_S, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
    command = [word.replace("/tmp/solvent-data", str(tmp_path / "data")) for word in json.loads(told["CMD"])]
    assert command[1] == "demo"
    process = subprocess.Popen(
        command, cwd=folder, env=around, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        address = first_line(process)
        assert httpx2.get(address, trust_env=False, timeout=START_S).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_S) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
