"""An empty database, and each store of cases in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from solvent.adapters.memory import MemoryCaseStore
from solvent.adapters.store.cases import SqlCaseStore
from solvent.adapters.store.database import database_url, open_database
from solvent.adapters.store.transactions import Transactions
from solvent.operations.ports import CaseStore


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    opened = await open_database(database_url("sqlite:///solvent.db", tmp_path))
    yield opened
    await opened.dispose()


@pytest.fixture(params=["memory", "database"])
def store(request: pytest.FixtureRequest) -> CaseStore:
    return MemoryCaseStore() if request.param == "memory" else SqlCaseStore(Transactions(request.getfixturevalue("engine")))
