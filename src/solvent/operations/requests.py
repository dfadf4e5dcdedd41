"""Requests that are over: listed, and found by any id that somebody was shown."""

from __future__ import annotations

from solvent.ledger.journal import RequestDone
from solvent.model.occurrence import Page, page_length
from solvent.operations.ports import RequestStore


class Requests:
    """Looking at requests."""

    def __init__(self, store: RequestStore) -> None:
        self._store = store

    async def page(self, *, limit: int, after: str | None) -> Page[RequestDone]:
        """Requests, newest first."""
        return await self._store.page(limit=page_length(limit), after=after)

    async def find(self, some_id: str) -> tuple[RequestDone, ...]:
        """Requests by our id or an upstream's, newest first."""
        return await self._store.find(some_id.strip())

    async def get(self, request_id: str) -> RequestDone | None:
        """One request by our id, or None."""
        return await self._store.get(request_id)
