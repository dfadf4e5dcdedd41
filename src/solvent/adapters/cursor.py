"""Pages of lists and their cursors: the last item's time and id, or its count before them, opaque to those who hand them back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from solvent.model.occurrence import Page

Item = TypeVar("Item")


def write(at: datetime, item_id: str) -> str:
    """The cursor that continues after this item."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{item_id}".encode()).decode().rstrip("=")


def read(cursor: str | None) -> tuple[datetime, str] | None:
    """Time and id of the last item seen, or None where there is no cursor or it cannot be read."""
    if not cursor or len(cursor) > 200:
        return None
    try:
        at, _, item_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        instant = datetime.fromisoformat(at)
    except (binascii.Error, ValueError):
        return None
    return (instant, item_id) if instant.tzinfo is not None else None


def write_counted(count: int, at: datetime, item_id: str) -> str:
    """The cursor that continues after this item of a list that is ordered by count, then time."""
    return write(at, f"{count}|{item_id}")


def read_counted(cursor: str | None) -> tuple[int, datetime, str] | None:
    """Count, time and id of the last item seen, or None where there is no cursor or it cannot be read."""
    place = read(cursor)
    if place is None:
        return None
    count, _, item_id = place[1].partition("|")
    return (int(count), place[0], item_id) if count.isascii() and count.isdigit() and len(count) < 16 else None


def page(found: Sequence[Item], limit: int, after: Callable[[Item], str]) -> Page[Item]:
    """The first `limit` of what was found, which is more where the list goes on; `after` makes the cursor that follows an item."""
    return Page(tuple(found[:limit]), after(found[limit - 1]) if len(found) > limit else None)
