"""The fold: journal records become rows of the books, each once, however often they are read.

A record tells what has happened, so it is never refused for want of money. It is refused where it contradicts what stands; then
nothing changes, its hold stays open, and the audit names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from solvent.ledger import transfers
from solvent.ledger.books import HOLD_LIFE, Attempt, Books, Change, Done, HoldState, decide
from solvent.ledger.journal import (
    AttemptBegun,
    AttemptEnded,
    HoldPlaced,
    HoldPosted,
    HoldVoided,
    Outcome,
    Record,
    RequestDone,
    SegmentHeader,
)
from solvent.ledger.transfers import Kind, Reason, Refusal


def fold(books: Books, record: Record) -> tuple[Books, Done | Refusal]:
    """The books after one record, and the rows that it changes. The books that were given stay as they are."""
    done = effects(books, record)
    if isinstance(done, Refusal) or done.exists:
        return books, done
    after = books.copy()
    after.take(done.change)
    return after, done


def fold_all(books: Books, records: Iterable[Record]) -> tuple[Books, list[Done | Refusal]]:
    """The books after many records, and what each came to. Copies once, where `fold` would copy for each."""
    after, outcomes = books.copy(), []
    for record in records:
        done = effects(after, record)
        if isinstance(done, Done):
            after.take(done.change)
        outcomes.append(done)
    return after, outcomes


def effects(books: Books, record: Record) -> Done | Refusal:
    """What one record changes, or why it cannot be. Changes nothing itself."""
    match record:
        case SegmentHeader() | RequestDone():
            return Done(exists=True)
        case HoldPlaced():
            placed = transfers.hold(record.hold_id, record.account, record.amount, at_us=record.at_us)
            return decide(books, placed, is_fact=True)
        case AttemptBegun():
            return _begin(books, record)
        case AttemptEnded():
            return _end(books, record)
        case HoldPosted():
            return _post(books, record)
        case HoldVoided():
            return decide(books, transfers.void(record.hold_id, at_us=record.at_us))
        case _:
            assert_never(record)


def _begin(books: Books, record: AttemptBegun) -> Done | Refusal:
    known = books.attempts.get(record.attempt_id)
    if known is not None:
        return Done(exists=True) if known.begun == record else Refusal(Reason.EXISTS_WITH_DIFFERENT_CONTENT, record.attempt_id)
    hold = books.holds.get(record.hold_id)
    if hold is None:
        return Refusal(Reason.HOLD_UNKNOWN, record.attempt_id)
    if hold.state is not HoldState.OPEN:
        reason = HOLD_LIFE[hold.state, Kind.POST]
        assert isinstance(reason, Reason)
        return Refusal(reason, record.attempt_id)
    return Done(Change(holds=(replace(hold, attempts=(*hold.attempts, record.attempt_id)),), attempts=(Attempt(record),)))


def _end(books: Books, record: AttemptEnded) -> Done | Refusal:
    """The shadow of the upstream's balance falls by what the attempt took or may have taken. The caller is not touched here."""
    attempt = books.attempts.get(record.attempt_id)
    if attempt is None:
        return Refusal(Reason.ATTEMPT_UNKNOWN, record.attempt_id)
    if attempt.ended is not None:
        return Done(exists=True) if attempt.ended == record else Refusal(Reason.EXISTS_WITH_DIFFERENT_CONTENT, record.attempt_id)
    ended = Change(attempts=(replace(attempt, ended=record),))
    if record.outcome is Outcome.NONE:
        return Done(ended)
    spent = decide(books, transfers.spend(record.attempt_id, attempt.begun.upstream, record.cost, record.charge, at_us=record.at_us))
    if isinstance(spent, Refusal):
        return spent
    return Done(replace(spent.change, attempts=ended.attempts), spent.entry)


def _post(books: Books, record: HoldPosted) -> Done | Refusal:
    hold = books.holds.get(record.hold_id)
    posted = transfers.post(record.hold_id, record.cost, record.charge, at_us=record.at_us)
    # A caller never pays for a call of which nothing is known to have been sent.
    if hold is not None and hold.state is HoldState.OPEN and not any(_may_cost(books.attempts[attempt]) for attempt in hold.attempts):
        return Refusal(Reason.POST_WITHOUT_ATTEMPT, posted.id)
    return decide(books, posted)


def _may_cost(attempt: Attempt) -> bool:
    return attempt.ended is None or attempt.ended.outcome is not Outcome.NONE
