from __future__ import annotations

from datetime import UTC, timedelta

from solvent.adapters.clock import SystemClock


def test_the_time_has_its_zone_and_does_not_run_backwards() -> None:
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert timedelta(0) <= second - first
