"""The life of one request as one table.

Rule 1: everything that decides what a request does next is a row here, and a row's function stands in `moves`. The runner performs
commands and reports events; it decides nothing. Rule 2: every pair of state and event is a row, or is named impossible with its
reason. Rule 3: no clock and no amount of money is read: deadlines, verdicts and the room that a hold leaves arrive inside events.

The theory. A request owes two things: to its client one answer, and to the books one resolution of its hold. The client's debt
is open until the first byte leaves, and until then a failed attempt may be followed by another (BEGINNING to PRIMED); from then
on (STREAMING) there is no way back to a candidate. The books' debt opens when the hold is written and closes in `moves._resolve`,
the one place where a hold is posted or voided, and the only way to DONE for a request that has one. It is void only where no
attempt cost anything. A state waits for one party, and always for the client to leave and the deadline to pass:

    the planner    RECEIVED
    the journal    HOLDING and ABANDONING (the hold), BEGINNING (an attempt), SETTLING and VOIDING (the hold's resolution)
    the upstream   DIALLING, PRIMED, STREAMING, DRAINING
    the last rung  LADDER

Invariants, each enumerated by the tests:

- no upstream byte without a hold and an attempt in the journal;
- no other attempt after the first byte to the client, and never bytes of two attempts in one answer;
- a hold is resolved at most once, and exactly once unless the journal failed;
- an attempt that began is ended exactly once, before its hold is resolved, and no two are open at once;
- the client gets exactly one answer or is gone, and is sent nothing after that;
- exactly one `Finish`, last; nothing happens after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from solvent.exchange import events as on
from solvent.exchange import moves
from solvent.exchange.events import Event, Kind
from solvent.exchange.moves import Step
from solvent.exchange.state import Exchange, State


@dataclass(frozen=True, slots=True)
class Row:
    """A cell of the table: the move, and every state that it may lead to."""

    move: Callable[[Exchange, Any], Step]
    to: frozenset[State]


@dataclass(frozen=True, slots=True)
class Impossible:
    """A cell that no honest runner reaches, and why."""

    reason: str


Cell: TypeAlias = Row | Impossible
Table: TypeAlias = Mapping[tuple[State, Kind], Cell]


class ImpossibleError(AssertionError):
    """The runner reported what cannot have happened: a bug there, or in the table."""


def _to(move: Callable[[Exchange, Any], Step], *states: State) -> Row:
    return Row(move, frozenset(states))


def _stay(state: State) -> Row:
    return _to(moves.ignore, state)


RECEIVED, HOLDING, ABANDONING, BEGINNING = State.RECEIVED, State.HOLDING, State.ABANDONING, State.BEGINNING
DIALLING, PRIMED, STREAMING, DRAINING = State.DIALLING, State.PRIMED, State.STREAMING, State.DRAINING
LADDER, SETTLING, VOIDING, DONE = State.LADDER, State.SETTLING, State.VOIDING, State.DONE

# The rows that do something, in the order in which a request meets them.
ROWS: Final[dict[State, dict[Kind, Row]]] = {
    RECEIVED: {
        on.Refused: _to(moves.refused, DONE),
        on.Planned: _to(moves.planned, HOLDING, LADDER),
        on.ClientGone: _to(moves.gone_without_hold, DONE),
        on.Deadline: _to(moves.late_without_hold, DONE),
    },
    HOLDING: {
        on.Held: _to(moves.held, BEGINNING),
        on.HoldRefused: _to(moves.hold_refused, HOLDING, DONE),
        on.HoldUnwritten: _to(moves.hold_unwritten, DONE),
        on.ClientGone: _to(moves.gone_while_holding, ABANDONING),
        on.Deadline: _to(moves.late_while_holding, ABANDONING),
    },
    ABANDONING: {
        on.Held: _to(moves.held_for_nobody, VOIDING),
        on.HoldRefused: _to(moves.not_held_for_nobody, DONE),
        on.HoldUnwritten: _to(moves.not_held_for_nobody, DONE),
    },
    BEGINNING: {
        on.AttemptWritten: _to(moves.attempt_written, DIALLING),
        on.AttemptUnwritten: _to(moves.attempt_unwritten, SETTLING, VOIDING),
        on.ClientGone: _to(moves.gone_unanswered, SETTLING, VOIDING),
        on.Deadline: _to(moves.late_unanswered, SETTLING, VOIDING),
    },
    DIALLING: {
        on.Connected: _to(moves.connected, DIALLING),
        on.Sent: _to(moves.sent, DIALLING),
        on.Answered: _to(moves.answered, PRIMED),
        on.Dropped: _to(moves.dropped, BEGINNING, LADDER, SETTLING, VOIDING),
        on.Failed: _to(moves.failed, BEGINNING, LADDER, SETTLING, VOIDING),
        on.ClientGone: _to(moves.gone_unanswered, SETTLING, VOIDING),
        on.Deadline: _to(moves.late_unanswered, SETTLING, VOIDING),
    },
    PRIMED: {
        on.Preamble: _to(moves.preamble, PRIMED),
        on.Content: _to(moves.first_content, STREAMING),
        on.Ended: _to(moves.ended_unsent, SETTLING),
        on.Failed: _to(moves.failed, BEGINNING, LADDER, SETTLING, VOIDING),
        on.ClientGone: _to(moves.gone_unanswered, SETTLING),
        on.Deadline: _to(moves.late_unanswered, SETTLING),
    },
    STREAMING: {
        on.Preamble: _to(moves.delta, STREAMING),
        on.Content: _to(moves.delta, STREAMING),
        on.Ended: _to(moves.ended, SETTLING),
        on.Failed: _to(moves.broken, SETTLING),
        on.ClientGone: _to(moves.gone_streaming, DRAINING, SETTLING),
        on.Deadline: _to(moves.late_streaming, SETTLING),
    },
    DRAINING: {
        on.Ended: _to(moves.drained, SETTLING),
        on.Failed: _to(moves.drained, SETTLING),
        on.Deadline: _to(moves.late_draining, SETTLING),
    },
    LADDER: {
        on.RungFound: _to(moves.rung_found, SETTLING, VOIDING, DONE),
        on.NoRung: _to(moves.no_rung, SETTLING, VOIDING, DONE),
        on.ClientGone: _to(moves.gone_on_ladder, SETTLING, VOIDING, DONE),
        on.Deadline: _to(moves.late_on_ladder, SETTLING, VOIDING, DONE),
    },
    SETTLING: {
        on.ResolutionWritten: _to(moves.resolution_written, DONE),
        on.ResolutionUnwritten: _to(moves.resolution_unwritten, DONE),
    },
    VOIDING: {
        on.ResolutionWritten: _to(moves.resolution_written, DONE),
        on.ResolutionUnwritten: _to(moves.resolution_unwritten, DONE),
    },
    DONE: {},
}

# Nobody waits for these any more. What was under way elsewhere may still be reported, and changes nothing.
IGNORED: Final[dict[State, tuple[Kind, ...]]] = {
    ABANDONING: on.OUTSIDE,
    DRAINING: (on.Preamble, on.Content, on.ClientGone),
    SETTLING: (*on.PLAN, *on.HOLD, *on.ATTEMPT, *on.UPSTREAM, *on.RUNG, *on.OUTSIDE),
    VOIDING: (*on.PLAN, *on.HOLD, *on.ATTEMPT, *on.UPSTREAM, *on.RUNG, *on.OUTSIDE),
    DONE: on.KINDS,
}

_PLANNED = "the planner answers once, and has"
_NO_PLAN = "there is no plan yet, so no hold was asked for"
_HELD = "the hold's write was answered already"
_UNASKED = "no attempt has been written, so none was begun"
_WRITTEN = "the attempt's record was answered already, and the next has not been given"
_CLOSED = "no upstream is open: none was opened, or its last event has come"
_RUNGS = "no rung was looked for"
_UNRESOLVED = "the hold is not being resolved"
_ANSWERED = "the upstream's head has come"
_HEADLESS = "no 2xx head has come"

IMPOSSIBLE: Final[dict[State, tuple[tuple[str, tuple[Kind, ...]], ...]]] = {
    RECEIVED: ((_NO_PLAN, on.HOLD), (_UNASKED, on.ATTEMPT), (_CLOSED, on.UPSTREAM), (_RUNGS, on.RUNG), (_UNRESOLVED, on.RESOLUTION)),
    HOLDING: ((_PLANNED, on.PLAN), (_UNASKED, on.ATTEMPT), (_CLOSED, on.UPSTREAM), (_RUNGS, on.RUNG), (_UNRESOLVED, on.RESOLUTION)),
    ABANDONING: ((_PLANNED, on.PLAN), (_UNASKED, on.ATTEMPT), (_CLOSED, on.UPSTREAM), (_RUNGS, on.RUNG), (_UNRESOLVED, on.RESOLUTION)),
    BEGINNING: ((_PLANNED, on.PLAN), (_HELD, on.HOLD), (_CLOSED, on.UPSTREAM), (_RUNGS, on.RUNG), (_UNRESOLVED, on.RESOLUTION)),
    DIALLING: (
        *((_PLANNED, on.PLAN), (_HELD, on.HOLD), (_WRITTEN, on.ATTEMPT), (_RUNGS, on.RUNG), (_UNRESOLVED, on.RESOLUTION)),
        (_HEADLESS, (on.Preamble, on.Content, on.Ended)),
    ),
    PRIMED: (
        *((_PLANNED, on.PLAN), (_HELD, on.HOLD), (_WRITTEN, on.ATTEMPT), (_RUNGS, on.RUNG), (_UNRESOLVED, on.RESOLUTION)),
        (_ANSWERED, (on.Connected, on.Sent, on.Answered, on.Dropped)),
    ),
    STREAMING: (
        *((_PLANNED, on.PLAN), (_HELD, on.HOLD), (_WRITTEN, on.ATTEMPT), (_RUNGS, on.RUNG), (_UNRESOLVED, on.RESOLUTION)),
        (_ANSWERED, (on.Connected, on.Sent, on.Answered, on.Dropped)),
    ),
    DRAINING: (
        *((_PLANNED, on.PLAN), (_HELD, on.HOLD), (_WRITTEN, on.ATTEMPT), (_RUNGS, on.RUNG), (_UNRESOLVED, on.RESOLUTION)),
        (_ANSWERED, (on.Connected, on.Sent, on.Answered, on.Dropped)),
    ),
    LADDER: ((_PLANNED, on.PLAN), (_HELD, on.HOLD), (_WRITTEN, on.ATTEMPT), (_CLOSED, on.UPSTREAM), (_UNRESOLVED, on.RESOLUTION)),
}


def _cells() -> Iterable[tuple[tuple[State, Kind], Cell]]:
    for state in State:
        for kind, row in ROWS[state].items():
            yield (state, kind), row
        for kind in IGNORED.get(state, ()):
            yield (state, kind), _stay(state)
        for reason, kinds in IMPOSSIBLE.get(state, ()):
            for kind in kinds:
                yield (state, kind), Impossible(reason)


def _table() -> Table:
    """Every pair once. Raises `ValueError` on one that is told twice."""
    table: dict[tuple[State, Kind], Cell] = {}
    for pair, cell in _cells():
        if pair in table:
            state, kind = pair
            raise ValueError(f"`{state}` × `{kind.__name__}` stands in the table twice")
        table[pair] = cell
    return table


TABLE: Final = _table()


def step(exchange: Exchange, event: Event, table: Table = TABLE) -> Step:
    """The exchange after the event, and the commands to perform in their order. Raises `ImpossibleError` on an impossible pair."""
    cell = table[exchange.state, type(event)]
    if isinstance(cell, Impossible):
        raise ImpossibleError(f"`{type(event).__name__}` cannot happen to a request that is `{exchange.state}`: {cell.reason}")
    return cell.move(exchange, event)
