from __future__ import annotations

import socket
from typing import cast

import click
import pytest
from click.testing import CliRunner

from solvent.base.errors import StartError
from solvent.cli import sandbox
from solvent.sandbox.accounts import open_account


class Listener:
    def __init__(self, host: str) -> None:
        self.host = host

    def getsockname(self) -> tuple[str, int]:
        return self.host, 4242


def announced(capsys: pytest.CaptureFixture[str], host: str = "127.0.0.1") -> list[str]:
    sandbox.announce(cast(socket.socket, Listener(host)))
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "http://127.0.0.1:4242"), ("::1", "http://[::1]:4242")])
def test_the_first_line_is_the_address(capsys: pytest.CaptureFixture[str], host: str, address: str) -> None:
    assert announced(capsys, host)[0] == address


def test_every_key_that_is_shown_opens_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    keys = {word.strip("'") for line in announced(capsys) for word in line.split() if word.startswith("sk-sandbox-") and "<" not in word}
    assert len(keys) == 4
    assert [key for key in keys if open_account(key) is None] == []


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("localhost:8409", ("localhost", 8409)),
        ("[::1]:80", ("::1", 80)),
        ("0.0.0.0:65535", ("0.0.0.0", 65535)),
    ],
)
def test_it_listens_where_it_is_told(monkeypatch: pytest.MonkeyPatch, address: str, taken: tuple[str, int]) -> None:
    asked: list[tuple[str, int]] = []

    def bind(host: str, port: int, **_: str) -> socket.socket:
        asked.append((host, port))
        raise StartError("enough seen")

    monkeypatch.setattr(sandbox, "bind", bind)
    ran = CliRunner().invoke(sandbox.command, ["--listen", address])
    assert isinstance(ran.exception, StartError)
    assert asked == [taken]


@pytest.mark.parametrize("address", ["", "8409", "localhost", "localhost:", "localhost:99999", "::1:80", "http://localhost:80"])
def test_what_is_no_address_is_refused_with_an_example(address: str) -> None:
    ran = CliRunner().invoke(sandbox.command, ["--listen", address])
    assert ran.exit_code == click.UsageError.exit_code
    assert "write 127.0.0.1:8409" in ran.output
