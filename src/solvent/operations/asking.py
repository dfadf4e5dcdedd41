"""What an act of the operator comes to: done, answered before, or refused with the next step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from solvent.base.errors import UsageError
from solvent.ledger.accounts import Account
from solvent.ledger.transfers import Reason, Refusal

_KEY_LENGTH_MAX = 255


class Why(StrEnum):
    """Why an act was refused."""

    UNKNOWN = "unknown"  # there is no such thing
    CONFLICT = "conflict"  # it is there, and not in a state for that
    REUSED = "reused"  # the Idempotency-Key was used for something else


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed. `message` says what happened, why, and the next step."""

    why: Why
    message: str


REUSED = Refused(
    Why.REUSED, "this `Idempotency-Key` was used for another request, and nothing was done now; send a new key for a new request"
)


@dataclass(frozen=True, slots=True)
class Answered:
    """An act's answer, as the fields of its JSON."""

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for under an Idempotency-Key: its hash, and the hash of everything that was asked."""

    id: str
    content: str

    @classmethod
    def of(cls, idempotency_key: str, what: str, body: Any) -> Wish:
        """`what` names the act and its subject, `body` all else that was asked, as JSON has it.

        Raises `UsageError` on a key that is empty, too long or not plain ASCII.
        """
        plain = idempotency_key.isascii() and idempotency_key.isprintable() and idempotency_key.strip()
        if not plain or len(idempotency_key) > _KEY_LENGTH_MAX:
            raise UsageError(f"`Idempotency-Key` must be 1 to {_KEY_LENGTH_MAX} printable ASCII characters; send a random one")
        return cls(_hash(idempotency_key), _hash(json.dumps([what, body], sort_keys=True)))


@dataclass(frozen=True, slots=True)
class Draft:
    """The answer to keep together with what it tells: `answer` is given the account as it stands after the act."""

    wish: Wish
    answer: Callable[[Account], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that an Idempotency-Key was given first, and the hash of what was asked then."""

    content: str
    body: dict[str, Any]


def again(kept: Kept, wish: Wish) -> Answered | Refused:
    """The first answer, or a refusal where something else was asked under the same key."""
    return Answered(kept.body) if kept.content == wish.content else REUSED


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def refused(refusal: Refusal) -> Refused:
    """What a transfer that the books refuse means for whoever asked for it."""
    if refusal.reason is Reason.EXISTS_WITH_DIFFERENT_CONTENT:
        return REUSED
    if refusal.reason in (Reason.AMOUNT_OUT_OF_RANGE, Reason.COUNTER_OVERFLOWS):
        return Refused(Why.CONFLICT, "the amount is more than the books can hold (about nine billion dollars in all); pay in less")
    return Refused(Why.CONFLICT, f"the books refuse it: {refusal.reason}; see `GET /api/ledger/balances`")
