from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.patterns import Pattern, PatternError, PatternSet

WORDS = ("balance", "rate limit", "余额不足", r"\d{3}", "^start", "end$", "a+b")


def test_a_match_is_told_by_its_characters_and_not_its_bytes() -> None:
    assert Pattern("不足").span("余额不足！") == (2, 4)


def test_case_does_not_matter() -> None:
    assert Pattern("insufficient balance").span("402 INSUFFICIENT Balance") == (4, 24)


@pytest.mark.parametrize(("text", "places"), [("12 x 3 45", [(0, 2), (5, 6)]), ("余额 12 不足 3 45", [(3, 5), (9, 10)])])
def test_the_first_places_are_told_by_characters(text: str, places: list[tuple[int, int]]) -> None:
    assert Pattern(r"\d+").spans(text, 2) == places


@pytest.mark.parametrize("source", ["(?=ahead)", "(?<!behind)", r"(a)\1", "(unclosed", "[z-a]"])
def test_an_expression_that_re2_does_not_read_is_named(source: str) -> None:
    with pytest.raises(PatternError, match="is not an RE2 expression") as alone:
        Pattern(source)
    assert f"`{source}`" in str(alone.value)
    with pytest.raises(PatternError, match="is not an RE2 expression") as among:
        PatternSet(["fine", source])
    assert f"`{source}`" in str(among.value)


def test_a_set_names_all_expressions_that_occur_and_no_other() -> None:
    assert PatternSet(list(WORDS)).found_in("Balance: 402\nRate Limit") == {0, 1, 3}


def test_any_and_all_agree_with_what_occurs() -> None:
    looked = PatternSet(list(WORDS)).look("Balance: 402\nRate Limit")
    assert looked.any(frozenset({2, 3}))
    assert not looked.any(frozenset({2, 4}))
    assert looked.all(frozenset({0, 3}))
    assert not looked.all(frozenset({0, 2}))
    assert looked.among(frozenset({0, 2, 3})) == {0, 3}


def test_an_empty_set_finds_nothing() -> None:
    assert PatternSet([]).found_in("anything") == frozenset()


def test_a_set_of_a_thousand_expressions_answers_on_varied_text() -> None:
    many = PatternSet([rf"defect {number}[^a-z]{{0,40}}(?:is|was) {number}\b" for number in range(1000)])
    text = "\n".join(f"defect {number} -- was {number}." for number in range(0, 1000, 7))
    assert many.found_in(text) == set(range(0, 1000, 7))


@given(st.text(alphabet="ab balnceratimt余额不足0123456789\n", max_size=200))
def test_a_set_agrees_with_each_of_its_expressions_alone(text: str) -> None:
    alone = {number for number, source in enumerate(WORDS) if Pattern(source).span(text) is not None}
    assert PatternSet(list(WORDS)).found_in(text) == alone


@given(st.text(max_size=200))
def test_a_literal_is_found_where_python_finds_it(text: str) -> None:
    found = re.search("no", text, re.IGNORECASE | re.ASCII)
    assert Pattern("no").span(text) == (None if found is None else found.span())


def test_the_first_matches_are_as_many_as_are_asked_for() -> None:
    assert Pattern("不足|low").spans("余额不足, too low, low", 2) == [(2, 4), (10, 13)]


@given(st.text(alphabet="ab balnceratimtİ余额不足0123456789\n", max_size=200))
def test_where_an_expression_of_a_set_stands_is_where_it_stands_alone(text: str) -> None:
    sources = ["a(?:b|bc)?", "余额|余额不足", "[ai]t? ", r"b\d+"]
    looked = PatternSet(sources).look(text)
    for number, source in enumerate(sources):
        span, alone = looked.span(number), Pattern(source).span(text)
        assert (span is None, span and span[0]) == (alone is None, alone and alone[0])


def test_of_the_texts_of_an_expression_that_begin_in_one_place_the_longest_is_told() -> None:
    looked = PatternSet(["balance|balance too low", "too (?:low|small)"]).look("Your Balance TOO low")
    assert [looked.span(number) for number in (0, 1)] == [(5, 20), (13, 20)]
