"""Standing jobs of the office: done again and again until it stops, whatever becomes of one time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from solvent.base.errors import raised_at

AFTER_FAILURE_S = 1.0
_log = logging.getLogger("solvent.office")


async def keep(name: str, job: Callable[[], Awaitable[object]], every_s: float, stop: asyncio.Event, incident: Callable[[], str]) -> None:
    """Does the job with a pause of `every_s` seconds in between, until `stop` is set.

    A failure, such as a full disk, is logged under an `incident` and does not end it.
    """
    while not stop.is_set():
        pause_s = every_s
        try:
            await job()
        except Exception as problem:  # noqa: BLE001 - the boundary of a job: the next time may succeed
            # Without its message, which may quote what somebody sent.
            _log.error("incident %s: %s failed: %s at %s", incident(), name, type(problem).__name__, raised_at(problem))
            pause_s = max(every_s, AFTER_FAILURE_S)
        try:
            await asyncio.wait_for(stop.wait(), pause_s)
        except TimeoutError:
            continue
