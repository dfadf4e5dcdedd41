"""Requests that are over, in the database; the fold writes them, and people find them here."""

from __future__ import annotations

from sqlalchemy import select, tuple_

from solvent.adapters import cursor
from solvent.adapters.store import rows
from solvent.adapters.store.tables import request_ids, requests
from solvent.adapters.store.transactions import Transactions
from solvent.ledger.journal import RequestDone
from solvent.model.occurrence import Page

_FOUND_MAX = 100


class SqlRequests:
    """The requests' store."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def get(self, request_id: str) -> RequestDone | None:
        """One request by our id, or None."""
        async with self._transactions.read() as connection:
            row = (await connection.execute(select(requests).where(requests.c.id == rows.plain(request_id)))).first()
        return None if row is None else rows.request(row)

    async def find(self, some_id: str) -> tuple[RequestDone, ...]:
        """Requests by our id or an upstream's, newest first. An upstream may have used one id twice."""
        wanted = rows.plain(some_id)
        ours = select(request_ids.c.request_id).where(request_ids.c.upstream_id == wanted)
        query = select(requests).where((requests.c.id == wanted) | requests.c.id.in_(ours))
        async with self._transactions.read() as connection:
            found = await connection.execute(query.order_by(requests.c.at_us.desc(), requests.c.id.desc()).limit(_FOUND_MAX))
            return tuple(rows.request(row) for row in found)

    async def page(self, *, limit: int, after: str | None) -> Page[RequestDone]:
        """Requests, newest first."""
        query = select(requests).order_by(requests.c.at_us.desc(), requests.c.id.desc()).limit(limit + 1)
        at, _, request_id = (after or "").partition("-")
        if at.isascii() and at.isdigit() and len(at) < 19:
            query = query.where(tuple_(requests.c.at_us, requests.c.id) < (int(at), rows.plain(request_id)))
        async with self._transactions.read() as connection:
            found = [rows.request(row) for row in await connection.execute(query)]
        return cursor.page(found, limit, lambda done: f"{done.at_us}-{done.request_id}")
