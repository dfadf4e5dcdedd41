from __future__ import annotations

import pytest

from solvent.diagnosis import desk, engine
from solvent.model.verdict import Paid, Wallet
from tests.unit.diagnosis.test_judge import DIRECT, SEED

DRY_KEY = (
    "403 token quota is not enough, token remain quota: ＄0.10, need quota: ＄0.30 (request id: 20260407153201507098588268d9d6JaRBN5o8)"
)
DEEPSEEK = '402 {"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}} api.deepseek.com'


def told(text: str, lang: str = "en") -> Paid:
    found = desk.explain(text, engine.packaged(), lang).report.paid
    assert found is not None
    return found


def test_first_comes_what_to_make_sure_of_then_delay_causes_and_checks() -> None:
    kinds = [point.kind for point in told(DIRECT).points]
    assert kinds == sorted(kinds, key=["first", "delay", "cause", "check"].index)
    assert set(kinds) == {"first", "delay", "cause", "check"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_fact_says_where_it_was_read_and_advice_states_none(lang: str) -> None:
    for text in (DIRECT, DEEPSEEK, DRY_KEY):
        for point in told(text, lang).points:
            assert (point.source is None) is (point.kind == "first")
            assert point.source is None or point.source.address.startswith("https://")
            assert "{" not in point.text


def test_a_payment_does_not_reach_the_operators_account_so_nothing_is_said_of_the_provider() -> None:
    found = told(SEED)
    assert [point.kind for point in found.points] == ["first", "first"]
    assert "nothing that you pay reaches it" in found.points[0].text


def test_a_check_that_costs_nothing_is_shown_where_one_is_known() -> None:
    commands = [point.command for point in told(DEEPSEEK).points if point.command]
    assert commands == ['curl -H "Authorization: Bearer $DEEPSEEK_API_KEY" https://api.deepseek.com/user/balance']


def test_the_quota_of_a_key_is_told_apart_from_the_balance() -> None:
    explanation = desk.explain(DRY_KEY, engine.packaged(), "en")
    assert explanation.verdict.wallet is Wallet.KEY_BUDGET
    assert explanation.report.paid is not None
    assert any("each key have a quota of their own" in point.text for point in explanation.report.paid.points)


def test_what_the_app_may_send_instead_is_told() -> None:
    through = told(f"API Error: {DIRECT}\nclaude code")
    assert any("goes before the subscription" in point.text for point in through.points)
    assert not any("goes before the subscription" in point.text for point in told(DIRECT).points)


def test_where_money_is_not_the_matter_nothing_is_said_of_payments() -> None:
    for text in ("HTTP 429: slow down, rate limit reached", "KeyError: 'choices'", "zorblax failed"):
        assert desk.explain(f"I just topped up.\n{text}", engine.packaged(), "en").report.paid is None


@pytest.mark.parametrize(
    "claim",
    [
        "I just topped up $20 and still get",
        "I have credits in my account but",
        "we've paid already:",
        "I added funds an hour ago.",
        "after adding credits it is the same",
        "My account has $31.20 left",
        "I have $5 credit",
        "充了钱还是报错",
        "我刚充值了，怎么还是",
        "充值了还是不行",
        "后台看余额还有 20 刀",
        "账户里明明有余额",
        "账号有余额，但是报错",
    ],
)
def test_the_reader_who_paid_is_heard(claim: str) -> None:
    assert told(f"{claim}\n{DIRECT}").said


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Please top up your account.",
        "请充值后重试",
        "账户余额不足，请充值",
        "You have no credits remaining.",
        "Add credits to continue.",
        "I have no money left",
        "Do I have to pay?",
        "预扣费额度失败, 用户剩余额度: ＄2.53",
    ],
)
def test_a_providers_own_words_are_no_claim_of_the_readers(words: str) -> None:
    assert not told(f"{words}\n{DIRECT}").said
