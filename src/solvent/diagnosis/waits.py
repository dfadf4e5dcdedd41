"""How long an upstream asks to wait: in its headers, else in its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

WAIT_MAX_MS = 24 * 3_600_000

_NUMBER = re.compile(r"(\d{1,12})(?:\.(\d{1,20}))?", re.ASCII)
_SAID = re.compile(
    r"(?:try again (?:in|after)|retry (?:after|in)|please wait|retrydelay[\"']?\s{0,3}:)\s{0,3}[\"']?"
    r"(?:(?P<days>\d{1,3})\s?d(?:ays?)?(?![a-z])[,\s]{0,2})?"
    r"(?:(?P<hours>\d{1,4})\s?h(?:(?:ou)?rs?)?(?![a-z])[,\s]{0,2})?"
    r"(?:(?P<minutes>\d{1,5})\s?m(?:in(?:ute)?s?)?(?![a-z])[,\s]{0,2})?"
    r"(?:(?P<number>\d{1,8})(?:\.(?P<part>\d{1,20}))?\s?(?P<unit>ms|milliseconds?|s(?:ec(?:ond)?s?)?)(?![a-z]))?",
    re.IGNORECASE | re.ASCII,
)


class Said(NamedTuple):
    """A wait that a text asks for, and the words that do."""

    ms: int
    words: str


def of_headers(headers: Mapping[str, str]) -> int | None:
    """Milliseconds that `headers` (lower-case names) ask to wait, at most a day; None where they say nothing that can be read."""
    exact = _NUMBER.fullmatch(headers.get("retry-after-ms", "").strip())
    if exact is not None:
        return min(int(exact.group(1)), WAIT_MAX_MS)
    plain = headers.get("retry-after", "").strip()
    seconds = _NUMBER.fullmatch(plain)
    if seconds is not None:
        return min(int(seconds.group(1)) * 1_000 + int((seconds.group(2) or "").ljust(3, "0")[:3]), WAIT_MAX_MS)
    until, now = _date(plain), _date(headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max(int((until - now).total_seconds()) * 1_000, 0), WAIT_MAX_MS)


def of_words(text: str) -> Said | None:
    """The first wait that the text names, rounded up to whole seconds where it names parts of one; None where it names none."""
    for found in _SAID.finditer(text):
        days, hours, minutes, number, part, unit = found.groups()
        if not any((days, hours, minutes, number)):
            continue
        seconds = (int(days or 0) * 24 + int(hours or 0)) * 3_600 + int(minutes or 0) * 60
        last = int(number or 0) + bool((part or "").strip("0"))
        short = (unit or "").lower().startswith("m")
        return Said(min(seconds * 1_000 + (last if short else last * 1_000), WAIT_MAX_MS), found.group())
    return None


def _date(text: str) -> datetime | None:
    """An instant of a header; None for what is none, or tells no zone."""
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        # No date: the caller takes that as "nothing was said".
        return None
    return instant if instant.tzinfo is not None else None
