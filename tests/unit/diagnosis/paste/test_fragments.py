from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.paste import fragments


def first(text: str) -> Any:
    found = fragments.find(text)
    return found[0].value if found else None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('500 {"error":{"type":"<nil>","message":"m"},"type":"error"}', {"error": {"type": "<nil>", "message": "m"}, "type": "error"}),
        ("Error code: 429 - {'error': {'code': None, 'n': 3, 'ok': True}}", {"error": {"code": None, "n": 3, "ok": True}}),
        ('{"message": "it\'s", "a": [1, 2]}', {"message": "it's", "a": [1, 2]}),
        ("{'message': \"don't\", 'x': 'y'}", {"message": "don't", "x": "y"}),
        ("{\n  status: 429,\n  headers: Headers {\n    'retry-after': '1'\n  }\n}", {"status": 429, "headers": {"retry-after": "1"}}),
        ('{"error":{"message":"cut off in the mid', {"error": {"message": "cut off in the mid"}}),
        ('{"a":"x"，"b":"y"}', {"a": "x", "b": "y"}),
        ('{"a":"\\u4f59\\u989d \\"q\\""}', {"a": '余额 "q"'}),
        ('{"a": undefined, "b": nil}', {"a": None, "b": None}),
        ("[{'error': {'code': 429}}]", [{"error": {"code": 429}}]),
    ],
)
def test_structures_of_every_dialect_are_read(text: str, value: Any) -> None:
    assert first(text) == value


def test_several_fragments_come_in_order() -> None:
    values = [piece.value for piece in fragments.find('first {"a":1} then {"b":2} end')]
    assert values == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("text", ["no structure at all", "a set {of words} in prose", "", "}{", "function() { return x }"])
def test_prose_holds_no_errors(text: str) -> None:
    assert not any(isinstance(piece.value, dict) and "error" in piece.value for piece in fragments.find(text))


def test_depth_beyond_the_bound_is_dropped_not_followed() -> None:
    deep = '{"a":' * (fragments.STACK_MAX + 50) + "1"
    value, depth = first(deep), 0
    while isinstance(value, dict) and "a" in value:
        value, depth = value["a"], depth + 1
    assert depth <= fragments.STACK_MAX


@given(st.text(alphabet="{}[]:,\"'\\ab1 \n", max_size=300))
def test_no_text_is_refused(text: str) -> None:
    for piece in fragments.find(text):
        assert 0 <= piece.start < piece.end <= len(text)
        assert isinstance(piece.value, dict | list)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(0, 10**6) | st.text(alphabet="abc 余\"'\\n", max_size=12),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3)
            | st.dictionaries(st.text("abcxyz", min_size=1, max_size=5), inner, min_size=1, max_size=3)
        ),
        max_leaves=12,
    ).filter(lambda value: isinstance(value, dict))
)
def test_valid_json_is_read_as_json_reads_it(value: Any) -> None:
    import json  # noqa: PLC0415 - the reference, used here only

    assert first(json.dumps(value)) == value
