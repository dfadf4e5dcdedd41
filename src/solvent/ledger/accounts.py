"""Accounts: a name and three counters, from which the balance is derived.

`key:<id>` is a caller's balance, `upstream:<name>` the shadow of a balance held at a provider, `house:<what>` our own side, so that
every amount leaves one account and enters another and all of them together always come to zero.
"""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.money import ZERO, Money

HOUSE_TOPUP = "house:topup"  # where paid-in money comes from; minus what was ever paid in
HOUSE_SALES = "house:sales"  # what callers were charged
HOUSE_EXCESS = "house:excess"  # minus what calls cost above both hold and balance: our loss
HOUSE_SPEND = "house:spend"  # what upstreams took
HOUSE_CORRECTION = "house:correction"  # the usual other side of a correction

AMOUNT_MAX = Money(2**63 - 1)  # what an integer of a database holds


def key_account(key_id: str) -> str:
    """The account of a caller's key."""
    return f"key:{key_id}"


def upstream_account(name: str) -> str:
    """The account that shadows a balance held at a provider or relay."""
    return f"upstream:{name}"


def must_be_opened(name: str) -> bool:
    """Whether an account exists only once somebody opened it. Our own and upstreams' begin with their first transfer."""
    return not name.startswith(("house:", "upstream:"))


@dataclass(frozen=True, slots=True)
class Account:
    """What was ever credited and debited, what open holds keep, and how low the balance may fall (`None`: without limit)."""

    floor: Money | None = None
    credited: Money = ZERO
    debited: Money = ZERO
    held: Money = ZERO

    @property
    def settled(self) -> Money:
        """The balance without regard to holds."""
        return self.credited - self.debited

    @property
    def available(self) -> Money:
        """What is settled and not held. May be negative where there is no floor."""
        return self.settled - self.held

    @property
    def room(self) -> Money | None:
        """What can still be taken, never below zero; `None` without a floor: anything can."""
        return None if self.floor is None else max(ZERO, self.available - self.floor)

    def covers(self, amount: Money) -> bool:
        """Whether the amount can be taken now."""
        return self.room is None or amount <= self.room

    def covers_without_holds(self, amount: Money) -> bool:
        """Whether the amount could be taken if no hold were open: then waiting can help."""
        return self.floor is None or amount <= self.settled - self.floor

    def credit(self, amount: Money) -> Account:
        """The account after money came in."""
        return Account(self.floor, self.credited + amount, self.debited, self.held)

    def debit(self, amount: Money) -> Account:
        """The account after money went out."""
        return Account(self.floor, self.credited, self.debited + amount, self.held)

    def hold(self, amount: Money) -> Account:
        """The account after money was set aside."""
        return Account(self.floor, self.credited, self.debited, self.held + amount)

    def release(self, amount: Money) -> Account:
        """The account after money is no longer set aside."""
        assert amount <= self.held
        return Account(self.floor, self.credited, self.debited, self.held - amount)

    @property
    def fits(self) -> bool:
        """Whether every counter fits a database's integer."""
        return max(self.credited, self.debited, self.held) <= AMOUNT_MAX
