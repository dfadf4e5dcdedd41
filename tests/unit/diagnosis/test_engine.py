from __future__ import annotations

import pytest

from solvent.diagnosis.engine import CONTRADICTED, Decision, Engine
from solvent.diagnosis.paste import reader
from tests.unit.diagnosis.catalogues import catalogue, party, rule

BROAD = rule("generic/broad", 'category = "rate_limited"', "text = ['limit reached']")
NAMED = rule(
    "acme/credit", 'category = "credit_exhausted"\nprovider = "acme"\nstatus = 402', "text = ['acme credit', 'limit reached by acme']"
)


def decide(text: str, *rules_and_parties: object) -> Decision:
    rules = [item for item in rules_and_parties if hasattr(item, "matches")]
    parties = [item for item in rules_and_parties if hasattr(item, "marks")]
    return Engine(catalogue(rules, parties)).decide(reader.read(text))  # type: ignore[arg-type]


def test_the_higher_rank_decides_and_the_other_is_in_the_trail() -> None:
    decision = decide("HTTP 429: limit reached by acme", BROAD, NAMED)
    assert decision.rule is NAMED
    assert decision.quote == "limit reached by acme"
    assert [tried.rule for tried in decision.trail] == ["generic/broad"]


def test_no_match_is_no_rule() -> None:
    decision = decide("something else", BROAD, NAMED)
    assert decision.rule is None
    assert decision.trail == ()


@pytest.mark.parametrize(
    ("match", "text", "holds"),
    [
        ("code = ['no_money']", '{"error":{"code":"no_money","message":"m"}}', True),
        ("code = ['no_money_left']", "it said no_money_left again", True),
        ("code = ['1113']", "we have 1113 rows", False),
        ("code = ['1113']", '{"code":"1113","msg":"m"}', True),
        ("code = ['type:abc']", '{"error":{"type":"abc","message":"m"}}', True),
        ("code = ['type:abc']", '{"error":{"code":"abc","message":"m"}}', False),
        ("text = ['a b']\nunless = ['not so']", "error: a b", True),
        ("text = ['a b']\nunless = ['not so']", "error: a b, not so", False),
        ("all = ['first', 'second']", "error: second then first", True),
        ("all = ['first', 'second']", "error: first only", False),
        ("text = ['slow']\nstatus = [503]", "HTTP 503: slow", True),
        ("text = ['slow']\nstatus = [503]", "HTTP 500: slow", False),
        ("exception = ['ReadTimeout']", "httpx.ReadTimeout: late", True),
        ("exception = ['ReadTimeout']", "httpx.ConnectTimeout: late", False),
        ("status = [418]", "HTTP 418: teapot", True),
        ("shape = ['prose']", "is it you?", True),
        ("shape = ['prose']", "an error", False),
        ("text = ['slow']\nparty = ['acme']", "error from api.acme.test: slow", True),
        ("text = ['slow']\nparty = ['acme']", "error: slow", False),
        ("text = ['slow']\nnot_party = ['acme']", "error from api.acme.test: slow", False),
        ("text = ['slow']\ntraceback = true", "Traceback (most recent call last):\nX: slow", True),
        ("text = ['slow']\ntraceback = true", "slow", False),
    ],
)
def test_every_condition_of_a_clause(match: str, text: str, *, holds: bool) -> None:
    acme = party("acme", "provider", 'hosts = ["api.acme.test"]\n')
    decision = decide(text, rule("x/y", 'category = "other"', match), acme)
    assert (decision.rule is not None) is holds


def test_a_condition_that_fails_is_told() -> None:
    decision = decide("HTTP 500: slow", rule("x/y", 'category = "other"', "text = ['slow']\nstatus = [503]"))
    assert decision.rule is None
    assert [(tried.rule, tried.why_not) for tried in decision.trail] == [("x/y", "its status was not seen")]


def test_a_borrowed_sentence_loses_rank_where_another_provider_is_clear() -> None:
    other = party("other", "provider", 'hosts = ["api.other.test"]\n')
    acme = party("acme", "provider", 'hosts = ["api.acme.test"]\n')
    rival = rule("generic/rival", f'category = "rate_limited"\nrank = {NAMED.rank - CONTRADICTED + 1}', "text = ['credit']")
    assert decide("acme credit", NAMED, rival, acme, other).rule is NAMED
    contradicted = decide("error from api.other.test: acme credit", NAMED, rival, acme, other)
    assert contradicted.rule is rival


def test_the_status_before_the_words_belongs_to_them() -> None:
    decision = decide("12:00 POST /identify → 500, then HTTP 402: acme credit, then HTTP 200", NAMED)
    assert decision.status is not None
    assert decision.status.code == 402


def test_of_two_rules_of_one_rank_the_stricter_decides() -> None:
    loose = rule("a/loose", 'category = "other"', "text = ['slow']")
    strict = rule("a/strict", 'category = "timeout"', "text = ['slow']\nstatus = [504]")
    assert decide("HTTP 504: slow", loose, strict).rule is strict


