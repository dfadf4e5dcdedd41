from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.literals import WHOLE_MAX, fold, pieces, rarity
from solvent.base.patterns import Pattern


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("Balance", {"balance"}),
        ("rate[ -]limit", {"rate limit", "rate-limit"}),
        ("too (?:low|small)", {"too low", "too small"}),
        ("is ?not", {"isnot", "is not"}),
        ("ab{2,3}", {"abb"}),  # where the longer is, the shorter is
        (r"\x27code\.x", {"'code.x"}),
        ("余额不足|欠费", {"余额不足", "欠费"}),
        ("x[]a]y", {"x]y", "xay"}),
    ],
)
def test_an_expression_of_few_texts_is_those_texts(source: str, texts: set[str]) -> None:
    found = pieces(source)
    assert found.whole
    assert found.needs == frozenset(texts)


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        (r"error \d{3} again", {" again"}),
        (r"\d+ tokens left", {" tokens left"}),
        (r"(?:^|[^a-z])quota(?:[^a-z]|$)", {"quota"}),
        (r"\bquota\b", {"quota"}),
        ("limit.{0,20}(?:reached|exceeded)", {"exceeded", "reached"}),
        ("(?:ab[0-9]c)+", {"ab"}),
        ("[^x]ab*cd", {"cd"}),
        ("(?-i:CODE)", {"code"}),
    ],
)
def test_what_an_expression_needs_is_its_rarest_sure_piece(source: str, needed: set[str]) -> None:
    found = pieces(source)
    assert not found.whole
    assert found.needs == frozenset(needed)


@pytest.mark.parametrize(
    "source", [r"\d{3}", "a*", "(?:long sentence)?", r"[a-z]+|balance", r"\p{Han}ab", "(?P<name>ab)", r"\Qa.b\E", "x|"]
)
def test_nothing_is_sure_of_an_expression_that_may_match_without_a_piece_or_is_not_read(source: str) -> None:
    found = pieces(source)
    assert found.needs is None
    assert not found.whole


def test_more_texts_than_are_worth_it_become_pieces() -> None:
    many = "[ab]" * 12 + "tail"
    found = pieces(many)
    assert not found.whole
    assert found.needs is not None
    assert len(found.needs) <= WHOLE_MAX


def test_letters_that_only_differ_in_case_are_one() -> None:
    assert fold("ſTATUS \u212aey") == "status key"


_ATOMS = st.sampled_from(
    ["a", "b", "ab", "不足", ".", r"\d", "[ab]", "[^a]", "[a-c]", r"\.", "(?:a|bc)", "(?:ab|)", "^", "$", r"\b", "(?-i:Ab)"]
)
_SOURCES = st.lists(st.tuples(_ATOMS, st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,3}", "{2,}"])), min_size=1, max_size=6)


@given(_SOURCES, st.text(alphabet="aAbBcC1.不足ſ \n", max_size=40))
def test_pieces_never_rule_out_a_match_nor_promise_one_that_is_none(parts: list[tuple[str, str]], text: str) -> None:
    source = "".join(atom if atom in ("^", "$", r"\b") else f"(?:{atom}){many}" for atom, many in parts)
    matches = Pattern(source).span(text) is not None
    found = pieces(source)
    if found.needs is not None:
        held = any(piece in fold(text) for piece in found.needs)
        assert held or not matches
        assert matches or not (held and found.whole)
    assert not matches or not found.also or any(piece in fold(text) for piece in found.also)


@pytest.mark.parametrize(
    ("source", "needed", "also"),
    [
        ("(?:balance|wallet) [a-z]{1,9} (?:is )?(?:empty|spent)", {"balance ", "wallet "}, {" empty", " spent"}),
        ("(?:quota (?:is|was) .*(?:gone|void)|x)", set(), set()),
        ("(?:aa|bb|cc|dd|ee|ff|gg|hh|ii).(?:jjjj|kkkk)", {"jjjj", "kkkk"}, set()),
        ("(?:quota.{1,9}(?:gone|void)){1,2}", {"quota"}, {"gone", "void"}),
        ("(?:quota.{1,9}(?:gone|void))?", set(), set()),
        (r"^(?:is|are) \w{1,9}[?!]$", {"is ", "are "}, {"?", "!"}),
        (r"quota \d{1,9}[:,]", {"quota "}, set()),
    ],
)
def test_what_a_match_must_hold_besides(source: str, needed: set[str], also: set[str]) -> None:
    found = pieces(source)
    assert (set(found.needs or ()), set(found.also)) == (needed, also)


def test_words_that_every_error_has_make_nothing_rare() -> None:
    assert rarity(r"error code: \d") < rarity(r"quota of \d") < rarity(r"insufficient balance: \d")
    assert rarity(r"\d+") == -1
