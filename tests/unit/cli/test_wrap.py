from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.cli.wrap import width, wrap

WORDS = st.text("abc 余额不足，。（）,.;()\n", max_size=120)


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("余额", 4), ("a余b", 4), ("", 0), ("e\u0301", 1), ("，", 2)])
def test_a_chinese_character_is_two_columns_wide(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 100, ["one two three"]),
        ("余额不足请充值", 8, ["余额不足", "请充值"]),
        ("unbreakable word", 5, ["unbreakable", "word"]),
        ("", 10, [""]),
        ("a  b", 10, ["a  b"]),
        ("one   two", 5, ["one", "two"]),
    ],
)
def test_lines_break_at_spaces_and_between_chinese_characters(text: str, columns: int, lines: list[str]) -> None:
    assert wrap(text, columns) == lines


@pytest.mark.parametrize(
    ("text", "columns"), [("余额不足，请充值", 8), ("余额不足。", 8), ("余额（不足）请充值", 6), ("see (the page), then act", 6)]
)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str, columns: int) -> None:
    for line in wrap(text, columns):
        assert line[0] not in "，。）),."
        assert line[-1] not in "（("


def test_the_lines_after_the_first_hang() -> None:
    assert wrap("1. one two three", 10, "  ", "     ") == ["  1. one", "     two", "     three"]


@given(WORDS, st.integers(1, 60), st.sampled_from(["", "  "]))
def test_nothing_is_lost(text: str, columns: int, indent: str) -> None:
    assert "".join("".join(wrap(text, columns, indent)).split()) == "".join(text.split())


@given(st.lists(st.text("abc余额不足", min_size=1, max_size=5), min_size=1, max_size=30), st.integers(10, 60))
def test_no_line_is_too_wide_where_every_word_fits(words: list[str], columns: int) -> None:
    assert max(width(line) for line in wrap(" ".join(words), columns)) <= columns
