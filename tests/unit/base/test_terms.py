from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base import terms

ANY = st.text(max_size=40) | st.lists(
    st.sampled_from(["credit", "余额不足", "İ", "ﬃ", "ﾊﾟ", "é", "한국어", "ÅNGSTRÖM", "ß", "℀", "req_01", '"', "* OR", "\u0345x"]),
    max_size=6,
).map("".join)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("... !? * \" '", ()),
        ("Your credit-balance", ("your", "credit", "balance")),
        ("余额不足", ("余", "额", "不", "足", "余额", "额不", "不足")),
        ("钱", ("钱",)),
        ("key无效key", ("key", "无", "效", "无效")),
        ("req_011CSHo", ("req", "011csho")),
        ("ＡＢＣ café Straße", ("abc", "cafe", "strasse")),
        ("a a A", ("a",)),
        ("x" * 200, ("x" * terms.TERM_CHARS_MAX,)),
    ],
)
def test_a_text_is_split_into_words_and_signs_with_their_neighbours(text: str, found: tuple[str, ...]) -> None:
    assert terms.terms(text) == found


def test_a_huge_text_has_no_more_terms_than_are_kept() -> None:
    huge = " ".join(map(str, range(10 * terms.TERMS_MAX)))
    assert len(terms.terms(huge)) == terms.TERMS_MAX
    assert len(terms.terms("余额不足" * 50_000, 5)) == 5


@pytest.mark.parametrize(
    ("search", "wanted"),
    [
        ("", terms.Wanted(())),
        ("***", terms.Wanted(())),
        ("余", terms.Wanted(("余",))),
        ("余额不足", terms.Wanted(("余额", "额不", "不足"))),
        ("credit bal", terms.Wanted(("credit",), "bal")),
        ("bal 余额", terms.Wanted(("bal", "余额"))),
        ("gpt-4o", terms.Wanted(("gpt", "4o"))),
        ("ov", terms.Wanted(("ov",))),
        ("500", terms.Wanted(("500",))),
        ("20260126", terms.Wanted((), "20260126")),
        ("near NEAR", terms.Wanted((), "near")),
    ],
)
def test_a_search_asks_for_all_of_its_terms_and_the_last_may_be_a_beginning(search: str, wanted: terms.Wanted) -> None:
    assert terms.wanted(search) == wanted
    assert bool(wanted) is bool(wanted.terms or wanted.beginning)


@given(ANY)
def test_a_term_holds_no_blank_and_no_sign_that_could_be_an_operator(text: str) -> None:
    for term in terms.terms(text):
        assert all(sign.isalnum() or not sign.isascii() for sign in term)
        assert len(term) <= terms.TERM_CHARS_MAX


@given(ANY)
def test_what_was_split_once_splits_into_itself(text: str) -> None:
    once = terms.terms(text)
    again = terms.terms(" ".join(once))
    assert set(once) <= set(again)


@given(ANY, ANY, ANY)
def test_a_text_is_found_by_every_whole_part_of_itself(before: str, part: str, after: str) -> None:
    assert terms.wanted(part).found_in(terms.terms(f"{before} {part} {after}"))


@given(st.text(alphabet="余额不足请充值账户已欠费", min_size=1, max_size=20), st.data())
def test_chinese_is_found_by_any_signs_in_a_row(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert terms.wanted(text[start:end]).found_in(terms.terms(f"error{text}!"))


@given(st.from_regex(r"\A[a-z]{3,20}\Z"), st.data())
def test_a_last_word_is_found_by_its_beginning(word: str, data: st.DataObject) -> None:
    beginning = word[: data.draw(st.integers(terms.BEGINNING_LETTERS, len(word)))]
    assert terms.wanted(f"the {beginning}").found_in(terms.terms(f"the {word} fails"))
    assert terms.listed_as_word(word)


@pytest.mark.parametrize(
    ("term", "listed"), [("credit", True), ("abc1", True), ("ab1c", False), ("ab", False), ("余额不", False), ("1abc", False)]
)
def test_words_that_letters_begin_can_be_found_so(term: str, listed: bool) -> None:  # noqa: FBT001 - a column of the table
    assert terms.listed_as_word(term) is listed
