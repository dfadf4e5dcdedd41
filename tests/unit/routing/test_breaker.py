from __future__ import annotations

from itertools import product

import pytest

from solvent.routing.breaker import (
    CANARY_LAST_US,
    NEW,
    TABLE,
    Breaker,
    Event,
    Gate,
    Impossible,
    ImpossibleError,
    Kind,
    State,
    Table,
    gate,
    ignore,
    step,
)
from tests.unit.routing import world as around
from tests.unit.routing.explorer import Gates, Walk, advance, stroll, walk
from tests.unit.routing.mutants import DRILLED, GATES, MUTANTS
from tests.unit.routing.world import (
    ALL,
    ASKED,
    ASKED_LONG,
    BANNED,
    DRY,
    FAILED,
    LEFT,
    LIMITED,
    MAYBE_BANNED,
    MAYBE_DRY,
    SERVED,
    BrokenInvariantError,
    S,
    Told,
    World,
)

LENGTH = 8
STROLLS = ((DRY,), (DRY, FAILED, LEFT), (MAYBE_DRY, DRY, SERVED), (FAILED,), (LIMITED,), (BANNED, DRY, MAYBE_BANNED), ALL)
HUNTS = (
    (7, (DRY, MAYBE_DRY, SERVED, BANNED)),
    (7, (FAILED, ASKED, SERVED, DRY)),
    (7, (DRY, LEFT, FAILED)),
    (7, (LIMITED, ASKED_LONG)),
    (9, (DRY, MAYBE_DRY)),
)


@pytest.fixture(scope="module")
def walked() -> Walk:
    return walk(LENGTH)


def test_every_pair_of_state_and_event_stands_in_the_table() -> None:
    assert set(TABLE) == set(product(State, Kind))


def test_what_is_impossible_has_its_reason_and_is_refused_with_it() -> None:
    for (state, kind), cell in TABLE.items():
        if isinstance(cell, Impossible):
            assert cell.reason
            with pytest.raises(ImpossibleError, match=f"`{kind}` cannot happen to a breaker that is `{state}`: {cell.reason}"):
                step(Breaker(state), Event(kind, 0, 1))


def test_no_sequence_breaks_an_invariant(walked: Walk) -> None:
    # The walk itself raises at the first invariant that is broken.
    assert walked.nodes > 15_000
    assert walked.steps > 100_000


def test_no_sequence_of_drills_breaks_an_invariant() -> None:
    assert walk(8, drill=True).nodes > 500


def test_no_long_sequence_breaks_an_invariant() -> None:
    for seed in range(100):
        world = stroll(seed, 120, STROLLS[seed % len(STROLLS)])
        assert world.serial > 20


def test_the_walk_takes_every_row_that_the_table_has(walked: Walk) -> None:
    drills = walk(4, drill=True)
    rows = {pair for pair, cell in TABLE.items() if not isinstance(cell, Impossible)}
    assert set(walked.taken) | set(drills.taken) == rows


def caught(table: Table = TABLE, gates: Gates = gate) -> str | None:
    try:
        for seed, told in enumerate(STROLLS * 3):
            stroll(seed, 120, told, table=table, gates=gates)
        walk(6, table=table, gates=gates, drill=True)
        for length, told in HUNTS:
            walk(length, told, table=table, gates=gates)
    except (BrokenInvariantError, ImpossibleError) as problem:
        return str(problem)
    return None


def test_the_hunt_for_mutants_finds_none_in_the_table_itself() -> None:
    assert caught() is None


@pytest.mark.parametrize("name", MUTANTS | DRILLED)
def test_a_planted_mistake_is_caught(name: str) -> None:
    assert caught((MUTANTS | DRILLED)[name])


@pytest.mark.parametrize("name", GATES)
def test_a_planted_mistake_of_the_gate_is_caught(name: str) -> None:
    assert caught(gates=GATES[name])


ROWS = [pair for pair, cell in TABLE.items() if not isinstance(cell, Impossible) and cell is not ignore]


@pytest.mark.parametrize("pair", ROWS, ids=[f"{state}-{kind}" for state, kind in ROWS])
def test_no_row_can_be_left_out(pair: tuple[State, Kind]) -> None:
    assert caught({**TABLE, pair: ignore})


# The same as stories, for people.


