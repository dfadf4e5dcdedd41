"""Fixtures that every test may use: a clock that stands still, randomness that can be replayed, and a small engine."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest

from solvent.diagnosis.engine import Engine
from tests import small

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes says something about the machine and nothing about the program.
# A gate draws the same examples each time; developers' runs go on exploring.
hypothesis.settings.register_profile("solvent", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("solvent")


class FixedClock:
    """A clock that moves only when a test says so."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def pass_by(self, **span: float) -> None:
        self.instant += timedelta(**span)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def random_bytes() -> Callable[[int], bytes]:
    return random.Random(20261125).randbytes


@pytest.fixture(scope="session")
def small_engine() -> Engine:
    return Engine(small.catalogue())
