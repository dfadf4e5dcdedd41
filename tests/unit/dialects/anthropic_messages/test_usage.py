from __future__ import annotations

from typing import Any

import pytest

from solvent.dialects.anthropic_messages.usage import read_usage, text_of
from solvent.model.usage import NO_USAGE, Usage


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"input_tokens": 20, "output_tokens": 5}, Usage(20, 0, 0, 0, 5)),
        (
            {"input_tokens": 20, "cache_read_input_tokens": 30, "cache_creation_input_tokens": 40, "output_tokens": 5},
            Usage(20, 30, 40, 0, 5),
        ),
        (
            {
                "input_tokens": 20,
                "cache_creation_input_tokens": 40,
                "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 30},
                "output_tokens": 5,
            },
            Usage(20, 0, 10, 30, 5),
        ),
        ({"input_tokens": 1, "cache_creation": {"ephemeral_1h_input_tokens": 30}, "output_tokens": 5}, Usage(1, 0, 0, 30, 5)),
        (
            {"input_tokens": 1, "cache_creation_input_tokens": 5, "cache_creation": {"ephemeral_1h_input_tokens": 30}, "output_tokens": 5},
            Usage(1, 0, 0, 5, 5),
        ),
        ({"input_tokens": 1, "cache_creation_input_tokens": None, "cache_creation": None, "output_tokens": 5}, Usage(1, 0, 0, 0, 5)),
        ({"input_tokens": 0, "output_tokens": 0, "server_tool_use": None, "service_tier": "standard"}, NO_USAGE),
    ],
)
def test_usage_by_what_each_token_costs(usage: dict[str, Any], read: Usage) -> None:
    assert read_usage(usage) == read


BEFORE = Usage(20, 80, 10, 30, 1)


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"output_tokens": 9}, Usage(20, 80, 10, 30, 9)),
        # All of it again.
        (
            {"input_tokens": 20, "cache_read_input_tokens": 80, "cache_creation_input_tokens": 40, "output_tokens": 9},
            Usage(20, 80, 10, 30, 9),
        ),
        # A relay guessed at first and knows at last.
        ({"input_tokens": 5, "cache_read_input_tokens": 95, "output_tokens": 9}, Usage(5, 95, 10, 30, 9)),
        # A relay that forgot the prompt.
        ({"input_tokens": 0, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0, "output_tokens": 9}, Usage(20, 80, 10, 30, 9)),
        (
            {"input_tokens": 0, "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0}, "output_tokens": 9},
            Usage(20, 80, 10, 30, 9),
        ),
        # Cumulative: more was written meanwhile.
        ({"input_tokens": 20, "cache_creation_input_tokens": 50, "output_tokens": 9}, Usage(20, 80, 20, 30, 9)),
        ({"cache_creation_input_tokens": 25, "output_tokens": 9}, Usage(20, 80, 0, 25, 9)),
    ],
)
def test_later_counts_of_a_stream_take_the_place_of_earlier_ones(usage: dict[str, Any], read: Usage) -> None:
    assert read_usage(usage, BEFORE) == read


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        "12",
        {"input_tokens": 5},
        {"input_tokens": 5, "output_tokens": -1},
        {"input_tokens": -5, "output_tokens": 1},
        {"input_tokens": 5.0, "output_tokens": 1},
        {"input_tokens": "5", "output_tokens": 1},
        {"input_tokens": 5, "output_tokens": None},
        {"input_tokens": 5, "output_tokens": True},
        {"input_tokens": 10**12, "output_tokens": 1},
        {"input_tokens": 5, "output_tokens": 1, "cache_creation": {"ephemeral_1h_input_tokens": -1}},
        {"input_tokens": 5, "output_tokens": 1, "cache_creation": []},
    ],
)
def test_numbers_that_cannot_be_are_no_usage(usage: Any) -> None:
    assert read_usage(usage) is None


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ({"type": "text", "text": "hi", "citations": None}, "hi"),
        ({"type": "thinking", "thinking": "hm", "signature": "sig"}, "hm"),
        ({"type": "tool_use", "id": "t", "name": "f", "input": {"a": "é"}}, 'f{"a":"é"}'),
        ({"type": "tool_use", "id": "t", "name": "f", "input": {}}, "f"),
        ({"type": "input_json_delta", "partial_json": '{"a'}, '{"a'),
        ({"type": "redacted_thinking", "data": "xxxx"}, ""),
        ({"type": "text", "text": 5}, ""),
    ],
)
def test_the_text_of_a_block(block: dict[str, Any], text: str) -> None:
    assert text_of(block) == text
