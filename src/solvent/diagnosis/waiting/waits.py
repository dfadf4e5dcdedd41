"""How long an upstream asks to wait: in its headers, else in its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from solvent.diagnosis.waiting import places

WAIT_MAX_MS = 24 * 3_600_000

_NUMBER = re.compile(r"(\d{1,12})(?:\.(\d{1,20}))?", re.ASCII)
_SPAN = (
    r"(?:(?P<days>\d{1,3})\s?d(?:ays?)?(?![a-z])[,\s]{0,2}(?:and )?)?"
    r"(?:(?P<hours>\d{1,4})\s?h(?:(?:ou)?rs?)?(?![a-z])[,\s]{0,2}(?:and )?)?"
    r"(?:(?P<minutes>\d{1,5})\s?m(?:in(?:ute)?s?)?(?![a-z])[,\s]{0,2}(?:and )?)?"
    r"(?:(?P<number>\d{1,8})(?:\.(?P<part>\d{1,20}))?\s?(?P<unit>ms|milliseconds?|s(?:ec(?:ond)?s?)?)(?![a-z]))?"
)
_SAID = re.compile(
    rf"(?:try again (?:in|after)|retry (?:after|in)|please wait(?: for)?|retrydelay[\"']?\s{{0,3}}:|resets? (?:in|after)|available in)"
    rf"\s{{0,3}}[\"']?{_SPAN}",
    re.IGNORECASE | re.ASCII,
)
# A piece of each beginning of `_SAID`, and how far its sentence reaches around it.
_SIGNS = (
    "again in",
    "again after",
    "retry after",
    "retry in",
    "please wait",
    "retrydelay",
    "reset in",
    "resets in",
    "reset after",
    "available in",
)
_BEFORE, _AFTER = 16, 140
_ONLY = re.compile(_SPAN, re.IGNORECASE | re.ASCII)
# A field that counts seconds by its name.
_FIELD = re.compile(
    r"(?:resets_in_seconds|retry_after(?:_seconds)?|retryafter(?:seconds)?)[\"']?\s?[:=]\s?[\"']?(\d{1,8})(?:\.(\d{1,20}))?(?![\d:-])",
    re.IGNORECASE,
)
_FIELD_SIGNS = ("resets_in_seconds", "retry_after", "retryafter")
_CHINESE = re.compile(
    r"(?:请|等待|需等|在)\s?(?:等待)?\s?(\d{1,6})\s?(秒|分钟|分鐘|小时|小時|天)\s?(?:之?[后後]|再|$)|(\d{1,6})\s?(秒|分钟|分鐘|小时|小時|天)之?[后後](?:再|重)?试"
)
_CHINESE_S = {"秒": 1, "分钟": 60, "分鐘": 60, "小时": 3_600, "小時": 3_600, "天": 86_400}


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
    """The first wait that the text names, at most a day; None where it names none."""
    found = said(text)
    return found if found is None or found.ms <= WAIT_MAX_MS else Said(WAIT_MAX_MS, found.words)


def said(text: str) -> Said | None:
    """The first wait that the text names, rounded up to whole seconds where it names parts of one; None where it names none."""
    lower = text.lower()
    for place in places.of(lower, _SIGNS):
        found = _SAID.search(text, max(place - _BEFORE, 0), place + _AFTER)
        ms = None if found is None else _ms(found)
        if found is not None and ms is not None:
            return Said(ms, found.group())
    field = _FIELD.search(text) if any(map(lower.__contains__, _FIELD_SIGNS)) else None
    if field is not None:
        return Said((int(field.group(1)) + bool((field.group(2) or "").strip("0"))) * 1_000, field.group())
    chinese = None if text.isascii() else _CHINESE.search(text)
    if chinese is None:
        return None
    number, unit = chinese.group(1) or chinese.group(3), chinese.group(2) or chinese.group(4)
    return Said(int(number) * _CHINESE_S[unit] * 1_000, chinese.group())


def span(text: str) -> int | None:
    """Milliseconds of a span such as `6m0s`, `20s` or `12ms`; None for what is none."""
    found = _ONLY.fullmatch(text)
    return None if found is None else _ms(found)


def _ms(found: re.Match[str]) -> int | None:
    days, hours, minutes, number, part, unit = found.group("days", "hours", "minutes", "number", "part", "unit")
    if not any((days, hours, minutes, number)):
        return None
    seconds = (int(days or 0) * 24 + int(hours or 0)) * 3_600 + int(minutes or 0) * 60
    last = int(number or 0) + bool((part or "").strip("0"))
    short = (unit or "").lower().startswith("m")
    return seconds * 1_000 + (last if short else last * 1_000)


def _date(text: str) -> datetime | None:
    """An instant of a header; None for what is none, or tells no zone."""
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        # No date: the caller takes that as "nothing was said".
        return None
    return instant if instant.tzinfo is not None else None
