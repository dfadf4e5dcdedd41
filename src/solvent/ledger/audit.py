"""The audit: recomputes everything from the rows and the journal and tells every discrepancy. None: the books balance.

It shares no arithmetic with `books.py`: what decided cannot be the witness that it decided rightly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import HOUSE_EXCESS, Account
from solvent.ledger.books import Books
from solvent.ledger.journal import AttemptBegun, AttemptEnded, End, HoldPlaced, HoldPosted, HoldVoided, Outcome, Record
from solvent.ledger.transfers import Entry, Kind

_RecordT = TypeVar("_RecordT", bound=Record)


class Finding(StrEnum):
    """What can be wrong."""

    JOURNAL_BROKEN = "journal_broken"
    BALANCE_DIFFERS = "balance_differs"  # the stored counters are not those of the entries
    HELD_DIFFERS = "held_differs"
    BELOW_FLOOR = "below_floor"
    TOTAL_NOT_ZERO = "total_not_zero"
    ID_REUSED = "id_reused"  # two entries, or two records about one thing, with different content
    LEGS_DIFFER = "legs_differ"  # what an entry moved is not what it says it moves
    HOLD_RESOLVED_TWICE = "hold_resolved_twice"
    RESOLVED_WITHOUT_HOLD = "resolved_without_hold"
    ATTEMPT_WITHOUT_HOLD = "attempt_without_hold"
    ATTEMPT_AFTER_RESOLUTION = "attempt_after_resolution"
    ATTEMPT_LEFT_OPEN = "attempt_left_open"  # its hold is resolved, and nobody said how it ended
    END_WITHOUT_ATTEMPT = "end_without_attempt"
    POST_WITHOUT_ATTEMPT = "post_without_attempt"
    VOID_AFTER_USAGE = "void_after_usage"  # the upstream took money and nobody decided who bears it
    RECORD_NOT_FOLDED = "record_not_folded"  # the journal tells it and the books do not
    ENTRY_WITHOUT_RECORD = "entry_without_record"
    ENTRY_DIFFERS_FROM_RECORD = "entry_differs_from_record"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that is wrong: what, with which account, hold, attempt or segment, and the figures in dollars."""

    finding: Finding
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is audited: the entries in the order of the books, the stored counters, the journal's records, and where its segments ended."""

    entries: tuple[Entry, ...]
    accounts: Mapping[str, Account]
    records: tuple[Record, ...] = ()
    ends: tuple[tuple[str, End], ...] = ()

    @classmethod
    def of(cls, books: Books, records: Iterable[Record], ends: Iterable[tuple[str, End]] = ()) -> Evidence:
        """Books in memory and the records that were folded into them; `ends` by the names of the segments."""
        return cls(tuple(books.entries.values()), books.accounts, tuple(records), tuple(ends))


def audit(evidence: Evidence) -> tuple[Discrepancy, ...]:
    """Every discrepancy, the journal's breaks first."""
    broken = (Discrepancy(Finding.JOURNAL_BROKEN, name, f"{end.stop} at byte {end.offset}") for name, end in evidence.ends if end.broken)
    history = _History(evidence.records)
    return (*broken, *_entries(evidence.entries), *_balances(evidence), *history.discrepancies(), *_folded(evidence.entries, history))


def summary(found: tuple[Discrepancy, ...]) -> str:
    """One line a discrepancy, or that there is none."""
    return "\n".join(f"{one.finding} {one.subject} {one.detail}".rstrip() for one in found) or "books balance"


def _entries(entries: tuple[Entry, ...]) -> Iterator[Discrepancy]:
    """What is wrong with the entries alone."""
    seen: dict[str, Entry] = {}
    holds: dict[str, Entry] = {}
    resolved: dict[str, Entry] = {}
    for entry in entries:
        asked = entry.transfer
        if seen.setdefault(asked.id, entry) is not entry:
            yield Discrepancy(Finding.ID_REUSED, asked.id)
        if asked.kind is Kind.HOLD:
            holds[asked.hold_id] = entry
        if asked.kind in (Kind.POST, Kind.VOID):
            if asked.hold_id not in holds:
                yield Discrepancy(Finding.RESOLVED_WITHOUT_HOLD, asked.hold_id)
            if resolved.setdefault(asked.hold_id, entry) is not entry:
                yield Discrepancy(Finding.HOLD_RESOLVED_TWICE, asked.hold_id)
        if problem := _legs_differ(entry, holds.get(asked.hold_id)):
            yield Discrepancy(Finding.LEGS_DIFFER, asked.id, problem)


