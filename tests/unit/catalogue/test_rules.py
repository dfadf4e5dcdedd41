from __future__ import annotations

from typing import Any

import pytest

from solvent.catalogue.rules import Rule, read_rule
from solvent.catalogue.tables import CatalogueError
from solvent.model.verdict import Actor, Category, Wallet
from tests import small


def read(**change: Any) -> Rule:
    return read_rule(small.rule_data() | change, "acme", "no-credit")


def test_a_rule_is_named_by_its_place() -> None:
    assert read().id == "acme/no-credit"


def test_what_is_not_said_is_left_to_the_category() -> None:
    rule = read()
    assert (rule.category, rule.voice, rule.provider) == (Category.CREDIT_EXHAUSTED, "provider", "acme")
    assert (rule.wallet, rule.actor, rule.status, rule.status_should_be, rule.retryable, rule.window) == (None,) * 6
    assert (rule.doubtful, rule.yields) == (False, False)
    assert (rule.doubtful, rule.smaller_may_pass) == (False, False)
    assert (rule.says, rule.translation, rule.summary, rule.cause, rule.solution, rule.prevention) == (None,) * 6
    assert (rule.who_acts, rule.write_to) == (None, None)
    assert rule.counterexamples == ()


def test_what_is_said_is_read() -> None:
    rule = read(
        voice="relay",
        wallet="relay_user",
        actor="you",
        status=403,
        status_should_be=402,
        retryable=True,
        window="5h",
        rank=99,
        doubtful=True,
        yields=True,
        who_acts=small.words("the gatekeeper"),
        write_to=small.words("Hello"),
        smaller_may_pass=True,
        solution=small.steps("a"),
        counterexample=[{"text": "no"}],
    )
    assert (rule.voice, rule.wallet, rule.actor) == ("relay", Wallet.RELAY_USER, Actor.YOU)
    assert (rule.status, rule.status_should_be, rule.retryable, rule.window, rule.rank, rule.doubtful) == (403, 402, True, "5h", 99, True)
    assert rule.yields is True
    assert rule.who_acts is not None
    assert rule.write_to is not None
    assert (rule.who_acts.en, rule.write_to.en) == ("the gatekeeper", "Hello")
    assert rule.smaller_may_pass is True
    assert rule.solution is not None
    assert rule.solution.en == ("a",)
    assert [example.text for example in rule.counterexamples] == ["no"]


@pytest.mark.parametrize(("stronger", "weaker"), [("acme", "generic"), ("generic", "client"), ("client", "status")])
def test_a_named_partys_own_words_outrank_those_of_a_family_and_those_a_bare_status(stronger: str, weaker: str) -> None:
    assert read_rule(small.rule_data(), stronger, "x").rank > read_rule(small.rule_data(), weaker, "x").rank


@pytest.mark.parametrize(
    ("folder", "general"), [("generic", True), ("client", True), ("status", True), ("acme", False), ("solvent", False)]
)
def test_words_of_nobody_in_particular_are_told_from_a_named_partys(folder: str, general: bool) -> None:  # noqa: FBT001 - a table's column
    assert read_rule(small.rule_data(), folder, "x").general is general


def test_codes_are_compared_in_lower_case() -> None:
    assert read(match=[{"code": ["Insufficient_Quota"]}]).matches[0].code == ("insufficient_quota",)


def test_an_example_may_state_wallet_and_status() -> None:
    example = read(example=[{"text": "402 x", "wallet": "key_budget", "http_status": 402}]).examples[0]
    assert (example.wallet, example.http_status) == (Wallet.KEY_BUDGET, 402)


@pytest.mark.parametrize("condition", ["text", "all", "code", "exception", "shape"])
def test_one_condition_of_the_text_is_enough(condition: str) -> None:
    match = read(match=[{condition: "x"}]).matches[0]
    assert getattr(match, condition) == ("x",)


def test_a_status_alone_is_enough() -> None:
    assert read(match=[{"status": [402, 403]}]).matches[0].status == (402, 403)


@pytest.mark.parametrize(
    "match",
    [{}, {"party": ["acme"]}, {"unless": ["x"]}, {"not_party": ["acme"]}, {"traceback": True}],
    ids=["nothing", "party", "unless", "not_party", "traceback"],
)
def test_a_match_of_side_conditions_alone_is_refused(match: dict[str, Any]) -> None:
    with pytest.raises(CatalogueError, match=r"errors/acme/no-credit\.toml \[\[match\]\] 1: .*conditions alone match everything"):
        read(match=[match])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"category": "money"}, "`category` is `money`"),
        ({"voice": "upstream"}, "`voice` is `upstream`"),
        ({"provider": 1}, "`provider` must be a text"),
        ({"status": "402"}, "`status` must be a whole number"),
        ({"status_should_be": 4.02}, "`status_should_be` must be a whole number"),
        ({"retryable": "no"}, "`retryable` must be true or false"),
        ({"window": "year"}, "`window` is `year`"),
        ({"rank": "high"}, "`rank` must be a whole number"),
        ({"doubtful": 1}, "`doubtful` must be true or false"),
        ({"smaller_may_pass": "yes"}, "`smaller_may_pass` must be true or false"),
        ({"title": {"en": "only"}}, "[title]: `zh` must be a text"),
        ({"cause": {"zh": "只有"}}, "[cause]: `en` must be a text"),
        ({"solution": {"en": ["a", "b"], "zh": ["甲"]}}, "`solution` has 2 steps in en and 1 in zh"),
        ({"match": [{"text": [1]}]}, "[[match]] 1: `text` must be a text or a list of texts"),
        ({"match": [{"status": "402"}]}, "[[match]] 1: `status` must be a whole number or a list of them"),
        ({"match": [{"text": "a"}, {"txet": "b"}]}, "[[match]] 2: unknown key `txet`"),
        ({"match": []}, "at least one `[[match]]` is needed"),
        ({"example": []}, "at least one `[[example]]` is needed"),
        ({"example": [{"raw": "x"}]}, "[[example]] 1: `text` must be a text"),
        ({"example": [{"text": "x", "http_status": "402"}]}, "[[example]] 1: `http_status` must be a whole number"),
        ({"counterexample": [{"text": "x", "why": "y"}]}, "[[counterexample]] 1: unknown key `why`"),
        ({"source": small.SOURCE | {"evidence": "hearsay"}}, "[source]: `evidence` is `hearsay`"),
        ({"retriable": True}, "unknown key `retriable`"),
        # A word that is none of the contract's is the file's mistake as any other is.
        ({"wallet": "mine"}, "`wallet` is `mine`"),
        ({"actor": "them"}, "`actor` is `them`"),
        ({"example": [{"text": "x", "wallet": "mine"}]}, "[[example]] 1: `wallet` is `mine`"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        read(**change)
    assert str(refusal.value).startswith("errors/acme/no-credit.toml")
    assert complaint in str(refusal.value)


@pytest.mark.parametrize("key", ["category", "title", "source"])
def test_what_a_rule_cannot_do_without_is_asked_for(key: str) -> None:
    data = small.rule_data()
    del data[key]
    with pytest.raises(CatalogueError, match=rf"errors/acme/no-credit\.toml: `\[?{key}"):
        read_rule(data, "acme", "no-credit")
