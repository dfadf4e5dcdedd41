"""When an error comes more often than it used to: pure arithmetic over how many occurrences each hour had.

The last 24 hours are held against the 14 days before. Usual is what half of those days did not exceed, or what the same day of the
week had: so a weekly rhythm is no outbreak, and an outbreak of some days does not hide itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from solvent.model.occurrence import Hours

DAYS_BEFORE = 14
COUNT_MIN = 5
TIMES_USUAL = 3
_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
LOOK_BACK = (DAYS_BEFORE + 1) * _DAY


@dataclass(frozen=True, slots=True)
class Outbreak:
    """An error surges: the day on which it began to, and how many occurrences the last seven days had."""

    since: date
    this_week: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC and how many occurrences it had."""

    day: date
    count: int


def outbreak(hours: Hours, now: datetime) -> Outbreak | None:
    """What to tell of an error that surges now; None where it does not. `hours` must reach back over `LOOK_BACK`."""
    spans = [0] * (DAYS_BEFORE + 1)  # of 24 hours each, the latest first
    begins: list[date | None] = [None] * (DAYS_BEFORE + 1)
    for hour, count in hours:
        # An hour counts where it ends: the one that runs belongs to the last 24.
        back = max((now - hour - _HOUR) // _DAY, 0)
        if back <= DAYS_BEFORE and count:
            spans[back] += count
            begins[back] = begins[back] or hour.date()
    latest, before = spans[0], spans[1:]
    usual = max(sorted(before)[(DAYS_BEFORE - 1) // 2], before[6], before[13])
    if latest < max(COUNT_MIN, TIMES_USUAL * usual):
        return None
    since = 0
    while since < DAYS_BEFORE and spans[since + 1] > usual:
        since += 1
    day = begins[since]
    assert day is not None  # a span above the usual has an hour that counts
    return Outbreak(day, sum(count for hour, count in hours if now - hour - _HOUR < _WEEK))


def days(hours: Hours, now: datetime, number: int) -> tuple[Day, ...]:
    """The last so many days in order, today last, those without any occurrence among them."""
    counts: dict[date, int] = {}
    for hour, count in hours:
        counts[hour.date()] = counts.get(hour.date(), 0) + count
    today = now.date()
    wanted = (today - back * _DAY for back in range(number - 1, -1, -1))
    return tuple(Day(day, counts.get(day, 0)) for day in wanted)
