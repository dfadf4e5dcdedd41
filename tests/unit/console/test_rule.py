from __future__ import annotations

import pytest

from solvent.console import rule
from solvent.model.verdict import Wallet
from tests.unit.console.conftest import Visitor, text_of


def test_every_rule_has_its_page_in_both_languages(visitor: Visitor) -> None:
    for number, name in enumerate(visitor.site.catalogue.rules):
        answer = visitor.get(f"/e/rules/{name}?lang={'zh' if number % 2 else 'en'}")
        assert answer.status == 200, name


def test_a_page_tells_both_ways_apart(visitor: Visitor) -> None:
    seen = text_of(visitor.get("/e/rules/anthropic/credit-balance-too-low?lang=en").text)
    assert "What to do, when you call the provider directly" in seen
    assert "What to do, when a relay stands between" in seen
    assert "400 → 402" in seen
    assert "seen in a real error, 2026-11-25" in seen


@pytest.mark.parametrize(
    ("name", "wallets"),
    [
        ("anthropic/credit-balance-too-low", [Wallet.OWN_PROVIDER_ACCOUNT, Wallet.RELAY_UPSTREAM]),
        ("new-api/user-quota-empty", [Wallet.RELAY_USER, Wallet.RELAY_UPSTREAM]),
        ("new-api/token-quota-exhausted", [Wallet.KEY_BUDGET, Wallet.RELAY_UPSTREAM]),
        ("openai/rate-limit-per-minute", [Wallet.NONE]),
    ],
)
def test_whose_wallet_a_rule_can_mean(visitor: Visitor, name: str, wallets: list[Wallet]) -> None:
    assert [purse.wallet for purse in rule.purses(visitor.site.catalogue.rules[name], "en")] == wallets


def test_a_source_that_is_no_address_is_no_link(visitor: Visitor) -> None:
    found = next(rule for rule in visitor.site.catalogue.rules.values() if rule.source.address.startswith("github.com/"))
    page = visitor.get(f"/e/rules/{found.id}").text
    assert f">{found.source.address}</span>" in page
    assert f'href="{found.source.address}' not in page


@pytest.mark.parametrize("path", ["/e/rules/anthropic/none", "/e/rules/../secrets", "/e/rules/anthropic", "/e/rules/a/b/c"])
def test_there_is_no_such_rule(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404
