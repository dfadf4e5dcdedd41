from __future__ import annotations

import pytest

from solvent.diagnosis import recovery


@pytest.mark.parametrize(
    ("text", "failed_at", "instant"),
    [
        ("You will regain access on 2026-12-01 at 00:00 UTC.", None, "2026-12-01T00:00:00Z"),
        ("Claude AI usage limit reached|1755772800", None, "2025-08-21T10:40:00Z"),
        ("'X-RateLimit-Reset': '1790640000000'", None, "2026-09-29T00:00:00Z"),
        ("Your limit will reset at 2026-04-09 15:13:03", None, "2026-04-09T15:13:03+08:00"),
        ("Please try again in 5.575s.", "2026-11-25T01:00:00+00:00", "2026-11-25T01:00:06Z"),
        ("date: Wed, 25 Nov 2026 01:09:35 GMT retry-after: 20", None, "2026-11-25T01:09:55Z"),
        ("try again in 1h2m3s", "2026-11-25T01:00:00+00:00", "2026-11-25T02:02:03Z"),
        ("Please try again in 5.575s.", None, None),
        ("regain access on 2026-99-99 at 00:00 UTC", None, None),
        ("nothing about time", "2026-11-25T01:00:00+00:00", None),
    ],
)
def test_only_a_stated_instant_is_told(text: str, failed_at: str | None, instant: str | None) -> None:
    assert recovery.available_at(text, failed_at) == instant
