from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis import engine
from solvent.diagnosis.judge import judge
from solvent.model.verdict import Actor, Category, Role, Verdict, Wallet

MESSAGE = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."
OURS = "slv-1a0fbe5b3cb9d41b7ea00001"
SEED = f'500 {{"error":{{"type":"<nil>","message":"{MESSAGE} (request id: 20260126100910722614337HsQybcmN)"}},"type":"error"}}'
DIRECT = (
    f'400 {{"type":"error","error":{{"type":"invalid_request_error","message":"{MESSAGE}"}},"request_id":"req_011CWq3JXyZ8FKd1aYgh2aBc"}}'
)


def verdict(text: str) -> Verdict:
    return judge(text, engine.packaged())


def test_the_seed_case_blames_the_relays_account_at_the_provider() -> None:
    found = verdict(SEED)
    assert found.category is Category.CREDIT_EXHAUSTED
    assert found.wallet is Wallet.RELAY_UPSTREAM
    assert found.actor is Actor.RELAY_OPERATOR
    assert found.provider == "anthropic"
    assert found.via == ("new-api",)
    assert (found.http_status, found.http_status_source, found.http_status_should_be) == (500, "seen", 402)
    assert found.retryable is False
    assert found.request_ids[0].times == ("2026-01-26T10:09:10Z", "2026-01-26T02:09:10Z")
    assert found.confidence >= 0.9
    assert [layer.role for layer in found.layers] == [Role.RELAY, Role.PROVIDER]
    assert found.layers[-1].empty
    assert "credit balance is too low" in (found.layers[-1].spoke or "")


def test_the_same_words_straight_from_the_provider_are_about_ones_own_account() -> None:
    found = verdict(DIRECT)
    assert found.category is Category.CREDIT_EXHAUSTED
    assert found.wallet is Wallet.OWN_PROVIDER_ACCOUNT
    assert found.actor is Actor.YOU
    assert found.via == ()
    assert found.http_status == 400
    assert [layer.role for layer in found.layers] == [Role.PROVIDER]


@pytest.mark.parametrize("layers", [2, 3, 4])
def test_the_same_words_through_several_relays(layers: int) -> None:
    ids = " ".join(f"(request id: 2026012610091{digit}722614337HsQybcm{digit})" for digit in range(layers))
    found = verdict(f'500 {{"error":{{"type":"<nil>","message":"{MESSAGE} {ids}"}},"type":"error"}}')
    assert found.wallet is Wallet.RELAY_UPSTREAM
    assert found.via == ("new-api",) * layers
    assert [layer.role for layer in found.layers] == [Role.RELAY] * layers + [Role.PROVIDER]
    assert found.layers[0].request_id == f"2026012610091{layers - 1}722614337HsQybcm{layers - 1}"


OWN = "用户额度不足, 剩余额度: ＄0.000000 (request id: 20260729103912821225788268d9d6wPH3thK5)"


def test_a_relays_own_refusal_is_about_the_readers_balance_there() -> None:
    found = verdict(f'403 {{"error":{{"type":"new_api_error","message":"{OWN}"}},"type":"error"}}')
    assert found.category is Category.CREDIT_EXHAUSTED
    assert found.wallet is Wallet.RELAY_USER
    assert found.actor is Actor.YOU


def test_a_relays_own_refusal_inside_an_outer_nil_is_about_the_operators_balance_one_hop_up() -> None:
    found = verdict(f'403 {{"error":{{"type":"<nil>","message":"{OWN}"}},"type":"error"}}')
    assert found.wallet is Wallet.RELAY_UPSTREAM
    assert found.actor is Actor.RELAY_OPERATOR
    assert [layer.role for layer in found.layers] == [Role.RELAY, Role.RELAY]


def test_a_cap_on_the_key_is_no_empty_balance() -> None:
    found = verdict('401 {"error":{"code":"","message":"该令牌额度已用尽 TokenStatusExhausted[sk-abc***xyz]","type":"new_api_error"}}')
    assert found.category is Category.BUDGET_LIMIT
    assert found.wallet is Wallet.KEY_BUDGET


def test_an_unknown_error_is_said_to_be_unknown() -> None:
    found = verdict("zorblax: the frobnicator reports failure 0xDEADBEEF")
    assert found.category is Category.OTHER
    assert found.rule is None
    assert found.confidence == 0
    assert found.wallet is Wallet.NONE


