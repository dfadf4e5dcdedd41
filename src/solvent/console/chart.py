"""How often something was seen by day, as bars to draw: whole numbers for the attributes of an inline SVG, since no style may be inline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from solvent.cases.outbreak import Day

STEP, BAR, HEIGHT = 20, 14, 96
_LEAST = 3  # so that a single one is seen beside a hundred
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's bar: its left edge, top and height. A day without any has none."""

    day: Day
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars in order, with what the chart says in words: the busiest day, and the sums of the last week and of all its days."""

    bars: tuple[Bar, ...]
    width: int
    busiest: Day
    this_week: int
    total: int


def chart(days: Sequence[Day]) -> Chart:
    """The days, at least one of them, as a chart; of several busiest days the latest is named."""
    busiest = max(days, key=lambda day: (day.count, day.day))
    bars = []
    for place, day in enumerate(days):
        height = max(day.count * HEIGHT // busiest.count, _LEAST) if day.count else 0
        bars.append(Bar(day, place * STEP + (STEP - BAR) // 2, HEIGHT - height, height))
    counts = [day.count for day in days]
    return Chart(tuple(bars), len(days) * STEP, busiest, sum(counts[-_WEEK:]), sum(counts))
