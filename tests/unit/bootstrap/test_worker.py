from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solvent.access import keys
from solvent.adapters.clock import SystemClock
from solvent.base.errors import UsageError
from solvent.bootstrap import worker
from solvent.bootstrap.worker import routes_of
from solvent.edge import worker as edge
from solvent.edge.worker import Setup
from solvent.pricing import book
from tests.unit.exchange.stage import Stage

ARGUMENTS = ["--parent", "3", "--listener", "4", "--folder", ".", "--drain-ms", "5", "--durability", "power", "--data"]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The parent's end of the worker's line."""
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(worker, "inherited", lambda _: theirs)
    with ours, theirs:
        yield ours


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """A worker settles its memory, which the other tests share."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_it_is_set_up_from_its_arguments(line: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key-secret").write_text("pepper that is as long as one must be\n")
    made: list[Setup] = []
    monkeypatch.setattr(edge, "run", lambda setup, *_: made.append(setup))
    assert worker.main([*ARGUMENTS, str(tmp_path)]) == 0
    setup = made[0]
    assert (setup.name, setup.data, setup.sync, setup.drain_ms) == ("worker-1", tmp_path, True, 5)
    assert setup.digest("sk-1") == keys.digest("sk-1", b"pepper that is as long as one must be")
    setup.opened()
    assert line.recv(100) == b"ready\n"


def test_what_it_lacks_is_told_to_its_parent(line: socket.socket, tmp_path: Path) -> None:
    assert worker.main([*ARGUMENTS, str(tmp_path)]) == 3
    assert b"key-secret" in line.recv(1_000)


def test_routes_come_from_the_config_or_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("sk-from-a-file")
    config = '[[account]]\nname = "a"\nprovider = "openai"\napi_key = "file:secret"\n'
    accounts: dict[str, Any] = dict(routes_of(config, tmp_path).accounts)
    assert list(accounts) == ["a"]
    with pytest.raises(UsageError):
        routes_of("[[account]]", tmp_path)
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-x")
    assert "deepseek" in routes_of("", tmp_path).accounts


def test_a_price_is_the_books_of_today() -> None:
    stage = Stage()
    stage.claude()
    candidate = stage.runs[0].job.plan.candidates[0]
    price = worker.price_of(candidate)
    assert price == book.price_of("anthropic", "claude-sonnet-4-5", SystemClock().now().date(), "anthropic")
    assert price is not None