def test_the_same_error_has_the_same_fingerprint_whatever_its_ids() -> None:
    other = SEED.replace("20260126100910722614337HsQybcmN", "20260127111213722614338AbCdEfGh").replace("500 ", "429 ", 1)
    assert verdict(SEED).fingerprint == verdict(other).fingerprint
    assert verdict(SEED).fingerprint != verdict(DIRECT).fingerprint


def test_evidence_speaks_the_readers_language() -> None:
    chinese = judge(SEED, engine.packaged(), "zh")
    assert any("上游" in item.says for item in chinese.evidence)
    assert chinese.as_json()["category"] == "credit_exhausted"


def test_an_unverified_source_caps_the_confidence() -> None:
    unverified = [rule for rule in engine.packaged().catalogue.rules.values() if not rule.source.verified]
    found = [verdict(rule.examples[0].text) for rule in unverified]
    deciding = [(rule, item) for rule, item in zip(unverified, found, strict=True) if item.rule == rule.id]
    assert len(deciding) > 10
    assert all(item.confidence <= 0.6 for _, item in deciding)


@given(st.text(max_size=300))
def test_no_text_makes_it_fail(raw: str) -> None:
    found = verdict(raw)
    assert 0 <= found.confidence <= 1


SEVERAL = (
    "claude failed: anthropic.OverloadedError: Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}, "
    "'request_id': 'req_011C9F7Gxa3dtfgQhQGqeck6'}\n"
    "openai.RateLimitError: Error code: 429 - {'error': {'message': 'You exceeded your current quota, please check your plan and billing "
    "details.', 'type': 'insufficient_quota', 'param': None, 'code': 'insufficient_quota'}}"
)


def test_of_several_errors_one_decides_and_keeps_its_own_chain() -> None:
    found = verdict(SEVERAL)
    assert found.category is Category.CREDIT_EXHAUSTED
    assert found.provider == "openai"
    assert "anthropic-python" not in found.via
    assert found.request_ids == ()
    assert any("other errors" in item.says for item in found.evidence)


def test_one_error_printed_twice_is_one() -> None:
    assert not any("other errors" in item.says for item in verdict(f"{SEED}\nagain: {SEED}").evidence)


@pytest.mark.parametrize(("status", "should_be"), [(400, 400), (405, 405), (415, 415), (431, 431), (500, 400)])
def test_a_status_that_is_true_is_not_called_wrong(status: int, should_be: int) -> None:
    text = f'HTTP/1.1 {status}\n{{"error":{{"message":"Send JSON (solvent request id: {OURS})","code":"invalid_request"}}}}'
    verdict = judge(text, engine.packaged())
    assert (verdict.rule, verdict.http_status, verdict.http_status_should_be) == ("solvent/invalid-request", status, should_be)


def test_a_relay_that_says_it_reached_nobody_has_answered_itself() -> None:
    verdict = judge(f"Error: No route to this model could be reached (solvent request id: {OURS})", engine.packaged())
    assert verdict.category is Category.NETWORK
    assert verdict.http_status_source == "documented"
    assert [(layer.name, layer.request_id) for layer in verdict.layers] == [("solvent", OURS)]
    assert verdict.layers[0].spoke == "No route to this model could be reached"


def test_a_limit_that_does_not_open_by_itself_is_somebodys_to_raise() -> None:
    nothing = verdict("429 You exceeded your current quota. * Quota exceeded for metric: generativelanguage.googleapis.com/free, limit: 0")
    assert (nothing.category, nothing.retryable, nothing.actor) == (Category.RATE_LIMITED, False, Actor.YOU)
    assert verdict("429 Rate limit reached. Please try again in 20s.").actor is Actor.NOBODY


def test_a_relay_that_speaks_of_the_readers_balance_has_nobody_empty_behind_it() -> None:
    drawn = verdict('I put the openrouter key into "API Key" and see "Credentials validation failed with status code 402"').layers
    assert [(layer.name, layer.empty) for layer in drawn] == [("openrouter", True)]


@pytest.mark.parametrize(
    "text", ["Portkey Error: 412 budget exhausted", '402 {"is_bifrost_error":false,"error":{"type":"budget_exceeded"}}']
)
def test_a_gateway_that_speaks_for_itself_is_drawn_once(text: str) -> None:
    drawn = verdict(text).layers
    assert [layer.role.value for layer in drawn] == ["gateway"]
    assert drawn[0].empty
