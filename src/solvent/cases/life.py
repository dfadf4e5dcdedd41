"""The life of a case as one table.

A case groups the occurrences of one defect. It is `processing` while nothing is known about it, `answered` once a rule explains
it, `resolved` when a person says that it is over, and `regressed` when it comes back after that. Every pair of state and event
is a row: no event is lost, and only a person resolves.
"""

from __future__ import annotations

from enum import StrEnum


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