class Story:
    """A breaker that is told one thing after another, each checked against the world."""

    def __init__(self) -> None:
        self.breaker, self.world = NEW, World()

    def now(self) -> Gate:
        return gate(self.breaker, self.world.now_us)

    def begins(self) -> int:
        assert self.now() is not Gate.SHUT
        self._take(around.begun(self.world, self.now()))
        return self.world.serial

    def comes_back(self, serial: int, told: Told) -> None:
        self._take(around.back(self.world, serial, told))

    def asks(self, told: Told) -> None:
        self.comes_back(self.begins(), told)

    def somebody_acts(self) -> None:
        self._take(around.acted(self.world))

    def waits(self, seconds: int) -> None:
        self._take((self.world._replace(now_us=self.world.now_us + seconds * S), None))

    def _take(self, happening: around.Happening) -> None:
        self.world, event = happening
        self.breaker = advance(self.breaker, self.world, event)


@pytest.fixture
def story() -> Story:
    return Story()


def test_the_first_hit_closes_and_the_next_request_does_not_touch_it(story: Story) -> None:
    story.asks(DRY)
    assert story.now() is Gate.SHUT


def test_a_dry_account_is_tried_by_one_real_request_at_a_time_and_ever_more_seldom(story: Story) -> None:
    story.asks(DRY)
    for seconds in (60, 120, 240, 480, 960, 1_800, 1_800, 1_800):
        story.waits(seconds - 1)
        assert story.now() is Gate.SHUT
        story.waits(1)
        assert story.now() is Gate.CANARY
        canary = story.begins()
        assert story.now() is Gate.SHUT
        story.comes_back(canary, DRY)
    assert story.breaker.wait_us == CANARY_LAST_US
    assert story.breaker.since_us == 0


def test_no_time_opens_it_without_a_request(story: Story) -> None:
    story.asks(DRY)
    story.waits(30 * 86_400)
    assert story.now() is Gate.CANARY
    assert story.breaker.state is State.CLOSED


def test_a_canary_that_is_served_opens_it(story: Story) -> None:
    story.asks(DRY)
    story.waits(60)
    story.asks(SERVED)
    assert story.now() is Gate.OPEN


def test_a_failure_of_before_the_payment_does_not_close_it_again(story: Story) -> None:
    early, late = story.begins(), story.begins()
    story.comes_back(early, DRY)
    story.somebody_acts()
    story.comes_back(late, DRY)
    assert story.now() is Gate.OPEN
    story.asks(DRY)
    assert story.now() is Gate.SHUT


def test_a_canary_of_before_the_payment_does_not_close_it_again(story: Story) -> None:
    story.asks(DRY)
    story.waits(60)
    canary = story.begins()
    story.somebody_acts()
    story.comes_back(canary, DRY)
    assert story.now() is Gate.OPEN


def test_a_success_of_before_the_closing_does_not_open_it(story: Story) -> None:
    early = story.begins()
    story.asks(DRY)
    story.comes_back(early, SERVED)
    assert story.now() is Gate.SHUT


def test_a_refusal_counts_though_another_request_was_served_meanwhile(story: Story) -> None:
    story.asks(MAYBE_DRY)
    first, second = story.begins(), story.begins()
    story.comes_back(first, SERVED)
    story.comes_back(second, DRY)
    assert story.now() is Gate.SHUT


def test_a_doubtful_signal_leaves_the_last_way_open(story: Story) -> None:
    story.asks(MAYBE_DRY)
    assert story.now() is Gate.SPARE
    story.asks(DRY)
    assert story.now() is Gate.SHUT


def test_three_failures_in_a_row_make_a_pause_that_ends_by_itself(story: Story) -> None:
    for _ in range(3):
        assert story.now() is Gate.OPEN
        story.asks(FAILED)
    assert story.now() is Gate.SPARE
    story.waits(1)
    assert story.now() is Gate.OPEN
    story.asks(FAILED)
    story.waits(1)
    assert story.now() is Gate.SPARE


def test_a_wait_that_was_asked_for_is_kept_but_not_for_ever(story: Story) -> None:
    story.asks(ASKED)
    assert story.now() is Gate.SHUT
    story.waits(20)
    story.asks(ASKED_LONG)
    story.waits(1_799)
    assert story.now() is Gate.SHUT
    story.waits(1)
    assert story.now() is Gate.OPEN


def test_a_rate_limit_that_says_no_wait_is_waited_for_longer_each_time(story: Story) -> None:
    for seconds in (5, 10, 20, 40, 60, 60):
        story.asks(LIMITED)
        story.waits(seconds - 1)
        assert story.now() is Gate.SPARE
        story.waits(1)
        assert story.now() is Gate.OPEN
