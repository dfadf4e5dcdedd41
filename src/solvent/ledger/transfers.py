"""Transfers: immutable, each with an id that makes it happen once, and the refusals that it can meet.

A hold sets money aside; a post takes its cost out of the hold and gives the rest back; a void gives all of it back. A mistake is
cured by a correction, never by changing what stands. `books.py` decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import HOUSE_SALES, HOUSE_SPEND, HOUSE_TOPUP, upstream_account


class Kind(StrEnum):
    """What a transfer does."""

    TOP_UP = "top_up"
    HOLD = "hold"
    POST = "post"
    VOID = "void"
    SPEND = "spend"  # an upstream took it: lowers the shadow of the balance there
    CORRECTION = "correction"


class CostSource(StrEnum):
    """How a cost is known."""

    MEASURED = "measured"  # the upstream named the cost itself
    REPORTED = "reported"  # from the usage that the upstream reported
    ESTIMATED = "estimated"  # counted by us


class Charge(msgspec.Struct, frozen=True, gc=False):
    """What a cost was computed from, so that it can be computed again: whole numbers by name, sorted (tokens, rates in nano-dollars)."""

    price_version: str
    inputs: tuple[tuple[str, int], ...]
    cost_source: CostSource
    policy: str = ""  # the route's rule that decided who pays, where one did

    def __post_init__(self) -> None:
        names = [name for name, _ in self.inputs]
        if names != sorted(set(names)):
            raise ValueError("the inputs of a charge are sorted by name, and each stands once")


@dataclass(frozen=True, slots=True)
class Transfer:
    """An amount of dollars from one account to another. A post and a void name no accounts: they are those of their hold.

    `at_us` (microseconds since 1970, UTC) is when it was written; asking again later is still the same transfer.
    """

    id: str
    kind: Kind
    amount: Money
    debit: str = ""
    credit: str = ""
    hold_id: str = ""
    charge: Charge | None = None
    reference: str = ""
    at_us: int = field(default=0, compare=False)


def top_up(key: str, account: str, amount: Money, *, reference: str = "", at_us: int = 0) -> Transfer:
    """Money paid in. `key` is the idempotency key of whoever asks."""
    return Transfer(f"topup:{key}", Kind.TOP_UP, amount, HOUSE_TOPUP, account, reference=reference, at_us=at_us)


def hold(hold_id: str, account: str, amount: Money, *, at_us: int = 0) -> Transfer:
    """Money set aside for a request that may cost up to `amount`."""
    return Transfer(f"hold:{hold_id}", Kind.HOLD, amount, account, HOUSE_SALES, hold_id=hold_id, at_us=at_us)


def post(hold_id: str, cost: Money, charge: Charge | None = None, *, at_us: int = 0) -> Transfer:
    """The cost of a request, taken from its hold."""
    return Transfer(f"post:{hold_id}", Kind.POST, cost, hold_id=hold_id, charge=charge, at_us=at_us)


def void(hold_id: str, *, at_us: int = 0) -> Transfer:
    """The end of a hold that cost nothing."""
    return Transfer(f"void:{hold_id}", Kind.VOID, ZERO, hold_id=hold_id, at_us=at_us)


def spend(attempt_id: str, upstream: str, cost: Money, charge: Charge | None = None, *, at_us: int = 0) -> Transfer:
    """What an attempt took, or may have taken, from the balance at the upstream."""
    return Transfer(f"spend:{attempt_id}", Kind.SPEND, cost, upstream_account(upstream), HOUSE_SPEND, charge=charge, at_us=at_us)


def correction(key: str, accounts: tuple[str, str], amount: Money, *, reference: str = "", at_us: int = 0) -> Transfer:
    """A mistake made good: from the first account to the second."""
    debit, credit = accounts
    return Transfer(f"correction:{key}", Kind.CORRECTION, amount, debit, credit, reference=reference, at_us=at_us)


@dataclass(frozen=True, slots=True)
class Leg:
    """One movement of settled money."""

    debit: str
    credit: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Entry:
    """A transfer as it stands in the books: what was asked and what that moved.

    `held` is what a hold set aside: less than asked only where a hold came out of a journal and the money had gone meanwhile.
    `released` is what a post or void gave back; `excess` what a post cost above hold and balance, which the house bears.
    """

    transfer: Transfer
    legs: tuple[Leg, ...] = ()
    held: Money = ZERO
    released: Money = ZERO
    excess: Money = ZERO

    @property
    def flagged(self) -> bool:
        """Whether a person should look at it: the house bears a part, or a hold is not covered."""
        return self.excess > ZERO or (self.transfer.kind is Kind.HOLD and self.held < self.transfer.amount)


class Reason(StrEnum):
    """Why nothing was changed, in order of precedence: where several hold, the first is told."""

    EXISTS_WITH_DIFFERENT_CONTENT = "exists_with_different_content"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"  # negative, or zero where nothing would move, or above 64 bits
    ACCOUNTS_MUST_DIFFER = "accounts_must_differ"
    ACCOUNT_UNKNOWN = "account_unknown"
    HOLD_UNKNOWN = "hold_unknown"
    HOLD_ALREADY_POSTED = "hold_already_posted"
    HOLD_ALREADY_VOIDED = "hold_already_voided"
    ATTEMPT_UNKNOWN = "attempt_unknown"
    POST_WITHOUT_ATTEMPT = "post_without_attempt"  # no attempt of the hold can have cost anything
    COUNTER_OVERFLOWS = "counter_overflows"
    EXCEEDS_BALANCE = "exceeds_balance"  # settled money cannot cover it
    HELD_BY_OTHERS = "held_by_others"  # settled money could, but open holds keep it


TRANSIENT = frozenset({Reason.HELD_BY_OTHERS})  # waiting can help; every other reason is final


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was changed. `affordable` and `holds` (the number of open ones) are told where money is the reason."""

    reason: Reason
    id: str
    affordable: Money | None = None
    holds: int = 0

    @property
    def transient(self) -> bool:
        """Whether the same transfer may pass later without anybody paying in."""
        return self.reason in TRANSIENT
