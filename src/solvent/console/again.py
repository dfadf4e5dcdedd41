"""When a call that failed can pass again, as a page tells it: an instant to count down to, or the wait alone.

A wait counts from the failure. The gateway files an attempt as it fails; a paste is filed some time after its failure, so there the
sum of both is the latest that it can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from solvent.model.verdict import Verdict

_WAIT_MAX_S = 366 * 86_400


@dataclass(frozen=True, slots=True)
class Again:
    """`at` is None where only a wait is known; `sure` tells the instant from the latest that it can be; `passed`: it is over."""

    at: datetime | None
    sure: bool
    passed: bool


def of(verdict: Verdict, now: datetime | None = None, filed_at: datetime | None = None, *, as_it_failed: bool = False) -> Again | None:
    """What a page shows at `now` of a failure filed at `filed_at`, or None where nothing brings the call back by itself at a known time."""
    if verdict.available_at is not None:
        at, sure = datetime.fromisoformat(verdict.available_at), True
    elif verdict.retry_after_s is None:
        return None
    elif filed_at is None:
        return Again(None, sure=False, passed=False)
    else:
        at, sure = filed_at + timedelta(seconds=min(verdict.retry_after_s, _WAIT_MAX_S)), as_it_failed
    return Again(at, sure, passed=now is not None and now >= at)
