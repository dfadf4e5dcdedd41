"""Unit tests reach no network: only the socket pairs that an event loop wakes itself with are allowed. The desk is one in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import pytest_socket

from solvent.adapters.memory import MemoryCaseStore
from solvent.diagnosis.engine import Engine
from solvent.operations.cases import Desk
from tests.conftest import FixedClock


@pytest.fixture(autouse=True)
def no_sockets() -> Iterator[None]:
    pytest_socket.disable_socket(allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture
def store() -> MemoryCaseStore:
    return MemoryCaseStore()


@pytest.fixture
def desk(small_engine: Engine, store: MemoryCaseStore, clock: FixedClock, random_bytes: Callable[[int], bytes]) -> Desk:
    return Desk(small_engine, store, clock, random_bytes, lambda: 0)
