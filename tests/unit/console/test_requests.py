from __future__ import annotations

import pytest
from msgspec.structs import replace

from solvent.base.money import Money
from solvent.ledger.journal import AttemptTold, Outcome, RequestDone
from solvent.model.key import Key
from tests.unit.console.conftest import Operator, text_of

NOON_US = 1_795_608_000_000_000
BAIT = "<script>alert(1)</script>"
FAILED = AttemptTold(
    "anthropic-main",
    "claude-sonnet-4-5",
    400,
    Outcome.NONE,
    212,
    ("req_011CTTAjbTs5Pn7ZzuZrA5nf",),
    "credit_exhausted",
    "anthropic/credit-balance-too-low",
    "own_provider_account",
    "anthropic",
    "Your credit balance is too low",
)
SERVED = AttemptTold("relay", "claude-sonnet-4-5", 200, Outcome.USAGE, 1840, ("2026112512000472", "req_inner"))
DONE = RequestDone(
    request_id="01KAX2Q7Z8",
    key_id="k1",
    at_us=NOON_US,
    ms=2101,
    dialect="anthropic",
    model="claude-sonnet-4-5",
    route="claude-*",
    status=200,
    attempts=(FAILED, SERVED),
    tokens=(("input_tokens", 812), ("output_tokens", 402)),
    cost=Money(8_466_001),
    cost_source="reported",
    degraded="fallback-model",
)


@pytest.fixture
def busy(operator: Operator) -> Operator:
    operator.house.requests.rows = [DONE]
    operator.house.keys.rows["k1"] = Key("k1", "客服", "x")
    return operator


@pytest.mark.parametrize(("lang", "words"), [("en", "No request came yet"), ("zh", "还没有请求")])
def test_without_requests_the_page_says_how_to_send_one(operator: Operator, lang: str, words: str) -> None:
    page = operator.get(f"/requests?lang={lang}").text
    assert words in page
    assert "curl http://127.0.0.1:8400/v1/chat/completions" in page
    assert f'href="/keys?lang={lang}"' in page


@pytest.mark.parametrize("path", ["/requests", "/requests?id=req_inner", "/requests/01KAX2Q7Z8"])
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ("credit exhausted", "whose wallet: your own account at the provider", "cost nothing", "cost known", "by a lesser model"),
        ),
        ("zh", ("余额耗尽", "谁的钱包：你自己在服务商的账户", "没有费用", "费用已知", "由备用模型回答")),
    ],
)
def test_a_request_opens_to_its_attempts(busy: Operator, path: str, lang: str, words: tuple[str, ...]) -> None:
    page = busy.get(f"{path}{'&' if '?' in path else '?'}lang={lang}").text
    seen = text_of(page)
    for known in (
        "2026-11-25 12:00:00 UTC",
        "01KAX2Q7Z8",
        "客服",
        "claude-*",
        "$0.008466001",
        "input_tokens 812",
        "212 ms",
        "1.8 s",
        "2.1 s",
    ):
        assert known in seen, known
    for known in (*words, "req_011CTTAjbTs5Pn7ZzuZrA5nf", "2026112512000472", "req_inner", "Your credit balance is too low"):
        assert known in seen, known
    assert f'href="/e/rules/anthropic/credit-balance-too-low?lang={lang}"' in page


@pytest.mark.parametrize(
    ("sought", "found"), [("01KAX2Q7Z8", True), (" req_inner ", True), ("REQ", False), (BAIT, False), ("x" * 999, False)]
)
def test_search_finds_by_any_id_and_opens_what_it_found(busy: Operator, sought: str, *, found: bool) -> None:
    page = busy.get(f"/requests?lang=en&id={sought.replace(' ', '+')}").text
    assert ("<details open>" in page) is found
    assert ("No request that is over has this id" in page) is not found
    assert BAIT not in page


def test_a_list_is_closed_at_first_and_goes_on(busy: Operator) -> None:
    busy.house.requests.rows = [replace(DONE, request_id=f"r{number}") for number in range(26)]
    page = busy.get("/requests?lang=en").text
    assert page.count("<details>") == 25
    assert 'href="/requests?after=25&amp;lang=en"' in page
    assert busy.get("/requests?lang=en&after=25").text.count("<details>") == 1


def test_an_answer_of_our_own_has_no_attempt(busy: Operator) -> None:
    refused = replace(
        DONE, status=402, attempts=(), tokens=(), cost=Money(0), cost_source="", category="credit_exhausted", degraded="", key_id=""
    )
    busy.house.requests.rows = [refused]
    seen = text_of(busy.get("/requests?lang=en").text)
    for words in ("No upstream was called", "✕ 402", "0 attempts", "no key", "$0.00"):
        assert words in seen


def test_names_and_words_from_outside_stay_text(busy: Operator) -> None:
    told = replace(
        FAILED, account=BAIT, model=BAIT, category=BAIT, wallet=BAIT, rule=BAIT, text=BAIT, upstream_request_ids=(BAIT,), status=0
    )
    rows = replace(
        DONE, model=BAIT, route=BAIT + "2", category=BAIT, degraded=BAIT, cost_source=BAIT, attempts=(told,), tokens=((BAIT, 1),)
    )
    busy.house.requests.rows = [rows]
    busy.house.keys.rows["k1"] = Key("k1", BAIT, "x")
    for path in ("/requests?lang=en", "/requests/01KAX2Q7Z8?lang=en"):
        page = busy.get(path).text
        assert BAIT not in page
        assert page.count("&lt;script&gt;") >= 10
        assert "no answer" in page


def test_keys_that_are_not_among_the_newest_are_named_too(busy: Operator) -> None:
    for number in range(110):
        busy.house.keys.rows[f"n{number}"] = Key(f"n{number}", f"newer {number}", "x")
    assert "客服" in busy.get("/requests?lang=en").text
    del busy.house.keys.rows["k1"]
    assert '<span class="mono" translate="no">k1</span>' in busy.get("/requests?lang=en").text


@pytest.mark.parametrize(("lang", "words"), [("en", "There is no such request"), ("zh", "没有这个请求")])
def test_a_request_that_is_not_there(operator: Operator, lang: str, words: str) -> None:
    answer = operator.get(f"/requests/nothing?lang={lang}")
    assert (answer.status, words in answer.text) == (404, True)
