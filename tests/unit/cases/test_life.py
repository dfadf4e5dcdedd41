from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.cases.life import FIRST, TABLE, Event, State, counted, opened, step
from solvent.model.occurrence import Case
from solvent.model.verdict import Category, Wallet

OCCURRED = (Event.OCCURRED_EXPLAINED, Event.OCCURRED_UNEXPLAINED)


def test_every_pair_of_state_and_event_is_a_row_and_nothing_else_is() -> None:
    assert set(TABLE) == set(product(State, Event))


def test_the_states_are_those_of_the_contract() -> None:
    assert [state.value for state in State] == ["processing", "answered", "resolved", "regressed"]


def test_a_case_is_answered_from_its_first_occurrence_on_where_a_rule_explains_it() -> None:
    assert opened(explained=True) is State.ANSWERED
    assert opened(explained=False) is State.PROCESSING


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_only_a_person_resolves(state: State, event: Event) -> None:
    assert (step(state, event) is State.RESOLVED) == (event is Event.RESOLVED)


@pytest.mark.parametrize("event", OCCURRED)
def test_what_comes_back_after_it_was_resolved_has_regressed(event: Event) -> None:
    assert step(State.RESOLVED, event) is State.REGRESSED
    assert step(State.REGRESSED, event) is State.REGRESSED


@pytest.mark.parametrize("event", OCCURRED)
def test_an_answer_is_not_lost_by_another_occurrence(event: Event) -> None:
    assert step(State.ANSWERED, event) is State.ANSWERED


@given(st.lists(st.sampled_from(Event)))
def test_every_history_ends_where_its_events_say(events: list[Event]) -> None:
    state = FIRST
    for event in events:
        state = step(state, event)
    expected = FIRST
    if events and events[-1] is Event.RESOLVED:
        expected = State.RESOLVED
    elif Event.RESOLVED in events:
        expected = State.REGRESSED
    elif Event.OCCURRED_EXPLAINED in events:
        expected = State.ANSWERED
    assert state is expected


def test_one_more_occurrence_is_counted_and_moves_the_case_on() -> None:
    at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    case = Case("c", "processing", None, Category.OTHER, Wallet.NONE, "acme", "words", 1, at, at)
    later, earlier = at + timedelta(hours=1), at - timedelta(hours=1)
    assert counted(case, later, explained=False) == replace(case, count=2, last_at=later)
    assert counted(case, earlier, explained=True) == replace(case, state="answered", count=2, first_at=earlier)
