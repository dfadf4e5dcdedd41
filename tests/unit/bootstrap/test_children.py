from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solvent.base.errors import StartError
from solvent.bootstrap import children
from solvent.bootstrap.children import Child, say_failed, say_ready
from tests.unit.bootstrap.conftest import Twin
from tests.waiting import until


@pytest.fixture
def kept() -> Iterator[list[Child]]:
    """Children that are ended with the test."""
    found: list[Child] = []
    yield found
    for child in found:
        child.kill()


def started(kept: list[Child], twin: Twin, does: str = "serve") -> Child:
    child = Child(twin("twin", does))
    kept.append(child)
    child.start(100.0)
    return child


def heard(child: Child) -> bool:
    child.hear()
    return child.ready or bool(child.problem)


def test_a_child_says_that_it_is_ready_and_ends_when_told(kept: list[Child], twin: Twin, log: Path) -> None:
    child = started(kept, twin)
    until(lambda: heard(child))
    assert (child.ready, child.problem, child.ended(101.0)) == (True, "", None)
    child.signal(signal.SIGTERM)
    assert child.wait(20)
    assert child.ended(102.0) == 0
    assert log.read_text() == "twin starts\ntwin ends\n"


def test_a_child_says_why_it_cannot_start(kept: list[Child], twin: Twin) -> None:
    child = started(kept, twin, "fail")
    assert child.wait(20)
    assert (child.ended(100.5), child.ready, child.problem) == (3, False, "the store cannot be opened")


def test_a_child_ends_with_its_parent(kept: list[Child], twin: Twin, log: Path) -> None:
    child = started(kept, twin)
    until(lambda: heard(child))
    assert child.line is not None
    child.line.close()
    child.line = None
    assert child.wait(20)
    assert log.read_text().endswith("twin orphaned\n")


def test_pauses_between_starts_grow_unless_it_lived_long(kept: list[Child], twin: Twin) -> None:
    child, pauses = started(kept, twin, "end"), []
    for lived_s in (0.0, 0.0, 0.0, 60.0, 0.0):
        assert child.wait(20)
        now_s = child.started_s + lived_s
        assert child.ended(now_s) == 5
        assert child.ended(now_s) is None
        pauses.append(child.again_s - now_s)
        child.start(now_s + 1)
    assert pauses == pytest.approx([0.4, 0.8, 1.6, 0.2, 0.4])
    for _ in range(9):
        child.rest(child.started_s)
    assert child.pause_s == children.AGAIN_LAST_S


def test_waiting_for_a_child_has_an_end(kept: list[Child], twin: Twin) -> None:
    child = started(kept, twin)
    until(lambda: heard(child))
    assert not child.wait(0.01)
    child.kill()
    assert child.wait(0.01)
    assert child.ended(101.0) == -signal.SIGKILL


def test_a_machine_that_can_start_nothing_more_is_told_of(monkeypatch: pytest.MonkeyPatch, twin: Twin) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(StartError, match="cannot start the office: Resource temporarily unavailable; free some memory"):
        Child(twin("office")).start(0.0)


def test_what_a_child_says_is_one_line() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        say_ready(theirs)
        say_failed(theirs, "the store\ncannot be opened  (余额)")
        say_ready(None)
        assert ours.recv(4096).decode() == "ready\nfailed the store cannot be opened (余额)\n"
