"""When an identical call can pass again, where the text itself names an instant.

A relative wait ("try again in 14 s") becomes an instant only where the text also says when the failure happened; a wrong instant
is worse than none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_REGAIN = re.compile(r"regain access on (\d{4}-\d{2}-\d{2}) at (\d{2}:\d{2}) UTC", re.IGNORECASE)
_EPOCH = re.compile(r"usage limit reached\|(\d{10})\b", re.IGNORECASE)
_RESET_MS = re.compile(r"x-ratelimit-reset[\"']?\s*:\s*[\"']?(\d{13})\b", re.IGNORECASE)
_ZHIPU_RESET = re.compile(r"(?:limit will reset at|限额将在|将在)\s?(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})", re.IGNORECASE)
_RELATIVE = re.compile(
    r"(?:try again in|retry after|retry in|please wait|retrydelay[\"']?\s*:\s*[\"']?)\s*"
    r"(?:(\d{1,3})h)?\s*(?:(\d{1,4})m(?!s))?\s*(?:(\d{1,6}(?:\.\d{1,6})?)\s*(?:s\b|sec|seconds))?",
    re.IGNORECASE,
)
_RETRY_AFTER = re.compile(r"\bretry-after[\"']?\s*:\s*[\"']?(\d{1,6})(?:\.\d+)?\b", re.IGNORECASE)
_DATE_HEADER = re.compile(r"\bdate[\"']?\s*:\s*[\"']?([A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)", re.IGNORECASE)


def available_at(flat: str, failed_at: str | None) -> str | None:
    """The instant (ISO 8601, UTC) from which a retry can pass, or None where the text does not say one.

    `failed_at` is the instant of the failure where exactly one is known, in ISO 8601.
    """
    regain = _REGAIN.search(flat)
    if regain is not None:
        return _valid(f"{regain.group(1)}T{regain.group(2)}:00Z")
    epoch = _EPOCH.search(flat)
    if epoch is not None:
        return _iso(datetime.fromtimestamp(int(epoch.group(1)), tz=UTC))
    reset = _RESET_MS.search(flat)
    if reset is not None:
        return _iso(datetime.fromtimestamp(int(reset.group(1)) // 1000, tz=UTC))
    zhipu = _ZHIPU_RESET.search(flat)
    if zhipu is not None:
        return _valid(zhipu.group(1).replace(" ", "T") + "+08:00")
    return _relative(flat, failed_at)


def _relative(flat: str, failed_at: str | None) -> str | None:
    delay = _delay(flat)
    if delay is None:
        return None
    dated = _DATE_HEADER.search(flat)
    try:
        start = parsedate_to_datetime(dated.group(1)) if dated else datetime.fromisoformat(failed_at) if failed_at else None
        return None if start is None else _iso((start + delay).astimezone(UTC))
    except (ValueError, OverflowError):
        # A date that no calendar has, or one beyond the last year: the text says no usable instant.
        return None


def _delay(flat: str) -> timedelta | None:
    """The wait that the text asks for, rounded up to whole seconds: a retry a moment too early fails again."""
    for wait in _RELATIVE.finditer(flat):
        hours, minutes, seconds = wait.groups()
        if hours or minutes or seconds:
            whole, _, part = (seconds or "0").partition(".")
            return timedelta(hours=int(hours or 0), minutes=int(minutes or 0), seconds=int(whole) + bool(part.strip("0")))
    header = _RETRY_AFTER.search(flat)
    return None if header is None else timedelta(seconds=int(header.group(1)))


def _valid(text: str) -> str | None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None
    return text


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
