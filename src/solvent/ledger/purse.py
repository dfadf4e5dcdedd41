"""What a worker may spend for one key: the balance that was leased to it and the key's budgets, in whole nano-dollars.

A worker is the only one who takes from its lease, so what is debited and held is its own truth, and what was ever paid in is the
office's. The rule: no hold is granted that any part does not cover, and what is held is given back exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What a purse is made of."""

    BALANCE = "balance"
    DAY = "day"
    MONTH = "month"


@dataclass(slots=True)
class Lease:
    """One limit: all that ever came in, all that went out (in its window), and what open holds keep."""

    part: Part
    credited: int
    debited: int = 0
    held: int = 0

    @property
    def settled(self) -> int:
        """What is left without regard to holds."""
        return self.credited - self.debited

    @property
    def room(self) -> int:
        """What a new hold may take; never below zero."""
        return max(0, self.credited - self.debited - self.held)


@dataclass(frozen=True, slots=True)
class Short:
    """A hold that was not granted. `affordable`: what could be held instead. `passing`: only `holds` other ones are in the way."""

    part: Part
    affordable: int
    passing: bool
    holds: int


class Purse:
    """All limits of one key together; without any, it covers everything."""

    __slots__ = ("holds", "leases", "window")

    def __init__(self, leases: tuple[Lease, ...] = ()) -> None:
        self.leases = leases
        self.holds = 0
        self.window = ("", "")

    @property
    def limited(self) -> bool:
        """Whether anything is scarce here."""
        return bool(self.leases)

    @property
    def affordable(self) -> int | None:
        """The largest hold that would be granted now; None where nothing limits it."""
        return min((lease.room for lease in self.leases), default=None)

    def lease(self, part: Part) -> Lease | None:
        """The limit of this kind, or None."""
        return next((lease for lease in self.leases if lease.part is part), None)

    def hold(self, amount: int) -> Short | None:
        """Sets the amount aside everywhere, or nowhere and says why. A limit that settled money exceeds is told before one that waits."""
        short: Short | None = None
        for lease in self.leases:
            if amount <= lease.room:
                continue
            passing = amount <= lease.settled
            if short is None or (short.passing and not passing):
                short = Short(lease.part, self.affordable or 0, passing, self.holds)
        if short is not None:
            return short
        for lease in self.leases:
            lease.held += amount
        self.holds += 1
        return None

    def resolve(self, held: int, cost: int) -> None:
        """Gives back what was held and takes what it cost. A cost above the balance takes the balance; the rest is the house's."""
        self.holds -= 1
        for lease in self.leases:
            lease.held -= held
            lease.debited += min(cost, max(0, lease.credited - lease.debited - lease.held)) if lease.part is Part.BALANCE else cost

    def roll(self, day: str, month: str) -> None:
        """Begins budgets anew where their window is over."""
        if self.window == (day, month):
            return
        old_day, old_month = self.window
        for lease in self.leases:
            if (lease.part is Part.DAY and old_day != day and old_day) or (lease.part is Part.MONTH and old_month != month and old_month):
                lease.debited = 0
        self.window = (day, month)
