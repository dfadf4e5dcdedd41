from __future__ import annotations

import errno
import socket
from typing import Any, cast

import pytest

from solvent.adapters.listening import bind, web_address
from solvent.base.errors import StartError


class Listener:
    """A socket that a test plays; binding fails with `problem`."""

    problem: OSError | None = None

    def __init__(self, family: int = 0, *_: int) -> None:
        self.family = family
        self.name: tuple[Any, ...] = ("127.0.0.1", 8401)
        self.closed = False

    def setsockopt(self, *_: int) -> None:
        pass

    def bind(self, name: tuple[str, int]) -> None:
        if self.problem is not None and name[1] != 0:
            raise self.problem
        self.name = name

    def listen(self, _: int) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def getsockname(self) -> tuple[Any, ...]:
        return self.name


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (("127.0.0.1", 8401), "http://127.0.0.1:8401"),
        (("::1", 80, 0, 0), "http://[::1]:80"),
        (("0.0.0.0", 8400), "http://127.0.0.1:8400"),
        (("::", 8400, 0, 0), "http://[::1]:8400"),
    ],
)
def test_the_web_address_of_a_listener(name: tuple[Any, ...], address: str) -> None:
    listener = Listener()
    listener.name = name
    assert web_address(cast(socket.socket, listener)) == address


@pytest.mark.parametrize(
    ("problem", "why"),
    [
        (OSError(errno.EADDRINUSE, "Address already in use"), "another program listens there"),
        (OSError(errno.EACCES, "Permission denied"), "Permission denied"),
    ],
)
def test_a_refusal_says_why_and_ends_with_the_cure(monkeypatch: pytest.MonkeyPatch, problem: OSError, why: str) -> None:
    monkeypatch.setattr(socket, "socket", Listener)
    monkeypatch.setattr(Listener, "problem", problem)
    with pytest.raises(StartError) as raised:
        bind("127.0.0.1", 80, cure="do this")
    assert str(raised.value) == f"cannot listen on 127.0.0.1:80: {why}; do this"
    assert bind("127.0.0.1", 80, cure="do this", or_free=True).getsockname() == ("127.0.0.1", 0)


def test_an_address_with_colons_is_of_the_sixth_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Listener)
    assert bind("::1", 0, cure="").family == socket.AF_INET6
