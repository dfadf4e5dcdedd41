"""Waiting for what another process or thread does: a bounded look again and again, never a pause of a fixed length."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")
_LOOK_S = 0.005
_NEVER = threading.Event()


def until(look: Callable[[], Found], seconds: float = 60.0) -> Found:
    """What `look` finds once that is something; fails where it is not so in time."""
    ends = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < ends, f"it did not come within {seconds} s"
        _NEVER.wait(_LOOK_S)
    return found


def lives(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be counted does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        # It ended before or while it was looked at.
        return False
