from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.waiting import resets

FAILED = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)  # a Friday, two nights before Berlin's clocks go forward

REQUESTS = "anthropic-ratelimit-requests-reset: 2026-01-01T00:09:00Z"
TOKENS = "anthropic-ratelimit-tokens-reset: 2026-01-01T00:01:00Z"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("regain access on 2026-12-01 at 00:00 UTC", "2026-12-01T00:00:00Z"),
        ("限额将在 2026-04-09 15:13:03 重置", "2026-04-09T15:13:03+08:00"),
        ("limit resets at 2026-04-09 15:13:03 UTC", "2026-04-09T15:13:03Z"),
        ("limit resets at: 2026-11-03 14:22:00 UTC", "2026-11-03T14:22:00Z"),
        ('"reset_at":"2026-09-19T16:42:00.000Z"', "2026-09-19T16:42:00Z"),
        ("blocked until 2026-09-19T16:42:00+02:00", "2026-09-19T14:42:00Z"),
        ("anthropic-ratelimit-unified-7d-reset: 1791640000 anthropic-ratelimit-unified-reset: 1790640000", "2026-09-29T00:00:00Z"),
        ("anthropic-ratelimit-unified-reset: 1790640000", "2026-09-29T00:00:00Z"),
        (f"{REQUESTS} anthropic-ratelimit-requests-remaining: 3 {TOKENS} anthropic-ratelimit-tokens-remaining: 0", "2026-01-01T00:01:00Z"),
        (f"{REQUESTS} {TOKENS}", "2026-01-01T00:09:00Z"),
        ("resets 3am (Europe/Berlin)", "2026-03-28T02:00:00Z"),
        ("resets 11pm (Europe/Berlin)", "2026-03-28T22:00:00Z"),
        ("resets 11:45pm (Europe/Berlin)", "2026-03-27T22:45:00Z"),
        ("resets Sun 3am (Europe/Berlin)", "2026-03-29T01:00:00Z"),
        ("resets Fri 9pm (Europe/Berlin)", "2026-04-03T19:00:00Z"),
        ("resets Apr 2 at 5am (Asia/Shanghai)", "2026-04-01T21:00:00Z"),
        ("resets Jan 9, 9am (UTC)", "2027-01-09T09:00:00Z"),
        ("Access resets at 10:57 PM GMT-3.", "2026-03-28T01:57:00Z"),
        ("resets 8pm", None),
        ("resets 3am (Nowhere/Town)", None),
        ("resets 13pm (UTC)", None),
        ("resets Feb 30 at 5am (UTC)", None),
        ("try again at Oct 10th, 2026 5:12 PM.", None),
        ("regain access on 2026-99-99 at 00:00 UTC", None),
        ("nothing", None),
    ],
)
def test_an_instant_is_told_with_its_zone(text: str, instant: str | None) -> None:
    assert resets.of(text, FAILED) == instant


def test_a_clock_time_without_the_failures_own_is_no_instant() -> None:
    assert resets.of("resets 3am (Europe/Berlin)", None) is None


MOMENTS = st.datetimes(FAILED.replace(year=2020, tzinfo=None), FAILED.replace(year=2100, tzinfo=None), timezones=st.just(UTC))


@given(st.text(max_size=60).map(lambda text: f"resets {text} (UTC)"), MOMENTS)
def test_no_text_makes_it_fail(text: str, failed_at: datetime) -> None:
    found = resets.of(text, failed_at)
    assert found is None or datetime.fromisoformat(found)
