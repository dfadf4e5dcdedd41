from __future__ import annotations

from itertools import product

import pytest

from solvent.exchange.commands import Finish
from solvent.exchange.events import KINDS, RESOLUTION, ClientGone, Event, Failed, Held, Kind, Planned
from solvent.exchange.machine import IGNORED, IMPOSSIBLE, ROWS, TABLE, Impossible, ImpossibleError, Row, Table, step
from solvent.exchange.state import Exchange, Policy, State
from tests.unit.exchange.explorer import PLANS, Walk, check_ends, start, walk
from tests.unit.exchange.mutants import MUTANTS
from tests.unit.exchange.world import BrokenInvariantError

POLICIES = [Policy(stream, retry, drain) for stream, retry, drain in product((True, False), repeat=3)]
FEW = [Policy(), Policy(stream=False, retry_unknown=False), Policy(drain=True)]
FEW_PLANS = ((), (1,), (2,), (1, 1))


@pytest.fixture(scope="module")
def walked() -> Walk:
    return walk(POLICIES)


def test_every_pair_of_state_and_event_stands_in_the_table_once_and_nothing_else_does() -> None:
    assert set(TABLE) == set(product(State, KINDS))
    told = [(state, kind) for state in State for kind in (*ROWS[state], *IGNORED.get(state, ()))]
    told += [(state, kind) for state in State for _, kinds in IMPOSSIBLE.get(state, ()) for kind in kinds]
    assert len(told) == len(set(told)) == len(State) * len(KINDS)


def test_every_kind_of_event_is_known() -> None:
    assert set(KINDS) == set(Event.__args__)
    assert len(KINDS) == len(set(KINDS))


def test_what_is_impossible_has_its_reason_and_is_refused_with_it() -> None:
    for (state, kind), cell in TABLE.items():
        if isinstance(cell, Impossible):
            assert cell.reason, (state, kind)
    with pytest.raises(ImpossibleError, match="`Held` cannot happen to a request that is `received`: there is no plan yet"):
        step(Exchange(Policy()), Held())


@pytest.mark.parametrize("state", [State.ABANDONING, State.SETTLING, State.VOIDING, State.DONE])
def test_where_nobody_waits_the_client_and_the_deadline_change_nothing(state: State) -> None:
    exchange = Exchange(Policy(), state)
    assert step(exchange, ClientGone()) == (exchange, ())


def test_done_is_the_end(walked: Walk) -> None:
    assert ROWS[State.DONE] == {}
    assert all(after == {State.DONE} for (state, _), after in walked.taken.items() if state is State.DONE)


def test_no_sequence_of_events_breaks_an_invariant_and_all_can_end(walked: Walk) -> None:
    # The walk itself raises at the first invariant that is broken.
    check_ends(walked)
    assert len(walked.edges) > 50_000


def test_the_walk_covers_what_it_should(walked: Walk) -> None:
    assert sum(walked.sequences(start(policy), 10) for policy in POLICIES) > 1_000_000
    exchanges = [exchange for exchange, _ in walked.edges]
    assert {exchange.plans for exchange in exchanges} == set(PLANS)
    assert max(exchange.attempt for exchange in exchanges) == 6  # three candidates, each dialled twice


def test_every_row_is_walked_to_every_state_that_it_names(walked: Walk) -> None:
    for state, rows in ROWS.items():
        for kind, row in rows.items():
            assert walked.taken[state, kind] == row.to, (state, kind)


def test_no_request_makes_more_attempts_than_its_plan_and_its_redials_allow(walked: Walk) -> None:
    for exchange, _ in walked.edges:
        assert exchange.attempt <= 2 * max(exchange.plans, default=0)


def caught(table: Table) -> str | None:
    try:
        check_ends(walk(FEW, FEW_PLANS, table))
    except (BrokenInvariantError, ImpossibleError) as problem:
        return str(problem)
    return None


def test_the_small_walk_that_hunts_mutants_finds_none_in_the_table_itself() -> None:
    assert caught(TABLE) is None


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mistake_is_caught(name: str) -> None:
    assert caught(MUTANTS[name])


def forgetting(pair: tuple[State, Kind]) -> Table:
    row = TABLE[pair]
    assert isinstance(row, Row)
    return {**TABLE, pair: Row(lambda exchange, _: (exchange, ()), frozenset(State))}


PAIRS = [(state, kind) for state in State for kind in ROWS[state]]


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{state}-{kind.__name__}" for state, kind in PAIRS])
def test_no_row_can_be_left_out(pair: tuple[State, Kind]) -> None:
    assert caught(forgetting(pair))


def test_the_last_command_of_a_request_is_finish() -> None:
    for kind in RESOLUTION:
        _, commands = step(Exchange(Policy(), State.SETTLING, held=True), kind())
        assert [type(command) for command in commands] == [Finish]


def test_an_exchange_and_its_events_are_values() -> None:
    before = Exchange(Policy())
    step(before, Planned((1,)))
    assert before == Exchange(Policy())
    assert Failed.__struct_fields__ == ("next", "end", "category", "room")
