"""The machine's own clock, and the timers of an event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime


class SystemClock:
    """Tells the machine's time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock that everybody else is handed


class LoopClock:
    """`exchange.ports.Clock` on an event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now_us(self) -> int:
        """Microseconds since 1970, UTC."""
        return time.time_ns() // 1_000

    def monotonic_ms(self) -> int:
        """Milliseconds that never go back."""
        return time.monotonic_ns() // 1_000_000

    def later(self, after_ms: int, act: Callable[[], None]) -> Callable[[], None]:
        """Calls `act` after so long, unless the function that it returns is called before."""
        return self._loop.call_later(after_ms / 1_000, act).cancel
