from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.patterns import Pattern
from solvent.catalogue.load import Catalogue
from solvent.catalogue.rules import Rule, read_rule
from solvent.catalogue.tables import CatalogueError
from solvent.diagnosis import judge
from solvent.diagnosis.draft import MARK, RuleDraft, draft, expression
from solvent.diagnosis.engine import Engine
from solvent.diagnosis.paste import reader
from tests import small

# What a person writes in place of each mark, by the key that it stands at.
ANSWERS = {
    "category": '"server_error"',
    "voice": '"provider"',
    "en": '"The frobnicator is broken"',
    "zh": '"设备坏了"',
    "address": '"https://acme.example/docs/errors"',
    "read": "2026-11-25",
    "evidence": '"documented"',
}
SAMPLES = (
    "HTTP 418: the frobnicator 7 of host api3.acme.example failed after 12 ms (request id: 20260126100910722614337HsQybcmN)",
    "HTTP 418: the frobnicator 31 of host relay.acme.example:8443 failed after 2 seconds",
    "Traceback (most recent call last):\n  File \"x.py\", line 3\nacme.FrobError: can't frob 'gizmo' for $0.10: [stage *2] is (down)",
    "异常：上游分流器 hk-3 拒绝了 12 个 token（编号 7），请联系管理员",
    '{"error":{"message":"The quota engine didn\'t answer in 3.5s for model gpt-x9","type":"quota_engine"}}',
    '500 {"error":{"message":"stage \'\'\'3\'\'\' of \\\\ pipe | broke\\u001b[0m\\nfor good","type":"<nil>"}}',
    "gizmo service says: 1 token is missing from the frobnicator",
    "x" * 30 + " the very long " + "frobnicator of the house " * 60,
)

ENGINE = Engine(small.catalogue())


def filled(toml: str) -> str:
    """The draft with every mark replaced, as a person would."""

    def answer(found: re.Match[str]) -> str:
        return f"{found.group(1)} = {ANSWERS[found.group(1)]}"

    return re.sub(rf'(?m)^(\w+) = "{MARK}[^"]*"', answer, toml)


def loaded(made: RuleDraft) -> Rule:
    text = filled(made.toml)
    assert MARK not in text, text
    folder = made.file.split("/")[-2]
    return read_rule(tomllib.loads(text), folder, "frobnicator-broken")


def with_rule(rule: Rule) -> Engine:
    catalogue = small.catalogue()
    return Engine(Catalogue(catalogue.parties, catalogue.rules | {rule.id: rule}, catalogue.advice, catalogue.code))


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_a_filled_draft_decides_the_text_that_it_was_made_from(small_engine: Engine, sample: str) -> None:
    assert judge.judge(sample, small_engine).rule is None
    rule = loaded(draft([sample], small_engine))
    engine = with_rule(rule)
    for text in (sample, rule.examples[0].text):
        verdict = judge.judge(text, engine)
        assert (verdict.rule, verdict.category.value) == (rule.id, "server_error"), text


def test_texts_that_differ_in_what_is_masked_share_one_expression(small_engine: Engine) -> None:
    made = draft([SAMPLES[0], SAMPLES[0].replace("7", "19").replace("api3", "api9")], small_engine)
    (match,) = loaded(made).matches
    assert len(match.text) == 1


def test_every_text_of_a_case_is_matched(small_engine: Engine) -> None:
    made = draft(SAMPLES[:4], small_engine)
    rule = loaded(made)
    engine = with_rule(rule)
    assert [judge.judge(sample, engine).rule for sample in SAMPLES[:4]] == [rule.id] * 4


def test_plural_and_singular_are_one(small_engine: Engine) -> None:
    made = expression(reader.read(SAMPLES[6]))
    assert made is not None
    assert Pattern(made).span("gizmo service says: 3 tokens is missing from the frobnicator") is not None


def test_other_errors_are_not_matched(small_engine: Engine) -> None:
    engine = with_rule(loaded(draft([SAMPLES[0]], small_engine)))
    for other in ("HTTP 418: the gizmo 7 of host a.example failed", small.NO_CREDIT, "the frobnicator works", *SAMPLES[2:]):
        assert judge.judge(other, engine).rule != "generic/frobnicator-broken"


def test_an_unfilled_draft_is_toml_that_the_catalogue_refuses(small_engine: Engine) -> None:
    made = draft([SAMPLES[0]], small_engine)
    data = tomllib.loads(made.toml)
    with pytest.raises(CatalogueError, match="category"):
        read_rule(data, "generic", "x")
    for key in ANSWERS:
        text = re.sub(rf"(?m)^{key} = .*$", f'{key} = "{MARK}"', filled(made.toml))
        if key in ("category", "voice", "read", "evidence"):
            with pytest.raises(CatalogueError):
                read_rule(tomllib.loads(text), "generic", "x")


def test_ids_names_and_hosts_of_the_text_do_not_reach_the_draft(small_engine: Engine) -> None:
    made = draft([SAMPLES[0]], small_engine)
    assert "api3" not in made.toml
    assert "20260126100910722614337HsQybcmN" not in made.toml
    assert "418 {" in made.toml, "the status stays"


def test_what_is_known_stands_there(small_engine: Engine) -> None:
    known = draft(["HTTP 503: acme gizmo engine broke down today"], small_engine)
    assert known.file == f"src/solvent/catalogue/errors/acme/{MARK}.toml"
    for line in ('provider = "acme"', "status = 503", "the status 503 suggests overloaded"):
        assert line in known.toml
    unknown = draft(["the gizmo engine broke down today"], small_engine)
    assert unknown.file == f"src/solvent/catalogue/errors/generic/{MARK}.toml"
    assert "suggests" not in unknown.toml
    assert "# status" in unknown.toml


@pytest.mark.parametrize("sample", ["7", "{}", "— — —", "a b c", "`x` 'y' 3"])
def test_a_text_that_says_nothing_leaves_the_expression_to_a_person(small_engine: Engine, sample: str) -> None:
    made = draft([sample], small_engine)
    data = tomllib.loads(made.toml)
    assert data["match"][0]["text"][0].startswith(MARK)


@given(st.text(max_size=300))
def test_any_text_makes_toml_and_an_expression_that_finds_it(sample: str) -> None:
    data = tomllib.loads(draft([sample], ENGINE).toml)
    flat = reader.read(sample).flat
    for found in data["match"][0]["text"]:
        assert found.startswith(MARK) or Pattern(found).span(flat) is not None


WORDS = st.lists(st.from_regex(r"[a-zA-Z'().*+|\[\]\\^$?-]{3,12}", fullmatch=True), min_size=3, max_size=12).map(" ".join)


@given(WORDS, st.integers(0, 10**9))
def test_a_sentence_with_any_signs_is_found_again_whatever_its_number(words: str, number: int) -> None:
    sample = f"HTTP 418: {words} {number} frobnicator"
    made = expression(reader.read(sample))
    assert made is None or Pattern(made).span(reader.read(sample).flat) is not None
