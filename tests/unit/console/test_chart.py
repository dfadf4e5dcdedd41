from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from solvent.cases.outbreak import Day
from solvent.console.chart import HEIGHT, chart

TODAY = date(2026, 11, 25)


def days(*counts: int) -> list[Day]:
    return [Day(TODAY - timedelta(days=len(counts) - 1 - place), count) for place, count in enumerate(counts)]


def test_bars_stand_on_the_ground_in_order_and_say_what_they_mean() -> None:
    drawn = chart(days(4, 0, 1, 100, 3, 3, 3, 3, 3, 3))
    assert [(bar.x, bar.y + bar.height, bar.height) for bar in drawn.bars[:4]] == [(3, 96, 3), (23, 96, 0), (43, 96, 3), (63, 96, 96)]
    assert (drawn.width, drawn.busiest.count, drawn.this_week, drawn.total) == (200, 100, 118, 123)


def test_of_equals_the_latest_is_the_busiest() -> None:
    assert chart(days(2, 2, 0)).busiest.day == TODAY - timedelta(days=1)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_every_day_with_one_is_seen_and_none_leaves_the_frame(counts: list[int]) -> None:
    drawn = chart(days(*counts))
    assert drawn.total == sum(counts)
    for bar in drawn.bars:
        assert (bar.height > 0) == (bar.day.count > 0)
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
        assert 0 <= bar.x < drawn.width