def _legs_differ(entry: Entry, hold: Entry | None) -> str:
    """How the movements of an entry differ from what it says, in words; empty if they do not."""
    asked = entry.transfer
    moved = sum(leg.amount.nano_usd for leg in entry.legs)
    if asked.kind is Kind.HOLD and not ZERO <= entry.held <= asked.amount:
        return f"set aside {entry.held}, asked for {asked.amount}"
    due = ZERO if asked.kind is Kind.HOLD else asked.amount
    if moved != due.nano_usd:
        return f"moved {Money(moved)}, not {due}"
    if any(leg.amount <= ZERO for leg in entry.legs) and asked.kind is not Kind.SPEND:
        return "moved nothing, or backwards"
    if asked.kind not in (Kind.POST, Kind.VOID):
        wrong = [leg for leg in entry.legs if (leg.debit, leg.credit) != (asked.debit, asked.credit)]
        return "moved between other accounts" if wrong else ""
    borne = sum(leg.amount.nano_usd for leg in entry.legs if leg.debit == HOUSE_EXCESS)
    if borne != entry.excess.nano_usd:
        return f"the house bore {Money(borne)}, not {entry.excess}"
    payers = {HOUSE_EXCESS} | ({hold.transfer.debit} if hold else set())
    return "" if {leg.debit for leg in entry.legs} <= payers else "another account paid than the one that held"


def _balances(evidence: Evidence) -> Iterator[Discrepancy]:
    """What is wrong with the stored counters."""
    credited: defaultdict[str, int] = defaultdict(int)
    debited: defaultdict[str, int] = defaultdict(int)
    held: defaultdict[str, int] = defaultdict(int)
    open_holds: dict[str, Entry] = {}
    for entry in evidence.entries:
        for leg in entry.legs:
            debited[leg.debit] += leg.amount.nano_usd
            credited[leg.credit] += leg.amount.nano_usd
        if entry.transfer.kind is Kind.HOLD:
            open_holds[entry.transfer.hold_id] = entry
        elif entry.transfer.kind in (Kind.POST, Kind.VOID):
            open_holds.pop(entry.transfer.hold_id, None)
    for entry in open_holds.values():
        held[entry.transfer.debit] += entry.held.nano_usd
    for name in sorted({*evidence.accounts, *credited, *debited, *held}):
        stored = evidence.accounts.get(name, Account())
        settled = Money(credited[name] - debited[name])
        if (stored.credited.nano_usd, stored.debited.nano_usd) != (credited[name], debited[name]):
            yield Discrepancy(Finding.BALANCE_DIFFERS, name, f"stored {stored.settled}, by the entries {settled}")
        if stored.held.nano_usd != held[name]:
            yield Discrepancy(Finding.HELD_DIFFERS, name, f"stored {stored.held}, by the entries {Money(held[name])}")
        if stored.floor is not None and (debited[name] or held[name]) and settled - Money(held[name]) < stored.floor:
            yield Discrepancy(Finding.BELOW_FLOOR, name, f"{settled - Money(held[name])} below {stored.floor}")
    total = sum(account.settled.nano_usd for account in evidence.accounts.values())
    if total:
        yield Discrepancy(Finding.TOTAL_NOT_ZERO, "all accounts", str(Money(total)))


