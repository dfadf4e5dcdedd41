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


def test_nothing_of_the_example_is_told_as_the_readers_own(visitor: Visitor) -> None:
    answer = visitor.get("/e/rules/anthropic/credit-balance-too-low.md?lang=en").text
    advice, _, example = answer.partition("```")
    assert "req_" in example
    assert "req_" not in advice
    assert "`max_tokens`" not in visitor.get("/e/rules/openai/unsupported-parameter.md?lang=zh").text.partition("```")[0]


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


@pytest.mark.parametrize(
    ("lang", "title"), [("en", "The Anthropic account behind the key has no credit"), ("zh", "这个 key 背后的 Anthropic 账户没有余额")]
)
def test_a_rule_as_problem_details(visitor: Visitor, lang: str, title: str) -> None:
    path = "/e/rules/anthropic/credit-balance-too-low"
    for answer in (visitor.get(f"{path}.json?lang={lang}"), visitor.get(f"{path}?lang={lang}", accept="application/problem+json")):
        assert (answer.status, answer.headers["content-type"]) == (200, "application/problem+json")
        assert answer.headers["content-language"] == {"en": "en", "zh": "zh-Hans"}[lang]
        body = answer.json
        assert (body["type"], body["title"], body["status"], body["rule"]) == (path, title, 402, "anthropic/credit-balance-too-low")
        assert [one["wallet"] for one in body["wallets"]] == ["own_provider_account", "relay_upstream"]
        assert [bool(way["when"] and way["solution"]) for way in body["ways"]] == [True, True]
        assert body["source"]["evidence"] in ("captured", "documented", "code")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_rule_can_be_had_in_every_form(visitor: Visitor, lang: str) -> None:
    for known in visitor.site.catalogue.rules.values():
        page = visitor.get(f"/e/rules/{known.id}?lang={lang}").text
        assert f"/e/rules/{known.id}.md?lang={lang}" in page
        answer = visitor.get(f"/e/rules/{known.id}.md?lang={lang}")
        assert (answer.status, answer.headers["content-type"]) == (200, "text/markdown; charset=utf-8")
        assert answer.text.startswith("# ")
        assert f"`{known.id}`" in answer.text
        assert "\n\n\n\n" not in answer.text
        body = visitor.get(f"/e/rules/{known.id}.json?lang={lang}").json
        assert (body["rule"], body["lang"]) == (known.id, lang)
        assert body["detail"]


@pytest.mark.parametrize(
    ("suffix", "accept", "kind"),
    [(".md", "*/*", "text/markdown"), (".json", "*/*", "application/problem+json"), ("", "application/json", "application/problem+json")],
)
def test_a_missing_rule_is_said_in_the_form_that_was_asked_for(visitor: Visitor, suffix: str, accept: str, kind: str) -> None:
    answer = visitor.get(f"/e/rules/anthropic/none{suffix}?lang=zh", accept=accept)
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (404, kind)
    assert "没有这条规则" in answer.text
