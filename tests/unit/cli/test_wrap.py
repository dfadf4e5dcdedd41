from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.cli.wrap import width, wrap


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("余额", 4), ("a余b", 4), ("", 0), ("＄1", 3)])
def test_wide_characters_take_two_columns(text: str, columns: int) -> None:
    assert width(text) == columns


def test_english_breaks_at_spaces_and_hangs() -> None:
    assert wrap("1. one two three four", 12, "  ", "     ") == ["  1. one two", "     three", "     four"]


def test_chinese_breaks_between_characters_but_never_before_closing_punctuation() -> None:
    assert wrap("没钱的是运营者，不是你", 14) == ["没钱的是运营", "者，不是你"]


def test_an_opening_mark_stays_with_what_it_opens() -> None:
    assert wrap("请看这里「说明」好", 10) == ["请看这里", "「说明」好"]


def test_a_word_wider_than_the_line_stays_whole() -> None:
    assert wrap("id 20260126100910722614337HsQybcmN end", 12) == ["id", "20260126100910722614337HsQybcmN", "end"]


def test_an_empty_paragraph_is_one_empty_line() -> None:
    assert wrap("", 10, "  ") == [""]


@given(st.text(alphabet="ab 余额，。（）", max_size=80), st.integers(8, 40))
def test_no_character_is_lost_and_no_line_is_too_wide(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        # Only one unbreakable piece alone may be wider.
        assert width(line) <= columns or len(wrap(line, 1)) == 1 or " " not in line.strip()