OURS = rule("gate/too-long", 'category = "context_too_long"\nvoice = "relay"\nrank = 91\nyields = true', "text = ['too long']")


@pytest.mark.parametrize(
    ("other", "decides"),
    [
        (rule("acme/tokens", 'category = "context_too_long"', "text = ['over \\d+ tokens']"), "acme/tokens"),
        (rule("generic/tokens", 'category = "context_too_long"', "text = ['over \\d+ tokens']"), "gate/too-long"),
        (rule("acme/tokens", 'category = "context_too_long"\nvoice = "relay"', "text = ['over \\d+ tokens']"), "gate/too-long"),
        (rule("acme/tokens", 'category = "context_too_long"', "status = [400]"), "gate/too-long"),
        (rule("acme/money", 'category = "credit_exhausted"', "text = ['over \\d+ tokens']"), "gate/too-long"),
    ],
)
def test_a_rule_that_yields_does_so_only_to_a_providers_sentence_about_the_same(other: object, decides: str) -> None:
    decision = decide("HTTP 400: too long: over 9 tokens", OURS, other)
    assert decision.rule is not None
    assert decision.rule.id == decides
    assert decision.rank == 91
    assert {decision.rule.id, decision.trail[0].rule} == {"gate/too-long", other.id}  # type: ignore[attr-defined]
    if decides == "acme/tokens":
        assert decision.trail[0].why_not == "matches, but yields to the provider's own rule"


def test_a_guess_counts_only_where_nothing_else_holds() -> None:
    guessed = rule("generic/guessed", 'category = "timeout"\nrank = 59', "guess = true\ntext = ['too slow']")
    alone, beside = decide("it was too slow", BROAD, guessed), decide("it was too slow: limit reached", BROAD, guessed)
    assert alone.rule is guessed
    assert alone.quote == "too slow"
    assert beside.rule is BROAD


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        ("limit reached: bad value", "generic/broad"),
        ("HTTP 429: limit reached: bad value", "generic/broad"),
        ("HTTP 400: limit reached: bad value", "generic/vague"),
        # Where the text names both kinds of status, neither speaks against anything.
        ("HTTP 400, then HTTP 503: limit reached: bad value", "generic/broad"),
        # A refusal at the end is the cause; the server error before it was a wrapper's or an earlier attempt's.
        ("HTTP 503, then HTTP 400: limit reached: bad value", "generic/vague"),
    ],
)
def test_a_status_speaks_against_words_that_it_makes_unlikely(text: str, rule_id: str) -> None:
    vague = rule("generic/vague", 'category = "invalid_request"\nrank = 42', "text = ['bad value']")
    decision = decide(text, BROAD, vague)
    assert decision.rule is not None
    assert decision.rule.id == rule_id


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        ('limit reached: {"error":{"reason":"bad_code","message":"a bad value"}}', "generic/vague"),
        ('limit reached: {"error":{"reason":"bad_code","message":"m"}}', "generic/broad"),
    ],
)
def test_words_count_as_the_innermost_errors_whichever_match_of_their_rule_holds(text: str, rule_id: str) -> None:
    vague = rule("generic/vague", 'category = "invalid_request"\nrank = 45', "code = ['bad_code']\n[[match]]\ntext = ['bad value']")
    decision = decide(text, BROAD, vague)
    assert decision.rule is not None
    assert decision.rule.id == rule_id


MONEY = rule("generic/money", 'category = "credit_exhausted"\nrank = 56', "text = ['no money']")
COARSE = rule(
    "acme/denied",
    'category = "permission_denied"\nprovider = "acme"',
    "coarse = true\ncode = ['denied']\n[[match]]\ntext = ['acme denies']",
)


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        ('{"error":{"code":"denied","message":"no money"}}', "generic/money"),
        ('{"error":{"code":"denied","message":"limit reached"}}', "acme/denied"),
        ('{"error":{"code":"denied","message":"m"}}', "acme/denied"),
        ('{"error":{"code":"denied","message":"acme denies: no money"}}', "acme/denied"),
    ],
)
def test_a_sentence_goes_before_a_code_that_names_but_a_class_of_faults(text: str, rule_id: str) -> None:
    decision = decide(text, BROAD, MONEY, COARSE)
    assert decision.rule is not None
    assert decision.rule.id == rule_id


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        ('limit reached: {"error":{"message":"a bad value"}}', "generic/vague"),
        ('limit reached: {"error":{"message":"m","code":"bad_code"}}', "generic/vague"),
        ('bad value: {"error":{"message":"limit reached"}}', "generic/broad"),
        ("limit reached: a bad value", "generic/broad"),
    ],
)
def test_what_the_innermost_error_says_counts_more_than_the_text_around_it(text: str, rule_id: str) -> None:
    vague = rule("generic/vague", 'category = "invalid_request"\nrank = 45', "text = ['bad value']\n[[match]]\ncode = ['bad_code']")
    decision = decide(text, BROAD, vague)
    assert decision.rule is not None
    assert decision.rule.id == rule_id
