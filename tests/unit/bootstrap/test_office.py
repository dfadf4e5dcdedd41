from __future__ import annotations

import json
import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from solvent.adapters.datadir import DataDir
from solvent.base.errors import StartError
from solvent.bootstrap import office
from solvent.office.admin import Reloaded

pytestmark = pytest.mark.anyio


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The parent's end of a line; the office's is handed to it whatever descriptor it asks for. The test's process stays as it is."""
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(os, "umask", lambda _: 0)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(office, "inherited", lambda _: theirs)
    with ours, theirs:
        yield ours


def arguments(data: Path, *more: str) -> list[str]:
    return ["--parent", "3", "--listener", "4", "--gateway", "http://127.0.0.1:8400", "--data", str(data), *more]


def test_a_config_with_mistakes_is_told_to_the_parent(tmp_path: Path, line: socket.socket) -> None:
    config = tmp_path / "solvent.toml"
    config.write_text("[office\n")
    assert office.main(arguments(tmp_path, "--config", str(config))) == 3
    assert line.recv(4096).startswith(b"failed ")


def test_a_store_that_cannot_be_opened_is_told_to_the_parent(tmp_path: Path, line: socket.socket) -> None:
    directory = DataDir(tmp_path)
    for name in ("admin-token", "form-secret", "key-secret"):
        directory.secret(name)
    directory.close()
    (tmp_path / "solvent.db").mkdir()
    assert office.main(arguments(tmp_path)) == 3
    assert line.recv(4096).startswith(b"failed the store cannot be opened")


def test_the_admin_token_of_the_environment_goes_first(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)
    form, pepper = directory.secret("form-secret"), directory.secret("key-secret")
    kept = office._secrets(tmp_path, "from-outside")
    assert (kept.admin_token, kept.form, kept.pepper) == ("from-outside", form.encode(), pepper.encode())
    with pytest.raises(StartError, match="admin-token"):
        office._secrets(tmp_path, None)
    token = directory.secret("admin-token")
    directory.close()
    assert office._secrets(tmp_path, None).admin_token == token


def test_commands_are_told_where_the_office_is_and_nobody_else(tmp_path: Path) -> None:
    office._tell_place(tmp_path / "office.json", "http://127.0.0.1:8401")
    assert json.loads((tmp_path / "office.json").read_text()) == {"url": "http://127.0.0.1:8401", "pid": os.getpid()}
    assert stat.S_IMODE((tmp_path / "office.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["office.json"]


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (Reloaded(), ""),
        (Reloaded(("line 3: no",)), "solvent office: the changed config is refused and the old one stays in force: line 3: no\n"),
        (Reloaded(after_restart=("[store] url",)), "solvent office: `[store] url` was changed, which counts only after a restart\n"),
    ],
)
async def test_a_reload_by_signal_tells_what_came_of_it(done: Reloaded, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def take() -> Reloaded:
        return done

    parts: Any = SimpleNamespace(reloading=SimpleNamespace(take=take))
    await office._reload(parts)
    assert capsys.readouterr().err == told
