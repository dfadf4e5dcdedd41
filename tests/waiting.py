"""Waiting for what another process or thread does: a bounded look again and again, never a pause of a fixed length."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
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
