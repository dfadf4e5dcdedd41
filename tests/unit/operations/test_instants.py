from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.operations.instants import day_of, instant, microseconds, window_start


@given(st.integers(0, 7_258_118_400_000_000).map(instant))
def test_an_instant_comes_back_exactly(at: datetime) -> None:
    assert instant(microseconds(at)) == at
    assert at.tzinfo is UTC


def test_another_zone_is_the_same_instant() -> None:
    assert microseconds(datetime(1970, 1, 1, 8, 0, 1, 5, tzinfo=timezone(timedelta(hours=8)))) == 1_000_005


@pytest.mark.parametrize(
    ("window", "at", "first"),
    [
        ("day", datetime(2026, 11, 25, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC)),
        ("day", datetime(2026, 11, 26, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)),
        ("month", datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
        ("month", datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        ("month", datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 2, 1, tzinfo=UTC)),
    ],
)
def test_a_window_begins_by_the_calendar_in_utc(window: str, at: datetime, first: datetime) -> None:
    assert window_start(window, microseconds(at)) == day_of(microseconds(first))


def test_there_is_no_other_window() -> None:
    with pytest.raises(ValueError, match="`week` is no window"):
        window_start("week", 0)
