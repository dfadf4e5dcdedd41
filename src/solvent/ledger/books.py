"""The books: what every account, hold and attempt stands at, and the one place where a transfer is decided.

`decide` looks and changes nothing; what it answers holds the new rows (`Change`), which a database can write in one transaction and
`Books.take` takes over in memory. So a decision needs only the rows that it touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import AMOUNT_MAX, HOUSE_EXCESS, Account, must_be_opened
from solvent.ledger.journal import AttemptBegun, AttemptEnded
from solvent.ledger.transfers import Entry, Kind, Leg, Reason, Refusal, Transfer


class HoldState(StrEnum):
    """Where a hold stands."""

    OPEN = "open"
    POSTED = "posted"
    VOIDED = "voided"


# The life of a hold. Every pair is a row: it is resolved once, and what comes later is refused by name.
HOLD_LIFE: dict[tuple[HoldState, Kind], HoldState | Reason] = {
    (HoldState.OPEN, Kind.POST): HoldState.POSTED,
    (HoldState.OPEN, Kind.VOID): HoldState.VOIDED,
    (HoldState.POSTED, Kind.POST): Reason.HOLD_ALREADY_POSTED,
    (HoldState.POSTED, Kind.VOID): Reason.HOLD_ALREADY_POSTED,
    (HoldState.VOIDED, Kind.POST): Reason.HOLD_ALREADY_VOIDED,
    (HoldState.VOIDED, Kind.VOID): Reason.HOLD_ALREADY_VOIDED,
}


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside on an account. `placed` is its entry, `attempts` the ids of what was tried under it."""

    id: str
    placed: Entry
    state: HoldState = HoldState.OPEN
    attempts: tuple[str, ...] = ()

    @property
    def account(self) -> str:
        """The account whose money it keeps."""
        return self.placed.transfer.debit


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call of an upstream; `ended` is `None` while it runs, or for ever if its process died."""

    begun: AttemptBegun
    ended: AttemptEnded | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The rows that a decision adds or replaces."""

    accounts: tuple[tuple[str, Account], ...] = ()
    entries: tuple[Entry, ...] = ()
    holds: tuple[Hold, ...] = ()
    attempts: tuple[Attempt, ...] = ()


NOTHING = Change()


@dataclass(frozen=True, slots=True)
class Done:
    """What a transfer or record came to. `exists`: it was there already with the same content, and nothing changes."""

    change: Change = NOTHING
    entry: Entry | None = None
    exists: bool = False


@dataclass(slots=True)
class Books:
    """All rows by their ids. Only `take` changes them."""

    accounts: dict[str, Account] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    open_hold_ids: dict[str, None] = field(default_factory=dict)  # a set that keeps the order in which they were placed

    @classmethod
    def opened(cls, floors: Mapping[str, Money | None]) -> Books:
        """Empty books with these accounts; a floor of `None` is a key that is not prepaid."""
        return cls(accounts={name: Account(floor) for name, floor in floors.items()})

    def copy(self) -> Books:
        """Other books with the same rows."""
        return Books(dict(self.accounts), dict(self.entries), dict(self.holds), dict(self.attempts), dict(self.open_hold_ids))

    def account(self, name: str) -> Account | None:
        """The account, or `None` if somebody must open it first."""
        found = self.accounts.get(name)
        return Account() if found is None and not must_be_opened(name) else found

    def open_holds(self, account: str | None = None) -> list[Hold]:
        """The holds that nobody resolved, oldest first, of one account or of all."""
        found = (self.holds[hold_id] for hold_id in self.open_hold_ids)
        return [hold for hold in found if account is None or hold.account == account]

    def take(self, change: Change) -> None:
        """Makes the change of a decision that was taken on these very books."""
        self.accounts.update(change.accounts)
        self.entries.update((entry.transfer.id, entry) for entry in change.entries)
        self.attempts.update((attempt.begun.attempt_id, attempt) for attempt in change.attempts)
        for hold in change.holds:
            self.holds[hold.id] = hold
            if hold.state is HoldState.OPEN:
                self.open_hold_ids.setdefault(hold.id)
            else:
                self.open_hold_ids.pop(hold.id, None)


def opening(books: Books, name: str, floor: Money | None) -> Change:
    """An account is opened, or gets another floor; what it holds stays."""
    return Change(accounts=((name, replace(books.accounts.get(name, Account()), floor=floor)),))


