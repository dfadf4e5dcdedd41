"""What the packaged catalogue says: every rule decides on its own examples, and every text can be shown."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from solvent.base.patterns import Pattern
from solvent.base.zones import zone
from solvent.catalogue.advice import Advice
from solvent.catalogue.load import CODE_DIALECTS, CODE_LANGUAGES, Catalogue, load_parties, load_rules, packaged
from solvent.catalogue.parties import Party
from solvent.catalogue.rules import Rule
from solvent.catalogue.tables import Steps, Words
from solvent.diagnosis import defaults, desk, engine
from solvent.diagnosis.paste import reader
from solvent.diagnosis.reporting.report import report
from solvent.model.verdict import Actor, Category, Role, Wallet
from tests.words import texts

ROOT = Path(str(files("solvent.catalogue")))
# The ids come from the files' names alone, so that one broken file fails its own tests and not the collection of all.
RULES = sorted(f"{path.parent.name}/{path.stem}" for path in ROOT.glob("errors/*/*.toml"))
PLACEHOLDERS = {"provider", "relay", "app", "status", "should_be", "ids", "quote", "times", "field", "allowed"}
BRACE = re.compile(r"\{(\w*)\}")


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    return load_rules(ROOT)


@pytest.fixture(scope="module")
def parties() -> dict[str, Party]:
    return load_parties(ROOT)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return packaged()


@pytest.fixture(scope="module")
def packaged_engine() -> engine.Engine:
    return engine.packaged()


def test_there_are_rules() -> None:
    assert len(RULES) > 100


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_decides_on_its_examples_as_they_state(rule_id: str, packaged_engine: engine.Engine) -> None:
    rule = packaged_engine.catalogue.rules[rule_id]
    for example in rule.examples:
        verdict = desk.explain(example.text, packaged_engine, "en").verdict
        assert verdict.rule == rule_id, f"decided by {verdict.rule}: {example.text[:200]}"
        assert verdict.category is rule.category
        if example.wallet is not None:
            assert verdict.wallet is example.wallet, example.text[:200]
        if example.http_status is not None:
            assert verdict.http_status == example.http_status, example.text[:200]


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_does_not_decide_on_its_counterexamples(rule_id: str, packaged_engine: engine.Engine) -> None:
    for example in packaged_engine.catalogue.rules[rule_id].counterexamples:
        verdict = desk.explain(example.text, packaged_engine, "en").verdict
        assert verdict.rule != rule_id, example.text[:200]
        if example.wallet is not None:
            assert verdict.wallet is example.wallet, example.text[:200]
        if example.http_status is not None:
            assert verdict.http_status == example.http_status, example.text[:200]


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_can_be_matched_in_linear_time(rule_id: str, rules: dict[str, Rule]) -> None:
    for match in rules[rule_id].matches:
        for source in (*match.text, *match.all, *match.unless):
            # An expression that matches the empty text holds for every text.
            assert Pattern(source).span("") is None, source


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_names_only_parties_that_are_known(rule_id: str, rules: dict[str, Rule], parties: dict[str, Party]) -> None:
    rule = rules[rule_id]
    named = {name for match in rule.matches for name in (*match.party, *match.not_party)}
    assert named | ({rule.provider} if rule.provider else set()) <= set(parties)


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_says_where_it_was_read(rule_id: str, rules: dict[str, Rule]) -> None:
    source = rules[rule_id].source
    if source.verified:
        # A page, a file of a repository, or at least words that tell a reader where to look.
        assert source.address.startswith("https://") or len(source.address.split()) >= 2 or "/" in source.address, source.address


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rules_texts_hold_no_unknown_placeholder(rule_id: str, rules: dict[str, Rule]) -> None:
    rule = rules[rule_id]
    for text in texts(rule.title, rule.says, rule.translation, rule.summary, rule.cause, rule.solution, rule.prevention):
        assert set(BRACE.findall(text)) <= PLACEHOLDERS, text


@pytest.mark.parametrize("rule_id", RULES)
def test_waiting_is_said_to_help_with_an_empty_account_only_where_a_window_refills_it(rule_id: str, rules: dict[str, Rule]) -> None:
    rule = rules[rule_id]
    # Nobody can wait until an empty account fills itself; money that running requests have set aside comes back.
    empty = rule.category is Category.CREDIT_EXHAUSTED and rule.actor is not Actor.NOBODY
    assert not (rule.retryable and empty and rule.window is None)


def test_every_mark_of_a_party_can_be_matched_in_linear_time(parties: dict[str, Party]) -> None:
    for party in parties.values():
        for mark in party.marks:
            assert Pattern(mark.text).span("") is None, f"{party.name}: {mark.text}"
            assert mark.weight > 0, f"{party.name}: {mark.text}"


def test_every_link_of_a_party_is_a_secure_address(parties: dict[str, Party]) -> None:
    links = [(party.name, link) for party in parties.values() for link in party.links]
    assert links
    assert [(name, link.address) for name, link in links if not link.address.startswith("https://")] == []


def test_every_zone_of_a_party_exists(parties: dict[str, Party]) -> None:
    zones = {reset.zone for party in parties.values() for reset in party.resets}
    assert "America/Los_Angeles" in zones
    assert [name for name in zones if zone(name) is None] == []


def test_every_advice_text_holds_only_known_placeholders(catalogue: Catalogue) -> None:
    for category, entries in catalogue.advice.items():
        for entry in entries:
            for text in texts(*_parts(entry)):
                assert set(BRACE.findall(text)) <= PLACEHOLDERS, f"{category}: {text}"


def test_a_step_for_one_app_names_an_app(rules: dict[str, Rule], catalogue: Catalogue, parties: dict[str, Party]) -> None:
    lists = [part for entries in catalogue.advice.values() for entry in entries for part in (entry.solution, entry.prevention)]
    lists += [part for rule in rules.values() for part in (rule.solution, rule.prevention) if part is not None]
    named = {name for part in lists for step in (*part.en, *part.zh) for name in re.findall(r"\{in:([^}]*)\}", step)}
    assert named
    assert {parties[name].role for name in named} == {Role.APP}


def _parts(entry: Advice) -> tuple[Words | Steps | None, ...]:
    return (entry.summary, entry.meaning, entry.cause, entry.who_acts, entry.solution, entry.prevention, entry.write_to)


COMBINATIONS = sorted(
    {
        (category, wallet, defaults.actor_of(category, wallet, provider_spoke_through_relay=behind))
        for category in Category
        for wallet in Wallet
        for behind in (False, True)
    }
)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("category", "wallet", "actor"), COMBINATIONS)
def test_the_report_of_every_combination_is_complete(
    category: Category, wallet: Wallet, actor: Actor, lang: str, packaged_engine: engine.Engine
) -> None:
    plain = desk.explain("the frobnicator could not be reached: error", packaged_engine, lang).verdict
    verdict = replace(plain, category=category, wallet=wallet, actor=actor, rule=None)
    made = report(verdict, reader.read("no braces in this error"), packaged_engine.catalogue, lang)
    shown = [made.title, made.summary, made.translation, made.cause, made.who_acts, *made.solution, *made.prevention]
    assert [text for text in shown if not text.strip() or BRACE.search(text)] == []
    assert made.write_to is None or not BRACE.search(made.write_to)
    assert made.solution
    chinese = re.compile(r"[一-鿿]")
    assert [text for text in shown if bool(chinese.search(text)) != (lang == "zh")] == []


def test_every_handling_has_a_sample_in_every_language_for_every_api(catalogue: Catalogue) -> None:
    used = {entry.handling for entries in catalogue.advice.values() for entry in entries} - {"none"}
    assert used
    assert set(product(used, CODE_LANGUAGES, CODE_DIALECTS)) == set(catalogue.code)
    assert all(text.strip() for text in catalogue.code.values())


def test_everything_that_an_app_tells_how_to_do_is_asked_for_somewhere(catalogue: Catalogue) -> None:
    told = {act for party in catalogue.parties.values() for act in party.steps}
    asked = {act for entries in catalogue.advice.values() for entry in entries for act in entry.acts}
    assert told - asked <= {act for rule in catalogue.rules.values() for act in rule.acts or ()}
