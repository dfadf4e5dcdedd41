from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.pricing.count import COUNTED_CHARS_MAX, TEMPLATE_TOKENS, bound, hour_writes, message_tokens, plain, text, weighed


@pytest.mark.parametrize(
    ("words", "model", "tokens"),
    [
        ("", "", 0),
        ("hello world", "gpt-4o", 2),
        ("tiktoken is great!", "gpt-4o", 6),
        ("你好，世界", "gpt-4o", 3),
        ("你好，世界", "gpt-4", 6),  # the older vocabulary
        ("<|endoftext|>", "gpt-4o", 7),  # the caller's text, not the mark
    ],
)
def test_texts_in_the_vocabularies_that_ship(words: str, model: str, tokens: int) -> None:
    assert text(words, model) == tokens
    assert text(words.encode(), model) == tokens


@given(st.binary(max_size=300))
def test_odd_bytes_are_counted_without_an_error(data: bytes) -> None:
    assert 0 <= text(data) <= 3 * len(data)


@given(st.text(st.characters(codec=None), max_size=200))
def test_halves_of_surrogates_are_counted_without_an_error(words: str) -> None:
    assert text(words) >= (1 if words else 0)
    assert text("\ud83d\ude00") == text("😀")


def test_very_long_texts_are_counted_up_to_a_length_and_bounded_beyond() -> None:
    assert text("a" * 1_000_000) == COUNTED_CHARS_MAX // 8 + 1_000_000 - COUNTED_CHARS_MAX
    assert text("中" * (COUNTED_CHARS_MAX + 2)) - text("中" * COUNTED_CHARS_MAX) == 6


@given(st.text(max_size=200), st.sampled_from(["gpt-4o", "gpt-3.5-turbo", "claude-opus-5-5", "deepseek-chat", ""]))
def test_a_ceilings_count_is_never_above_the_bytes(words: str, model: str) -> None:
    counted = text(words, model)
    assert counted <= weighed(words, model) <= max(len(words.encode()), 0)


def test_vocabularies_that_we_lack_are_counted_larger() -> None:
    words = "The quick brown fox jumps over the lazy dog. " * 10
    assert [weighed(words, model) for model in ("gpt-4o", "deepseek-chat", "anthropic/claude-opus-5-5")] == [101, 127, 202]
    assert [message_tokens(model) for model in ("openai/gpt-4o", "o3-mini", "claude-3-haiku", "glm-4.6")] == [4, 4, 16, 16]


def test_the_bound_is_the_bytes_and_room_for_a_template() -> None:
    assert bound(0) == TEMPLATE_TOKENS
    assert bound(100_000) == 100_000 + TEMPLATE_TOKENS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.booleans(), st.sampled_from([None, 2]))
def test_the_bound_covers_every_text_in_any_body(value: object, ascii_only: bool, indent: int | None) -> None:  # noqa: FBT001
    body = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "replace")

    def texts(one: object) -> int:
        if isinstance(one, dict):
            return sum(texts(key) + texts(inner) for key, inner in one.items())
        return sum(map(texts, one)) if isinstance(one, list) else text(one) if isinstance(one, str) else 0

    assert texts(value) <= bound(len(body)) - TEMPLATE_TOKENS


def said(content: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": content}]}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (said("hi"), True),
        (said([{"type": "text", "text": "image"}]), True),
        (said([{"type": "tool_result", "content": [{"type": "text", "text": "x"}]}]), True),
        (said("hi") | {"system": [{"type": "text", "text": "x"}], "tools": [{"name": "a"}, {"type": "function"}]}, True),
        ({"input": ["a", "b"]}, True),
        ({"input": [1, 2, 3]}, True),
        ({"input": [{"role": "user", "content": "hi"}, {"type": "function_call_output", "output": "x"}]}, True),
        (said([{"type": "image", "source": {}}]), False),
        (said([{"type": "image_url", "image_url": {}}]), False),
        (said([{"type": "tool_result", "content": [{"type": "image"}]}]), False),
        (said([{"type": "document", "source": {}}]), False),
        (said([{"image_url": {"url": "x"}}]), False),
        (said([{"type": ["image"]}]), False),
        ({"input": [{"type": "function_call_output", "output": [{"type": "input_image"}]}]}, False),
        (said("hi") | {"tools": [{"type": "bash_20250124", "name": "bash"}]}, False),
        (said("hi") | {"tools": "odd"}, False),
        (said("hi") | {"tools": [5]}, False),
    ],
)
def test_fields_of_nothing_but_text_are_told(fields: dict[str, object], expected: bool) -> None:  # noqa: FBT001
    assert plain(fields) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"cache_control":{"type":"ephemeral"}}', False),
        (b'{"cache_control":{"type":"ephemeral","ttl":"5m"}}', False),
        (b'{"cache_control":{"type":"ephemeral","ttl": "1h"}}', True),
        (rb'{"cache_control":{"type":"ephemeral","ttl":"\u0031h"}}', True),
        (rb'{"cache_control":{"type":"ephemeral","ttl":"1\u0068"}}', True),
    ],
)
def test_a_cache_write_for_an_hour_is_told_from_the_bytes(body: bytes, expected: bool) -> None:  # noqa: FBT001
    assert hour_writes(body) is expected
