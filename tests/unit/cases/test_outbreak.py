from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.cases.outbreak import COUNT_MIN, LOOK_BACK, TIMES_USUAL, Day, days, outbreak

NOW = datetime(2026, 5, 10, 12, 30, tzinfo=UTC)
NOON = NOW.replace(minute=0)


def history(*counts: int) -> tuple[tuple[datetime, int], ...]:
    """One hour a day at noon, the latest first."""
    return tuple(sorted((NOON - timedelta(days=back, hours=1), count) for back, count in enumerate(counts) if count))


@pytest.mark.parametrize(
    ("counts", "since", "week"),
    [
        ((), None, None),
        ((COUNT_MIN - 1,), None, None),
        ((COUNT_MIN,), date(2026, 5, 10), COUNT_MIN),
        ((7, 5, 2), date(2026, 5, 8), 14),
        ((7, 5, 2, 0, 0, 9), date(2026, 5, 8), 23),
        ((9, *[3] * 14), date(2026, 5, 10), 27),
        ((8, *[3] * 14), None, None),
        ((30, 28, 25, *[3] * 12), date(2026, 5, 8), 95),
        ((10, 0, 0, 0, 0, 0, 0, 10), None, None),
        ((10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10), None, None),
        ((40, 0, 0, 0, 0, 0, 0, 10), date(2026, 5, 10), 40),
        ((0, 50, 60), None, None),
        ((50, *[20] * 14), None, None),
        ((5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 99, 99), date(2026, 5, 10), 5),
    ],
    ids=[
        "nothing",
        "too few to tell",
        "new and many",
        "three days of it",
        "a break ends what belongs to it",
        "three times the usual",
        "not quite",
        "days of an outbreak do not become the usual",
        "every week on this day",
        "every other week on this day",
        "far above this day of the week",
        "over since yesterday",
        "much, as always",
        "older days count for nothing",
    ],
)
def test_an_outbreak_is_much_more_than_usual(counts: tuple[int, ...], since: date | None, week: int | None) -> None:
    found = outbreak(history(*counts), NOW)
    assert (found and found.since, found and found.this_week) == (since, week)


def test_the_day_is_that_of_the_first_hour_and_not_of_the_span() -> None:
    hours = ((NOON.replace(day=9, hour=23), 5), (NOON, 1))
    found = outbreak(hours, NOW)
    assert found is not None
    assert found.since == date(2026, 5, 9)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=20))
def test_it_has_a_floor_and_more_of_the_same_is_none(counts: list[int]) -> None:
    found = outbreak(history(*counts), NOW)
    before = [*counts, *[0] * 15][1:15]
    if found is None:
        assert counts[0] < max(COUNT_MIN, TIMES_USUAL * max(before))
    else:
        assert counts[0] >= COUNT_MIN
        assert counts[0] >= TIMES_USUAL * min(before)
        assert found.this_week >= counts[0]
        assert (NOW - LOOK_BACK).date() <= found.since <= NOW.date()


def test_every_day_is_there_also_without_any() -> None:
    hours = ((NOON - timedelta(days=2), 3), (NOON - timedelta(days=2, hours=-1), 4), (NOON, 1), (NOON - timedelta(days=9), 8))
    assert days(hours, NOW, 3) == (Day(date(2026, 5, 8), 7), Day(date(2026, 5, 9), 0), Day(date(2026, 5, 10), 1))
