from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from solvent.console import again
from solvent.console.again import Again
from solvent.diagnosis.engine import Engine
from solvent.diagnosis.judge import judge
from tests.unit.console.conftest import Visitor

FILED = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
REGAIN = '400 {"error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on %s at 00:00 UTC."}}'
WAIT = "Error code: 429 - Rate limit reached for gpt-9 in organization org-1 on requests per min (RPM): Limit 3, Used 3. Please try again in 17s."


def test_an_instant_in_the_text_is_sure_whenever_it_was_filed(packaged_engine: Engine) -> None:
    verdict = judge(REGAIN % "2026-12-01", packaged_engine)
    begins = datetime(2026, 12, 1, tzinfo=UTC)
    assert again.of(verdict) == Again(begins, sure=True, passed=False)
    assert again.of(verdict, begins - timedelta(seconds=1), FILED) == Again(begins, sure=True, passed=False)
    assert again.of(verdict, begins, FILED) == Again(begins, sure=True, passed=True)


@pytest.mark.parametrize("as_it_failed", [True, False])
def test_a_wait_counts_from_the_filing_and_is_sure_only_at_the_gateway(packaged_engine: Engine, as_it_failed: bool) -> None:  # noqa: FBT001 - a table's column
    verdict = judge(WAIT, packaged_engine)
    at = FILED + timedelta(seconds=17)
    assert again.of(verdict) == Again(None, sure=False, passed=False)
    assert again.of(verdict, FILED, FILED, as_it_failed=as_it_failed) == Again(at, sure=as_it_failed, passed=False)
    assert again.of(verdict, at, FILED, as_it_failed=as_it_failed) == Again(at, sure=as_it_failed, passed=True)


def test_where_nothing_is_stated_nothing_is_shown(packaged_engine: Engine) -> None:
    assert again.of(judge("402 Insufficient Balance api.deepseek.com", packaged_engine), FILED, FILED) is None


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("at the latest from", "it should work again now", "yes, later")),
        ("zh", ("最迟", "现在应该已经恢复", "可以，稍后再试")),
    ],
)
def test_the_page_of_a_paste_counts_down(visitor: Visitor, lang: str, words: tuple[str, ...]) -> None:
    page = visitor.get(visitor.filed(WAIT, lang) + f"?lang={lang}").text
    assert all(word in page for word in words)
    assert 'data-until="2026-' in page
    assert "hidden>" in page.split("data-until")[1].split("</span>")[0]


@pytest.mark.parametrize(("lang", "now"), [("en", "it should work again now"), ("zh", "现在应该已经恢复")])
def test_what_is_over_is_said_without_any_script(visitor: Visitor, lang: str, now: str) -> None:
    page = visitor.get(visitor.filed(REGAIN % "2026-01-01", lang) + f"?lang={lang}").text
    shown = page.split("data-until")[1].split("</span>")[0]
    assert shown.endswith(f">{now}")
    assert "hidden" not in shown
    assert f'<span data-now="{"yes" if lang == "en" else "可以"}">{"yes" if lang == "en" else "可以"}</span>' in page
