"""The real program as a process of its own, for tests that speak to it from outside."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

PROGRAM = str(Path(sys.executable).with_name("solvent"))
START_S, STOP_S = 60, 10


@dataclass(frozen=True)
class Office:
    """A running program: its process, its data directory and the address that it printed first."""

    process: subprocess.Popen[str]
    data: Path
    address: str

    def client(self) -> httpx2.Client:
        # A proxy of the environment must not stand between the test and its own machine.
        return httpx2.Client(base_url=self.address, trust_env=False, timeout=30)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_S)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SOLVENT_", "LC_", "LANG"))}
    return kept | {"LANG": "C.UTF-8", "HOME": str(home), "PYTHONUNBUFFERED": ""}


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        assert selector.select(START_S), "the program printed nothing"
    return process.stdout.readline().strip()


@contextlib.contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Office]:
    """Starts the program on `folder/data` and ends all of its process group at last."""
    data = folder / "data"
    process = subprocess.Popen(
        [PROGRAM, *arguments, "--data", str(data)],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        line = first_line(process)
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/e", line), line
        yield Office(process, data, line.removesuffix("/e"))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
