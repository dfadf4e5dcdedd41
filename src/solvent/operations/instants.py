"""Instants as whole microseconds since 1970 in UTC, and the calendar days that budgets count by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 of an instant with a zone."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant(at_us: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + timedelta(microseconds=at_us)


def day_of(at_us: int) -> int:
    """The number of the day in UTC, counted from 1970-01-01."""
    return at_us // _DAY_US


def window_start(window: str, at_us: int) -> int:
    """The first day of the calendar's `day` or `month` (UTC) that holds this instant. Raises `ValueError` on another window."""
    day = day_of(at_us)
    if window == "day":
        return day
    if window == "month":
        first = (date(1970, 1, 1) + timedelta(days=day)).replace(day=1)
        return (first - date(1970, 1, 1)).days
    raise ValueError(f"`{window}` is no window of a budget; use day or month")
