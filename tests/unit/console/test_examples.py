from __future__ import annotations

import pytest

from solvent.console.examples import EXAMPLES, SEED, Example, find
from solvent.diagnosis import desk
from solvent.diagnosis.engine import Engine

EXPECTED = {
    "seed": ("credit_exhausted", "relay_upstream"),
    "anthropic-direct": ("credit_exhausted", "own_provider_account"),
    "openai-quota": ("credit_exhausted", "own_provider_account"),
    "relay-balance": ("credit_exhausted", "relay_user"),
    "relay-behind-relay": ("credit_exhausted", "relay_upstream"),
    "three-relays": ("credit_exhausted", "relay_upstream"),
    "token-quota": ("budget_limit", "key_budget"),
    "deepseek": ("credit_exhausted", "own_provider_account"),
    "tokens-per-minute": ("rate_limited", "none"),
    "traceback": ("client_code", "none"),
    "cloudflare-524": ("timeout", "none"),
    "connection": ("network", "none"),
    "unknown": ("other", "none"),
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
def test_each_example_gets_the_answer_that_it_stands_for(packaged_engine: Engine, example: Example) -> None:
    verdict = desk.explain(example.text, packaged_engine, "en").verdict
    assert (verdict.category.value, verdict.wallet.value) == EXPECTED[example.slug]
    assert (verdict.rule is None) is (example.slug == "unknown")


def test_no_example_holds_a_secret(packaged_engine: Engine) -> None:
    assert [example.slug for example in EXAMPLES if desk.explain(example.text, packaged_engine, "en").struck] == []


def test_the_seed_is_verbatim() -> None:
    assert SEED.text == (
        '500 {"error":{"type":"<nil>","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & '
        'Billing to upgrade or purchase credits. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}'
    )


def test_an_unknown_name_finds_the_seed() -> None:
    assert find("no-such") is find(None) is find("seed") is SEED
    assert {find(slug).slug for slug in EXPECTED} == set(EXPECTED)
