from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from solvent.bootstrap import sandbox
from solvent.sandbox import server


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The parent's end of the sandbox's line, while the provider itself is played by a test."""
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(sandbox, "inherited", lambda _: theirs)
    with ours, theirs:
        yield ours


def serving(then: Callable[[], None]) -> Any:
    async def serve(_listener: object, _sandbox: object, on_ready: Callable[[], None]) -> None:
        on_ready()
        then()
        await asyncio.wait_for(asyncio.Event().wait(), 20)

    return serve


def test_it_says_that_it_is_ready_and_ends_with_its_parent(line: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "serve", serving(lambda: line.shutdown(socket.SHUT_WR)))
    assert sandbox.main(["--parent", "3", "--listener", "4"]) == 0
    assert line.recv(4096) == b"ready\n"


def test_it_ends_when_it_is_told_to(line: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "serve", serving(lambda: os.kill(os.getpid(), signal.SIGTERM)))
    assert sandbox.main(["--parent", "3", "--listener", "4"]) == 0
