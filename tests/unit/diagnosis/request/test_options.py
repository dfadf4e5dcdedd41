from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.request import options


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("'low', 'medium', and 'high'.", ("low", "medium", "high")),
        ("`text` at line 1 column 812", ("text",)),
        ("one of `function`, `code`", ("function", "code")),
        ("['flac', 'm4a'] (request id: 20260101)", ("flac", "m4a")),
        ("'a' (default), 'b'; see the docs", ("a", "b")),
        ("low, medium, high", ("low", "medium", "high")),
        ("auto or none", ("auto", "none")),
        ('low|high"}', ("low", "high")),
        ("‘甲’、‘乙’和‘丙’。", ("甲", "乙", "丙")),
        ("a valid string", ("a valid string",)),
        ("an array of objects. For more, see the docs", ("an array of objects",)),
        ("greater than `budget`. Please", ("greater than `budget`",)),
        ("a preceding message with 'tool_calls'.", ("a preceding message with 'tool_calls'",)),
        ("a number", ("a number",)),
        ("1", ("1",)),
        ("'a', 'a'", ("a",)),
        ("", ()),
        ("...", ()),
    ],
)
def test_a_list_is_cut_out_of_the_words_behind_it(text: str, items: tuple[str, ...]) -> None:
    assert options.read(text) == items


def test_a_list_without_end_is_cut() -> None:
    assert len(options.read(", ".join(f"'v{number}'" for number in range(100)))) == options.ITEMS_MAX


@given(st.text(max_size=300))
def test_every_item_stands_in_the_text(text: str) -> None:
    assert all(item and item in text for item in options.read(text))
