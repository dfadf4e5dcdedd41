"""The instant at which a text says that a limit opens again: written out, in an epoch's seconds, in a header, or on a clock with a zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from solvent.base.zones import zone
from solvent.diagnosis.waiting import places

# A piece of each way to say it, and how far its sentence reaches around it.
_SIGNS: Final = ("reset", "regain", "将在", "limit reached|", "until", "available", "恢复", "重置")
_BEFORE, _AFTER = 24, 200
_REGAIN = re.compile(r"regain access on (\d{4}-\d{2}-\d{2}) at (\d{2}:\d{2}) UTC", re.IGNORECASE)
_EPOCH = re.compile(
    r"(?:usage limit reached\||\bresets?_?at[\"']?\s?[:=]\s?[\"']?|-reset[\"']?\s?:\s?[\"']?)(\d{10}|\d{13})(?![\d.])", re.IGNORECASE
)
_WRITTEN = re.compile(
    r"(?:reset(?:s|_?time(?:stamp)?|_?at)?|regain\w{0,4}|until|available(?: again)?|恢复|重置)"
    r"[\"']?\s?(?:time)?[:=]?\s?[\"']?(?:at:? |on |in |时间为?[:：]?\s?)?"
    r"(20\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?)\s?(Z|UTC|[+-]\d\d:?\d\d)\b",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"ratelimit-([a-z-]{1,30})-reset[\"']?\s?:\s?[\"']?(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))", re.IGNORECASE
)
# Of a plan's windows Anthropic tells each reset, and in this header that of the one that was hit.
_UNIFIED = re.compile(r"ratelimit-unified-reset[\"']?\s?:\s?[\"']?(\d{10})(?!\d)", re.IGNORECASE)
_LEFT = re.compile(r"ratelimit-([a-z-]{1,30})-remaining[\"']?\s?:\s?[\"']?(\d{1,12})", re.IGNORECASE)
# Zhipu writes Beijing time without saying so.
_BEIJING = re.compile(
    r"(?:limit will reset at|限额将在|将在)\s?(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?!\s?(?:Z|UTC|[+-]\d\d))", re.IGNORECASE
)
_CLOCK = re.compile(
    r"resets?(?: at| on)?:? "
    r"(?:(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6} (?P<day>\d{1,2})(?:st|nd|rd|th)?,?(?: at)? "
    r"|(?P<weekday>Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},?(?: at)? )?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))? ?(?P<half>[ap]m)?,? ?"
    r"\(?(?P<zone>UTC|GMT(?:[+-]\d{1,2})?|[A-Z][A-Za-z_]{1,20}/[A-Z][A-Za-z_+/-]{1,40})\)?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def of(flat: str, failed_at: datetime | None) -> str | None:
    """The instant in ISO 8601 with its zone, or None where the text states none. `failed_at` tells which day a clock time means."""
    lower = flat.lower()
    header = _headers(flat) if "ratelimit-" in lower else None
    if header is not None:
        return iso(header)
    for place in places.of(lower, _SIGNS):
        told = _told(flat[max(place - _BEFORE, 0) : place + _AFTER], failed_at)
        if told is not None:
            return told
    return None


def _told(words: str, failed_at: datetime | None) -> str | None:
    """What one sentence states."""
    regain = _REGAIN.search(words)
    if regain is not None:
        return _valid(f"{regain.group(1)}T{regain.group(2)}:00Z")
    beijing = _BEIJING.search(words)
    if beijing is not None:
        return _valid(beijing.group(1).replace(" ", "T") + "+08:00")
    instants = (read(words) for read in (_epoch, _written))
    found = next((instant for instant in instants if instant is not None), None) or _clock(words, failed_at)
    return None if found is None else iso(found)


def iso(instant: datetime) -> str:
    """An instant in UTC to the second, as the contract writes it."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _headers(flat: str) -> datetime | None:
    """The last reset of those kinds of which nothing is left; of all where the text does not tell what is left."""
    unified = _UNIFIED.search(flat)
    if unified is not None:
        return datetime.fromtimestamp(int(unified.group(1)), tz=UTC)
    resets = {kind.lower(): text for kind, text in _HEADER.findall(flat)}
    if not resets:
        return None
    spent = {kind.lower() for kind, left in _LEFT.findall(flat) if int(left) == 0}
    instants = [_read(text) for kind, text in resets.items() if kind in spent or not spent & resets.keys()]
    return max((instant for instant in instants if instant is not None), default=None)


def _epoch(flat: str) -> datetime | None:
    found = _EPOCH.search(flat)
    if found is None:
        return None
    seconds = int(found.group(1)[:10])
    return datetime.fromtimestamp(seconds, tz=UTC)


def _written(flat: str) -> datetime | None:
    found = _WRITTEN.search(flat)
    if found is None:
        return None
    return _read(found.group(1).replace(" ", "T") + ("+00:00" if found.group(2).upper() in ("Z", "UTC") else found.group(2)))


def _clock(flat: str, failed_at: datetime | None) -> datetime | None:
    """The next such time in the zone that is named, after the failure; None where the failure's own time is not known."""
    found = _CLOCK.search(flat)
    if found is None or failed_at is None:
        return None
    named, hour = zone(found.group("zone")), _hour(found)
    if named is None or hour is None:
        return None
    local = failed_at.astimezone(named)
    try:
        at = local.replace(hour=hour, minute=int(found.group("minute") or 0), second=0, microsecond=0)
        if found.group("month"):
            at = at.replace(month=_MONTHS.index(found.group("month").lower()) + 1, day=int(found.group("day")))
            return at if at > local else at.replace(year=at.year + 1)
        if found.group("weekday"):
            at += timedelta(days=(_WEEKDAYS.index(found.group("weekday").lower()) - at.weekday()) % 7)
            return at if at > local else at + timedelta(days=7)
        return at if at > local else at + timedelta(days=1)
    except (ValueError, OverflowError):
        # A day that the month does not have, or one beyond the last year: no instant is stated.
        return None


def _hour(found: re.Match[str]) -> int | None:
    hour, half = int(found.group("hour")), (found.group("half") or "").lower()
    if half:
        return None if not 1 <= hour <= 12 else hour % 12 + (12 if half == "pm" else 0)
    return hour if hour < 24 and found.group("minute") else None


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        # No instant of any calendar.
        return None


def _valid(text: str) -> str | None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        # As above.
        return None
    return text
