"""The office's standing job: reads on in the workers' journals and folds what they say into the books."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from solvent.operations.attempts import FailedAttempts
from solvent.operations.folding import Batch, Contradiction, Place
from solvent.operations.ports import Journals, LedgerStore

EVERY_S = 0.1


class Folding:
    """Keeps the books up with the journals. `complain` is told what a person must look at: a break, or what the books refused."""

    def __init__(self, journals: Journals, ledger: LedgerStore, attempts: FailedAttempts, complain: Callable[[str], None]) -> None:
        self._journals = journals
        self._ledger = ledger
        self._attempts = attempts
        self._complain = complain
        self._broken: set[str] = set()
        self._turn = asyncio.Lock()

    async def keep(self) -> None:
        """Folds for ever; cancel it to stop."""
        while True:
            await self.catch_up()
            await asyncio.sleep(EVERY_S)

    async def catch_up(self) -> None:
        """Folds all that is there now."""
        async with self._turn:
            places = await self._ledger.places()
            for name in self._journals.names():
                await self._follow(places.get(name, Place(name)))

    async def _follow(self, place: Place) -> None:
        while True:
            batch = self._journals.read(place)
            if batch.broken and place.journal not in self._broken:
                self._broken.add(place.journal)
                self._complain(f"journal `{place.journal}`: {batch.broken}; nothing behind it is in the books, `solvent audit` tells more")
            if batch.until == batch.since and not batch.records:
                return
            place = await self._fold(batch)
            if batch.broken or not batch.more:
                return

    async def _fold(self, batch: Batch) -> Place:
        # Before the fold: what is filed twice is filed once, and what is folded would never be read again.
        await self._attempts.file(batch.records)
        folded = await self._ledger.fold(batch)
        for refused in folded.refused:
            self._complain(_contradiction(refused))
        return folded.place


def _contradiction(refused: Contradiction) -> str:
    where = f"journal `{refused.journal}`, segment {refused.segment}"
    return f"{where}: `{refused.subject}` was not folded ({refused.reason}); `solvent audit` tells more"


