"""The office's standing job: keeps the books up with the workers' journals, and tells a person what they must look at, once each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from solvent.base.errors import raised_at
from solvent.operations.folding import Contradiction
from solvent.operations.ledger import CaughtUp

EVERY_S = 0.1
AFTER_FAILURE_S = 1.0
_log = logging.getLogger("solvent.office")


class Complaints:
    """Tells of breaks and of what the books refused. `tell` is given one line each."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._broken: dict[str, str] = {}

    def notice(self, done: CaughtUp) -> None:
        """What a person must look at in this; a break that was told of is not told again."""
        for journal, why in done.broken.items():
            if self._broken.get(journal) != why:
                self._broken[journal] = why
                self._tell(f"journal `{journal}`: {why}; nothing behind it is in the books, `solvent audit` tells more")
        for refused in done.refused:
            self._tell(_contradiction(refused))


def _contradiction(refused: Contradiction) -> str:
    where = f"journal `{refused.journal}`, segment {refused.segment}"
    return f"{where}: `{refused.subject}` was not folded ({refused.reason}); `solvent audit` tells more"


async def keep(catch_up: Callable[[], Awaitable[object]], stop: asyncio.Event, incident: Callable[[], str]) -> None:
    """Catches up again and again until `stop` is set. A failure, such as a full disk, is logged under `incident`, and it goes on."""
    while not stop.is_set():
        pause_s = EVERY_S
        try:
            await catch_up()
        except Exception as problem:  # noqa: BLE001 - a job's boundary: the journals stay, and the next time may succeed
            _log.error("incident %s: keeping the books failed: %s at %s", incident(), type(problem).__name__, raised_at(problem))
            pause_s = AFTER_FAILURE_S
        try:
            await asyncio.wait_for(stop.wait(), pause_s)
        except TimeoutError:
            continue
