"""The life of a case as one table.

A case groups the occurrences of one defect. It is `processing` while nothing is known about it, `answered` once a rule explains
it, `resolved` when a person says that it is over, and `regressed` when it comes back after that. Every pair of state and event
is a row: no event is lost, and only a person resolves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from solvent.model.occurrence import Case


class State(StrEnum):
    """Where a case stands."""

    PROCESSING = "processing"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    REGRESSED = "regressed"


class Event(StrEnum):
    """What can happen to a case."""

    OCCURRED_EXPLAINED = "occurred_explained"  # an occurrence arrived and a rule explains it
    OCCURRED_UNEXPLAINED = "occurred_unexplained"  # an occurrence arrived and no rule does
    RESOLVED = "resolved"  # a person says that it is over


TABLE: dict[tuple[State, Event], State] = {
    (State.PROCESSING, Event.OCCURRED_EXPLAINED): State.ANSWERED,
    (State.PROCESSING, Event.OCCURRED_UNEXPLAINED): State.PROCESSING,
    (State.PROCESSING, Event.RESOLVED): State.RESOLVED,
    (State.ANSWERED, Event.OCCURRED_EXPLAINED): State.ANSWERED,
    (State.ANSWERED, Event.OCCURRED_UNEXPLAINED): State.ANSWERED,
    (State.ANSWERED, Event.RESOLVED): State.RESOLVED,
    (State.RESOLVED, Event.OCCURRED_EXPLAINED): State.REGRESSED,
    (State.RESOLVED, Event.OCCURRED_UNEXPLAINED): State.REGRESSED,
    (State.RESOLVED, Event.RESOLVED): State.RESOLVED,
    (State.REGRESSED, Event.OCCURRED_EXPLAINED): State.REGRESSED,
    (State.REGRESSED, Event.OCCURRED_UNEXPLAINED): State.REGRESSED,
    (State.REGRESSED, Event.RESOLVED): State.RESOLVED,
}

FIRST = State.PROCESSING


def step(state: State, event: Event) -> State:
    """The state after the event."""
    return TABLE[state, event]


def opened(*, explained: bool) -> State:
    """The state of a case after its first occurrence; `explained`: a rule explains it."""
    return step(FIRST, _occurred(explained=explained))


def counted(case: Case, at: datetime, *, explained: bool) -> Case:
    """The case after one more occurrence; `explained`: a rule explains it."""
    state = step(State(case.state), _occurred(explained=explained)).value
    return replace(case, state=state, count=case.count + 1, first_at=min(case.first_at, at), last_at=max(case.last_at, at))


def _occurred(*, explained: bool) -> Event:
    return Event.OCCURRED_EXPLAINED if explained else Event.OCCURRED_UNEXPLAINED
