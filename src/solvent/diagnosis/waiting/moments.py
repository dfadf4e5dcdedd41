"""When a failure happened, where the text leaves no doubt: only then does a wait become an instant.

A `Date` header tells it, an id that holds one instant, or the time at the head of a log line that names its zone. A clock reading
without a zone may be any of a day's hours and counts for nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from solvent.diagnosis.paste.reading import Reading

_DATE_HEADER = re.compile(r"\b[Dd](?:ate|ATE)[\"']?\s?:\s?[\"']?([A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)")
_STAMP = re.compile(r"20(\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?\s?(Z|UTC|[+-]\d\d:?\d\d)\b")
# What stands before a stamp that tells when its line was written: nothing but signs, or a field of such a name.
_HEAD = re.compile(
    r"(?:^|\n)[^\w\n]{0,8}$|(?:^|[\s,{\"'])(?:timestamp|time|ts|asctime|created_at|logged_at)[\"']?\s?[:=]\s?[\"']?$", re.IGNORECASE
)
_HEAD_CHARS = 24


def failed_at(reading: Reading) -> datetime | None:
    """The instant of the failure in UTC, or None where the text does not tell it."""
    header = date_header(reading.flat)
    if header is not None:
        return _http(header)
    instants = {instant for found in reading.request_ids for instant in found.times}
    if len(instants) == 1:
        return _iso(instants.pop())
    return _logged(reading.clean) if not instants and "20" in reading.clean else None


def date_header(flat: str) -> str | None:
    """What a `Date` header in the text says, as it is written."""
    found = _DATE_HEADER.search(flat) if "GMT" in flat else None
    return None if found is None else found.group(1)


def _logged(clean: str) -> datetime | None:
    """The last time that a log line or a field of that name states with its zone."""
    last = None
    for found in _STAMP.finditer(clean):
        start = found.start()
        # A letter before what was cut, so that the cut is not taken for the beginning of the text.
        before = clean[max(start - _HEAD_CHARS, 0) : start]
        if _HEAD.search(before if start <= _HEAD_CHARS else f"x{before}") is not None:
            last = found
    if last is None:
        return None
    return _iso(f"20{last.group(1)}".replace(" ", "T") + {"Z": "+00:00", "UTC": "+00:00"}.get(last.group(2), last.group(2)))


def _plausible(instant: datetime) -> datetime | None:
    """The instant in UTC, unless there were no models to call then."""
    return instant.astimezone(UTC) if 2020 <= instant.year <= 2100 else None


def _http(text: str) -> datetime | None:
    try:
        return _plausible(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        # A date that no calendar has: the text tells no moment.
        return None


def _iso(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
        return _plausible(instant) if instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        # As above.
        return None
