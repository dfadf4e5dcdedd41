"""Filing many at once: whatever waits while a transaction is under way shares the next one, so that a rush of pastes costs few of them.

Nothing is answered before it is kept, and a filing that fails or is given up takes no other with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice

from sqlalchemy.exc import SQLAlchemyError

from solvent.model.occurrence import Case, Occurrence

Filed = tuple[Occurrence, Case]
BATCH_MAX = 200


class Filing:
    """`keep` files all that it is given in one transaction, or none of it; it returns each one's case as it stands then, by its id."""

    def __init__(self, keep: Callable[[Sequence[Filed]], Awaitable[dict[str, Case]]]) -> None:
        self._keep = keep
        self._waiting: dict[str, Filed] = {}
        self._kept: dict[str, Case] = {}
        self._turn = asyncio.Lock()

    async def file(self, occurrence: Occurrence, case: Case) -> Case:
        """Returns once this occurrence is kept: its case as it now stands."""
        mine = (occurrence, case)
        if occurrence.id in self._waiting:
            return (await self._keep([mine]))[occurrence.id]
        self._waiting[occurrence.id] = mine
        try:
            async with self._turn:
                # Whoever had the turn before may have kept this one, too.
                if occurrence.id in self._waiting:
                    await self._keep_waiting(mine)
                return self._kept.pop(occurrence.id)
        finally:
            self._waiting.pop(occurrence.id, None)
            self._kept.pop(occurrence.id, None)

    async def _keep_waiting(self, mine: Filed) -> None:
        others = (filed for filed in self._waiting.values() if filed is not mine)
        batch = [mine, *islice(others, BATCH_MAX - 1)]
        try:
            now = await self._keep(batch)
        except SQLAlchemyError:
            if len(batch) == 1:
                raise
            # One of them cannot be kept: each finds out for itself.
            batch = [mine]
            now = await self._keep(batch)
        for occurrence, _ in batch:
            if self._waiting.pop(occurrence.id, None) is not None:
                self._kept[occurrence.id] = now[occurrence.id]
