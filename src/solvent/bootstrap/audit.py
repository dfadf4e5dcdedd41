"""The audit of a data directory, beside a running office or after it: no lock is taken and nothing is changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from solvent.adapters.journals import JournalFolder
from solvent.adapters.store.database import database_url, written_database
from solvent.adapters.store.ledger import SqlLedger
from solvent.adapters.store.transactions import Transactions
from solvent.base.errors import StartError
from solvent.bootstrap.parts import JOURNALS
from solvent.ledger.audit import Discrepancy
from solvent.operations.ledger import audit_books


def audit(store_url: str, data: Path) -> tuple[Discrepancy, ...]:
    """Every discrepancy between the books and the journals. Raises `StartError` where there is no data directory or no store."""
    if not data.is_dir():
        raise StartError(f"there is no data directory `{data}`; name the one that an office ran in with --data")
    return asyncio.run(_audit(database_url(store_url, data), data))


async def _audit(url: str, data: Path) -> tuple[Discrepancy, ...]:
    database = await written_database(url)
    try:
        return await audit_books(SqlLedger(Transactions(database)), JournalFolder(data / JOURNALS))
    finally:
        await database.dispose()
