"""Time zones by their IANA names. A machine without a table of them is given tzdata's, which is installed with us, so that one text
means one instant everywhere; a name that is in no table is none, never an error.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_NAME = re.compile(r"[A-Z][A-Za-z_]{1,20}(?:/[A-Z][A-Za-z_+-]{1,30}){0,2}")
_OFFSET = re.compile(r"(?:UTC|GMT)(?:([+-])(\d{1,2})(?::?([0-5]\d))?)?")
_HOURS_MAX = 14


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo | None:
    """The zone of a name such as `Europe/Berlin`, `UTC` or `GMT+8`; None where there is none."""
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        sign, hours, minutes = offset.groups()
        if int(hours or 0) > _HOURS_MAX:
            return None
        shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return timezone(-shift if sign == "-" else shift)
    if _NAME.fullmatch(name) is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # No such zone, or a folder of them: the caller takes that as "not known".
        return None