def decide(books: Books, transfer: Transfer, *, is_fact: bool = False) -> Done | Refusal:
    """What a transfer would change, or why it cannot be.

    `is_fact` is for what a journal tells: that hold was placed and its money may be spent, so it cannot be refused for want of money.
    It then sets aside what is there and is flagged; its cost will be taken down to the floor, and the rest is the house's loss.
    """
    known = books.entries.get(transfer.id)
    if known is not None:
        if known.transfer == transfer:
            return Done(entry=known, exists=True)
        return Refusal(Reason.EXISTS_WITH_DIFFERENT_CONTENT, transfer.id)
    if reason := _malformed(transfer):
        return Refusal(reason, transfer.id)
    if transfer.kind in (Kind.POST, Kind.VOID):
        return _resolve(books, transfer)
    return _move_or_hold(books, transfer, is_fact=is_fact)


def apply(books: Books, transfer: Transfer) -> tuple[Books, Done | Refusal]:
    """The books after a transfer, and what it came to. The books that were given stay as they are."""
    done = decide(books, transfer)
    if isinstance(done, Refusal) or done.exists:
        return books, done
    after = books.copy()
    after.take(done.change)
    return after, done


_MAY_BE_ZERO = frozenset({Kind.HOLD, Kind.POST, Kind.VOID, Kind.SPEND})  # a call may be free


def _malformed(transfer: Transfer) -> Reason | None:
    lowest = ZERO if transfer.kind in _MAY_BE_ZERO else Money(1)
    if not lowest <= transfer.amount <= AMOUNT_MAX:
        return Reason.AMOUNT_OUT_OF_RANGE
    if transfer.kind not in (Kind.POST, Kind.VOID) and transfer.debit == transfer.credit:
        return Reason.ACCOUNTS_MUST_DIFFER
    return None


def _too_little(books: Books, transfer: Transfer, account: Account) -> Refusal:
    """Why an account does not cover an amount. Its own money comes first: only if that would do can waiting help."""
    reason = Reason.HELD_BY_OTHERS if account.covers_without_holds(transfer.amount) else Reason.EXCEEDS_BALANCE
    return Refusal(reason, transfer.id, account.room, len(books.open_holds(transfer.debit)))


def _move_or_hold(books: Books, transfer: Transfer, *, is_fact: bool) -> Done | Refusal:
    debit, credit = books.account(transfer.debit), books.account(transfer.credit)
    if debit is None or credit is None:
        return Refusal(Reason.ACCOUNT_UNKNOWN, transfer.id)
    if transfer.kind is Kind.HOLD:
        kept = min(transfer.amount, debit.room) if is_fact and debit.room is not None else transfer.amount
        entry = Entry(transfer, held=kept)
        accounts = {transfer.debit: debit.hold(kept)}
        holds: tuple[Hold, ...] = (Hold(transfer.hold_id, entry),)
    else:
        kept = transfer.amount
        entry = Entry(transfer, (Leg(transfer.debit, transfer.credit, kept),))
        accounts, holds = _moved({transfer.debit: debit, transfer.credit: credit}, entry.legs), ()
    if not all(account.fits for account in accounts.values()):
        return Refusal(Reason.COUNTER_OVERFLOWS, transfer.id)
    if not debit.covers(kept):
        return _too_little(books, transfer, debit)
    return Done(Change(tuple(accounts.items()), (entry,), holds), entry)


def _resolve(books: Books, transfer: Transfer) -> Done | Refusal:
    """Posts or voids a hold. Never refused for want of money: the cost has arisen, the question is only who bears it."""
    hold = books.holds.get(transfer.hold_id)
    if hold is None:
        return Refusal(Reason.HOLD_UNKNOWN, transfer.id)
    state = HOLD_LIFE[hold.state, transfer.kind]
    if isinstance(state, Reason):
        return Refusal(state, transfer.id)
    payer, payee = hold.account, hold.placed.transfer.credit
    released = books.accounts[payer].release(hold.placed.held)
    taken = transfer.amount if released.room is None else min(transfer.amount, released.room)
    # Other holds stay covered: what they keep is not part of the room that the released account has.
    excess = transfer.amount - taken
    legs = tuple(leg for leg in (Leg(payer, payee, taken), Leg(HOUSE_EXCESS, payee, excess)) if leg.amount > ZERO)
    before = {payer: released} | {
        name: books.account(name) or Account() for leg in legs for name in (leg.debit, leg.credit) if name != payer
    }
    accounts = _moved(before, legs)
    if not all(account.fits for account in accounts.values()):
        return Refusal(Reason.COUNTER_OVERFLOWS, transfer.id)
    given_back = max(ZERO, hold.placed.held - taken)
    entry = Entry(transfer, legs, released=given_back, excess=excess)
    return Done(Change(tuple(accounts.items()), (entry,), (replace(hold, state=state),)), entry)


def _moved(accounts: Mapping[str, Account], legs: Iterable[Leg]) -> dict[str, Account]:
    """The accounts after these movements."""
    after = dict(accounts)
    for leg in legs:
        after[leg.debit] = after[leg.debit].debit(leg.amount)
        after[leg.credit] = after[leg.credit].credit(leg.amount)
    return after