class _History:
    """The journal's records by what they are about, the first of each; and what contradicts in their order."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.placed: dict[str, HoldPlaced] = {}
        self.resolved: dict[str, HoldPosted | HoldVoided] = {}
        self.begun: dict[str, AttemptBegun] = {}
        self.ended: dict[str, AttemptEnded] = {}
        self._found: list[Discrepancy] = []
        for record in records:
            match record:
                case HoldPlaced():
                    self._first(self.placed, record.hold_id, record)
                case HoldPosted() | HoldVoided():
                    self._resolve(record)
                case AttemptBegun():
                    self._begin(record)
                case AttemptEnded():
                    self._first(self.ended, record.attempt_id, record)

    def _first(self, those: dict[str, _RecordT], subject: str, record: _RecordT) -> None:
        if those.setdefault(subject, record) != record:
            self._found.append(Discrepancy(Finding.ID_REUSED, subject))

    def _resolve(self, record: HoldPosted | HoldVoided) -> None:
        if self.resolved.setdefault(record.hold_id, record) != record:
            self._found.append(Discrepancy(Finding.HOLD_RESOLVED_TWICE, record.hold_id))

    def _begin(self, record: AttemptBegun) -> None:
        if record.hold_id in self.resolved and record.attempt_id not in self.begun:
            self._found.append(Discrepancy(Finding.ATTEMPT_AFTER_RESOLUTION, record.attempt_id))
        self._first(self.begun, record.attempt_id, record)

    def discrepancies(self) -> Iterator[Discrepancy]:
        """What is wrong with the journal alone."""
        yield from self._found
        outcomes: defaultdict[str, set[Outcome | None]] = defaultdict(set)
        for attempt_id, begun in self.begun.items():
            if begun.hold_id not in self.placed:
                yield Discrepancy(Finding.ATTEMPT_WITHOUT_HOLD, attempt_id)
            ended = self.ended.get(attempt_id)
            outcomes[begun.hold_id].add(ended.outcome if ended else None)
            if ended is None and begun.hold_id in self.resolved:
                yield Discrepancy(Finding.ATTEMPT_LEFT_OPEN, attempt_id)
        for attempt_id in sorted(self.ended.keys() - self.begun.keys()):
            yield Discrepancy(Finding.END_WITHOUT_ATTEMPT, attempt_id)
        for hold_id, resolution in self.resolved.items():
            if hold_id not in self.placed:
                yield Discrepancy(Finding.RESOLVED_WITHOUT_HOLD, hold_id)
            if isinstance(resolution, HoldPosted) and outcomes[hold_id] <= {Outcome.NONE}:
                yield Discrepancy(Finding.POST_WITHOUT_ATTEMPT, hold_id)
            if isinstance(resolution, HoldVoided) and Outcome.USAGE in outcomes[hold_id]:
                yield Discrepancy(Finding.VOID_AFTER_USAGE, hold_id)

    def expected(self) -> dict[str, tuple[Kind, Money]]:
        """The entries that folding these records makes, by id: kind and amount."""
        entries = {f"hold:{hold_id}": (Kind.HOLD, record.amount) for hold_id, record in self.placed.items()}
        for hold_id, record in self.resolved.items():
            if isinstance(record, HoldPosted):
                entries[f"post:{hold_id}"] = (Kind.POST, record.cost)
            else:
                entries[f"void:{hold_id}"] = (Kind.VOID, ZERO)
        for attempt_id, ended in self.ended.items():
            if ended.outcome is not Outcome.NONE:
                entries[f"spend:{attempt_id}"] = (Kind.SPEND, ended.cost)
        return entries


_OF_THE_JOURNAL = frozenset({Kind.HOLD, Kind.POST, Kind.VOID, Kind.SPEND})


def _folded(entries: tuple[Entry, ...], history: _History) -> Iterator[Discrepancy]:
    """Where the books and the journal do not tell the same."""
    expected = history.expected()
    standing = {entry.transfer.id: entry for entry in entries if entry.transfer.kind in _OF_THE_JOURNAL}
    for transfer_id, (kind, amount) in expected.items():
        entry = standing.get(transfer_id)
        if entry is None:
            yield Discrepancy(Finding.RECORD_NOT_FOLDED, transfer_id, str(amount))
        elif (entry.transfer.kind, entry.transfer.amount) != (kind, amount):
            yield Discrepancy(Finding.ENTRY_DIFFERS_FROM_RECORD, transfer_id, f"{entry.transfer.amount}, by the journal {amount}")
    for transfer_id in standing:
        if transfer_id not in expected:
            yield Discrepancy(Finding.ENTRY_WITHOUT_RECORD, transfer_id)
