"""A clock for the exchange that moves only when a test says so, and rings what was set."""

from __future__ import annotations

from collections.abc import Callable


class HandClock:
    """`exchange.ports.Clock` by hand."""

    def __init__(self, now_us: int = 1_764_072_000_000_000) -> None:
        self._now_us = now_us
        self._ms = 1_000_000
        self._timers: list[tuple[int, Callable[[], None]]] = []

    def now_us(self) -> int:
        return self._now_us

    def monotonic_ms(self) -> int:
        return self._ms

    def later(self, after_ms: int, act: Callable[[], None]) -> Callable[[], None]:
        timer = (self._ms + after_ms, act)
        self._timers.append(timer)

        def cancel() -> None:
            if timer in self._timers:
                self._timers.remove(timer)

        return cancel

    def pass_ms(self, ms: int) -> None:
        self._ms += ms
        self._now_us += ms * 1_000
        for timer in [timer for timer in self._timers if timer[0] <= self._ms]:
            if timer in self._timers:
                self._timers.remove(timer)
                timer[1]()

    @property
    def timers(self) -> int:
        return len(self._timers)
