from __future__ import annotations

import hypothesis
import pytest
from hypothesis import strategies

from solvent.sandbox import text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", ()),
        ("hi", ("hi",)),
        ("hello you", ("hell", "o", " you")),
        ("你好世界吗", ("你好世界", "吗")),
        ("a  ", ("a", "  ")),
        ("   ", ("   ",)),
    ],
)
def test_a_token_is_up_to_four_visible_characters_with_the_blanks_before(said: str, expected: tuple[str, ...]) -> None:
    assert text.pieces(said) == expected
    assert text.count(said) == len(expected)


@hypothesis.given(strategies.text())
def test_the_pieces_joined_are_the_text_and_no_more_than_its_characters(said: str) -> None:
    assert "".join(text.pieces(said)) == said
    assert text.count(said) <= len(said)
