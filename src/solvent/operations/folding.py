"""A batch of journal records becomes rows: what the ledger's fold changes, what was spent by day, and the requests that are over.

Pure: it is given books that hold every row the records touch, and the store writes what comes out in one transaction together with
the place up to which the journal was read. So a batch happens wholly or not at all, and once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import Account, key_account, upstream_account
from solvent.ledger.books import Books, Done
from solvent.ledger.fold import effects
from solvent.ledger.journal import AttemptBegun, AttemptEnded, HoldPlaced, HoldPosted, HoldVoided, Record, RequestDone
from solvent.ledger.transfers import Entry, Kind, Refusal
from solvent.operations.instants import day_of

NOT_TEXT = "id_is_no_text"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a journal was read: the next byte is at `offset` of `segment`. Segment 0, offset 0: nothing yet."""

    journal: str
    segment: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that follow `since`. `broken` says why nothing behind `until` can be believed; `more`: reading on is worthwhile at once."""

    since: Place
    until: Place
    records: tuple[Record, ...] = ()
    broken: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A record that the books refused: the journal and segment, the reason, and the id of what it was about. No words of anybody."""

    journal: str
    segment: int
    reason: str
    subject: str


@dataclass(frozen=True, slots=True)
class Folded:
    """`place`: up to where the journal is in the books now. `took`: whether this batch was what came next there."""

    place: Place
    took: bool
    refused: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted for an account: money that calls took from it, requests (for a key) or attempts (for an upstream), failed ones."""

    spent: Money = ZERO
    requests: int = 0
    errors: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(self.spent + other.spent, self.requests + other.requests, self.errors + other.errors)


NOTHING_COUNTED = Tally()


@dataclass(frozen=True, slots=True)
class Witness:
    """The books at one instant: entries in their order, stored counters, and the place in each journal."""

    entries: tuple[Entry, ...]
    accounts: dict[str, Account]
    places: tuple[Place, ...]


@dataclass(slots=True)
class Rows:
    """What a batch adds or replaces: the rows themselves stand in `books`; `tallies` are to be added to those of the day."""

    books: Books
    accounts: dict[str, None] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    holds: dict[str, None] = field(default_factory=dict)
    attempts: dict[str, None] = field(default_factory=dict)
    requests: dict[str, RequestDone] = field(default_factory=dict)
    tallies: dict[tuple[str, int], Tally] = field(default_factory=dict)
    refused: list[Contradiction] = field(default_factory=list)


def rows_of(books: Books, batch: Batch, known_requests: Collection[str]) -> Rows:
    """Folds the records into `books`, which is changed, and tells the rows. A request that is known already is not counted again."""
    rows = Rows(books)
    for record in batch.records:
        if unsound := _no_text(record):
            rows.refused.append(Contradiction(batch.since.journal, batch.until.segment, NOT_TEXT, unsound))
        elif isinstance(record, RequestDone):
            if record.request_id not in known_requests and record.request_id not in rows.requests:
                rows.requests[record.request_id] = record
                _count_request(rows.tallies, record)
        else:
            done = effects(books, record)
            if isinstance(done, Refusal):
                rows.refused.append(Contradiction(batch.since.journal, batch.until.segment, done.reason.value, done.id))
            elif not done.exists:
                _take(rows, done)
    return rows


def _take(rows: Rows, done: Done) -> None:
    change = done.change
    rows.books.take(change)
    rows.accounts.update((name, None) for name, _ in change.accounts)
    rows.entries.extend(change.entries)
    rows.holds.update((hold.id, None) for hold in change.holds)
    rows.attempts.update((attempt.begun.attempt_id, None) for attempt in change.attempts)
    for entry in change.entries:
        if entry.transfer.kind in (Kind.POST, Kind.SPEND):
            _count_spending(rows.tallies, entry)


def _count_spending(tallies: dict[tuple[str, int], Tally], entry: Entry) -> None:
    day = day_of(entry.transfer.at_us)
    for leg in entry.legs:
        if leg.amount > ZERO:
            _count(tallies, leg.debit, day, Tally(leg.amount))


def _count_request(tallies: dict[tuple[str, int], Tally], record: RequestDone) -> None:
    day = day_of(record.at_us)
    if record.key_id:
        _count(tallies, key_account(record.key_id), day, Tally(requests=1, errors=int(record.status >= 400)))
    for attempt in record.attempts:
        _count(tallies, upstream_account(attempt.account), day, Tally(requests=1, errors=int(attempt.category != "")))


def _count(tallies: dict[tuple[str, int], Tally], account: str, day: int, more: Tally) -> None:
    known = tallies.get((account, day))
    tallies[account, day] = more if known is None else known.plus(more)


def _no_text(record: Record) -> str:
    """The first id that no database could keep, escaped; empty where all can. A journal may hold half of a surrogate pair."""
    for name in _names(record):
        if not name.isascii():
            try:
                name.encode()
            except UnicodeEncodeError:
                return ascii(name)
    return ""


def _names(record: Record) -> Iterable[str]:
    match record:
        case HoldPlaced():
            return (record.hold_id, record.account)
        case AttemptBegun():
            return (record.attempt_id, record.hold_id, record.upstream)
        case AttemptEnded():
            return (record.attempt_id,)
        case HoldPosted() | HoldVoided():
            return (record.hold_id,)
        case RequestDone():
            return (record.request_id, record.key_id, *(told.account for told in record.attempts))
        case _:
            return ()
