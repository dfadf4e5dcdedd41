from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.books import World, opened
from tests.conftest import FixedClock


@pytest.fixture
async def world(tmp_path: Path, clock: FixedClock) -> AsyncIterator[World]:
    async with opened(tmp_path, clock) as found:
        yield found
