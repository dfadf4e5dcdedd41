from __future__ import annotations

import pytest

from solvent.diagnosis import windows


@pytest.mark.parametrize(
    ("text", "ruled", "window"),
    [
        ("requests per day (rpd): limit 200", "minute", "day"),
        ("free-models-per-min. add credits to unlock 1000 free model requests per day", "minute", "minute"),
        ("generaterequestsperdayperproject and perminuteperproject", None, "day"),
        ("upgrade for a higher daily limit", "minute", "minute"),
        ("too many requests", "minute", "minute"),
        ("too many requests", None, None),
    ],
)
def test_a_rule_that_knows_gives_way_only_to_the_name_of_a_quota(text: str, ruled: str | None, window: str | None) -> None:
    assert windows.of(text, ruled, knows=True, wordy=True) == window


@pytest.mark.parametrize(
    ("text", "ruled", "window"),
    [
        ("daily limit reached", "minute", "day"),
        ("weekly and daily limits", None, "week"),
        ("session limit", None, "5h"),
        ("已达每小时上限", "minute", "hour"),
        ("rate limited", "minute", "minute"),
    ],
)
def test_a_rule_about_any_limit_gives_way_to_words(text: str, ruled: str | None, window: str | None) -> None:
    assert windows.of(text, ruled, knows=False, wordy=True) == window
    assert windows.of(text, ruled, knows=False, wordy=False) == ruled


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("metric x, limit: 0, model: y", True),
        ("limit: 0.1", False),
        ("limit: 0", True),
        ("rate limit of 0 per 60s", True),
        ("limit: 20", False),
    ],
)
def test_a_limit_of_nothing(text: str, nothing: bool) -> None:  # noqa: FBT001 - a table's column
    assert windows.nothing(text) is nothing
