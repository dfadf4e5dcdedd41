from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from solvent.base.secret import Redacted
from solvent.client import Answer, DeskError, explain
from solvent.model.verdict import Actor, Category, Wallet

DRY = '402 {"error": {"message": "Insufficient Balance", "type": "unknown_error", "code": "invalid_request_error"}}'
RELAYS = (
    '500 {"error":{"type":"<nil>","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to'
    ' upgrade or purchase credits. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}'
)
LIMITED = (
    'HTTP 429\nretry-after: {wait}\n{date}\n{{"error": {{"message": "Rate limit reached for requests", "code": "rate_limit_exceeded"}}}}'
)
DATE = "date: Sun, 29 Nov 2026 01:00:00 GMT"


def test_the_fields_say_what_the_verdict_says() -> None:
    answer = explain(DRY)
    verdict = answer.verdict
    assert answer.category is Category.CREDIT_EXHAUSTED
    assert str(answer.category) == "credit_exhausted"
    assert (answer.wallet, answer.actor) == (Wallet.OWN_PROVIDER_ACCOUNT, Actor.YOU)
    assert (answer.provider, answer.via, answer.rule) == (verdict.provider, verdict.via, verdict.rule)
    assert (answer.http_status, answer.confidence) == (402, verdict.confidence)
    assert (answer.retryable, answer.retry_after_s, answer.available_at) == (False, None, None)
    assert answer.doc_url == f"/e/rules/{answer.rule}"
    assert answer.as_json()["report"] == answer.report.as_json()


@pytest.mark.parametrize(
    ("text", "wallet", "yours"),
    [(DRY, Wallet.OWN_PROVIDER_ACCOUNT, True), (RELAYS, Wallet.RELAY_UPSTREAM, False)],
    ids=["yours", "the relay's"],
)
@pytest.mark.parametrize(("lang", "words"), [("en", "account"), ("zh", "账户")])
def test_a_shortage_says_whose(text: str, wallet: Wallet, lang: str, words: str, *, yours: bool) -> None:
    shortage = explain(text, lang=lang).money
    assert shortage is not None
    assert (shortage.wallet, shortage.yours, shortage.sure) == (wallet, yours, True)
    assert words in shortage.whose


@pytest.mark.parametrize("text", ["HTTP 529 overloaded_error: Overloaded", "zorblax: the frobnicator reports failure"])
def test_what_is_not_about_money_has_no_shortage(text: str) -> None:
    assert explain(text).money is None


@pytest.mark.parametrize(
    ("wait", "date", "wait_s", "at"),
    [
        ("20", DATE, 20, datetime(2026, 11, 29, 1, 0, 20, tzinfo=UTC)),
        ("20", "", 20, None),
        ("0.2", "", 1, None),
        ("Sun, 29 Nov 2026 01:02:00 GMT", DATE, 120, None),
    ],
)
def test_how_long_to_wait_and_until_when(wait: str, date: str, wait_s: int, at: datetime | None) -> None:
    answer = explain(LIMITED.format(wait=wait, date=date))
    assert answer.retryable
    assert answer.retry_after_s == wait_s
    if at is not None:
        assert answer.available_at == at


def test_no_wait_is_told_where_waiting_is_no_use() -> None:
    assert explain("retry-after: 20\n" + DRY).retry_after_s is None


@pytest.mark.parametrize(
    ("text", "lang", "words"),
    [
        (DRY, "en", ["Whose wallet: your own account at the provider", "Who acts: you", "Retry: no", "1. "]),
        (DRY, "zh", ["谁的钱包：你自己在服务商的账户", "谁来处理：你自己", "重试：不要", "1. "]),
        (LIMITED.format(wait="20", date=""), "en", ["Retry: yes, after 20 s"]),
        (LIMITED.format(wait="20", date=DATE), "zh", ["重试：可以，从 2026-11-29T01:00:20Z 起"]),
        ("HTTP 529 overloaded_error: Overloaded", "en", ["Retry: yes, the same call can pass later"]),
        ("zorblax: the frobnicator reports failure", "en", ["Retry: not before it is known what this is"]),
    ],
)
def test_the_short_answer(text: str, lang: str, words: list[str]) -> None:
    answer = explain(text, lang=lang)
    said = str(answer)
    assert said.startswith(f"{answer.report.title}\n{answer.report.summary}\n")
    assert [word for word in words if word not in said] == []


def test_no_repr_shows_what_was_pasted() -> None:
    assert "Insufficient" not in repr(explain(DRY))


# What a desk tells


def told(body: dict[str, Any], clean: Redacted | None = None) -> Answer:
    return Answer.told(body, clean or Redacted(DRY, ()), "http://desk.example")


@pytest.mark.parametrize(
    "text", [DRY, RELAYS, LIMITED.format(wait="20", date=DATE), "zorblax failed", "400 Unsupported parameter: 'max_tokens'"]
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_answer_of_a_desk_is_the_answer_found_here(text: str, lang: str) -> None:
    here = explain(text, lang=lang)
    there = told(here.as_json(), Redacted(here.text, ()))
    assert (there.verdict, there.report) == (here.verdict, here.report)
    assert str(there) == str(here)
    assert there.doc_url == (None if here.doc_url is None else f"http://desk.example{here.doc_url}")


def test_what_was_kept_can_be_found_and_deleted() -> None:
    body = explain(DRY).as_json() | {
        "id": "abc",
        "url": "/e/abc",
        "delete_url": "https://public.example/e/abc/delete?token=t",
        "redacted": {"key": 1},
    }
    answer = told(body, Redacted(DRY, (("key", 2), ("e-mail", 1))))
    assert (answer.id, answer.page) == ("abc", "http://desk.example/e/abc")
    assert answer.delete_url == "https://public.example/e/abc/delete?token=t"
    assert answer.redacted == {"key": 3, "e-mail": 1}
    assert "token=t" not in repr(answer)


@pytest.mark.parametrize("change", [{"category": "new_word"}, {"report": {}}, {"report": None}, {"retryable": "perhaps"}])
def test_an_answer_of_another_version_is_refused_in_words(change: dict[str, object]) -> None:
    with pytest.raises(DeskError, match="use the same version") as caught:
        told(explain(DRY).as_json() | change)
    assert caught.value.status == 200
