from __future__ import annotations

import pytest

from solvent.diagnosis.waiting import windows


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("requests per day (rpd): limit 200", "day"),
        ("free-models-per-min. add credits to unlock 1000 free model requests per day", "minute"),
        ("generaterequestsperdayperproject and perminuteperproject", "day"),
        ("daily limit", None),
        ("anthropic-ratelimit-unified-representative-claim: five_hour", "5h"),
        ('"x-codex-primary-used-percent":"100","x-codex-secondary-used-percent":"80","x-codex-primary-window-minutes":"300"', "5h"),
        ("x-codex-secondary-used-percent: 100 x-codex-secondary-window-minutes: 10080", "week"),
        ("x-codex-primary-used-percent: 30 x-codex-primary-window-minutes: 300", None),
    ],
)
def test_a_quota_is_known_by_its_name(text: str, window: str | None) -> None:
    assert windows.by_sign(text) == window


@pytest.mark.parametrize(
    ("texts", "window"),
    [
        (("Daily limit reached",), "day"),
        (("weekly and daily limits",), "week"),
        (("session limit",), "5h"),
        (("已达每小时上限",), "hour"),
        (("requests per minute exceeded", "monthly quota is fine, requests per minute exceeded"), "minute"),
        (("", "per week"), "week"),
        (("rate limited",), None),
    ],
)
def test_the_first_text_with_a_word_for_a_window_tells_it(texts: tuple[str, ...], window: str | None) -> None:
    assert windows.by_word(*texts) == window


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
