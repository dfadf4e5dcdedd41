from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.model.request import Asked
from solvent.model.route import DialectName
from solvent.pricing import prompt as prompts
from solvent.pricing.count import bound, plain
from solvent.pricing.prompt import Unbounded, bounded_by_bytes, prompt
from tests.unit.pricing.test_images import jpeg, png

OPENAI, ANTHROPIC = DialectName.OPENAI, DialectName.ANTHROPIC
BIG = 500_000  # bytes of a picture whose base64 must not count as text


def asked(fields: dict[str, Any], *, model: str = "gpt-4o", unbounded: str = "") -> Asked:
    return Asked(model, False, None, 1, False, unbounded, {"model": model, **fields}, json.dumps({"model": model, **fields}).encode())


def user(content: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content}]}


def count(fields: dict[str, Any], model: str = "gpt-4o", dialect: DialectName = OPENAI) -> int:
    found = prompt(asked(fields, model=model), dialect)
    assert isinstance(found, int)
    return found


def test_a_chat_in_a_vocabulary_that_ships_is_exact_but_for_the_frame() -> None:
    assert count(user("hello world")) == 4 + 2 + 4
    assert count({"messages": [{"role": "user", "content": "hello world"}] * 5}) == 5 * (4 + 2) + 4


def test_much_text_is_taken_at_its_bytes_however_it_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "hello world " * 10
    texts = {"messages": [{"role": "user", "content": words}] * 5}
    monkeypatch.setattr(prompts, "READ_CHARS_MAX", 3 * len(words))
    assert count(texts) == 5 * 4 + 3 * 21 + 2 * len(words) + 4


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [{"role": "user", "content": "a"}] * 6},
        user(["a"] * 9),
        {**user("a"), "tools": [{"type": "function"}] * 9},
        user([{"type": "tool_result", "content": ["a"] * 3}] * 2),
    ],
)
def test_too_many_parts_have_no_bound(monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]) -> None:
    monkeypatch.setattr(prompts, "READ_PARTS_MAX", 12)
    assert isinstance(prompt(asked(fields), OPENAI), int)
    monkeypatch.setattr(prompts, "READ_PARTS_MAX", 9)
    assert isinstance(prompt(asked(fields), OPENAI), Unbounded)


def test_another_vocabulary_counts_more() -> None:
    words = "The quick brown fox jumps over the lazy dog. " * 10
    assert [count(user(words), model) for model in ("gpt-4o", "deepseek-chat", "claude-opus-5-5")] == [109, 127 + 32, 202 + 32]


def test_the_upstreams_name_counts_and_not_the_one_asked_for() -> None:
    request = asked(user("The quick brown fox jumps over the lazy dog."), model="our-best")
    assert prompt(request, OPENAI, "gpt-4o") == 18
    assert prompt(request, OPENAI, "claude-opus-5-5") != prompt(request, OPENAI, "gpt-4o")


def test_fields_that_never_reach_the_prompt_do_not_count() -> None:
    assert count(user("hi") | {"metadata": {"a": "long " * 100}, "user": "x" * 100, "temperature": 1}) == count(user("hi"))


def test_tools_and_what_their_provider_adds_count() -> None:
    tool = {"name": "get_weather", "description": "Where is it raining?", "input_schema": {"type": "object", "properties": {}}}
    more = count(user("hi") | {"tools": [tool]}, "claude-opus-5-5", ANTHROPIC) - count(user("hi"), "claude-opus-5-5", ANTHROPIC)
    assert 804 < more < 900
    function = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
    more = count(user("hi") | {"tools": [function]}) - count(user("hi"))
    assert 28 < more < 60


def test_tools_that_anthropic_describes_itself_count_by_its_table() -> None:
    bash = {"tools": [{"type": "bash_20250124", "name": "bash"}]}
    assert count(user("hi") | bash, "claude-opus-5-5", ANTHROPIC) > 804 + 245


def picture(kind: str, data: bytes) -> dict[str, Any]:
    coded = base64.b64encode(data).decode()
    if kind == "anthropic":
        return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": coded}}
    address = f"data:image/png;base64,{coded}"
    return {"type": "input_image", "image_url": address} if kind == "responses" else {"type": "image_url", "image_url": {"url": address}}


@pytest.mark.parametrize("data", [png(1024, 1024) + b"\0" * BIG, jpeg(1024, 1024) + b"\0" * BIG], ids=["png", "jpeg"])
@pytest.mark.parametrize(
    ("kind", "model", "dialect", "tokens"),
    [
        ("anthropic", "claude-opus-5-5", ANTHROPIC, 1_369),
        ("anthropic", "claude-sonnet-4-5", ANTHROPIC, 1_369),
        ("chat", "gpt-4o", OPENAI, 765),
        ("responses", "gpt-4o", OPENAI, 765),
    ],
)
def test_a_picture_counts_by_its_size_and_not_by_its_bytes(data: bytes, kind: str, model: str, dialect: DialectName, tokens: int) -> None:
    request = user([picture(kind, data), {"type": "text", "text": "What is this?"}])
    assert count(request, model, dialect) - count(user("What is this?"), model, dialect) == tokens + 16


def test_a_picture_inside_a_tools_result_counts_as_one() -> None:
    result = {"type": "tool_result", "tool_use_id": "t", "content": [picture("anthropic", png(280, 280) + b"\0" * BIG)]}
    assert 100 < count(user([result]), "claude-opus-5-5", ANTHROPIC) < 250


def test_a_remote_picture_is_bounded_where_the_rule_has_a_cap() -> None:
    remote = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    assert count(user([remote])) == 85 + 170 * 8 + 16 + 8
    assert prompt(asked(user([remote]), model="gpt-5.6"), OPENAI) == Unbounded("image_url")


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        (user([{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]), "input_audio"),
        (user([{"type": "file", "file": {"file_id": "file-1"}}]), "file"),
        (user([{"type": "document", "source": {"type": "base64", "data": ""}}]), "document"),
        (user([{"type": "document", "source": {"type": "url", "url": "https://example.com"}}]), "document"),
        (user([{"type": "tool_result", "content": [{"type": "document", "source": {"type": "file"}}]}]), "document"),
        (user([{"type": "video_url", "video_url": {"url": "https://example.com"}}]), "video_url"),
        (user([{"type": "not-yet-invented"}]), "not-yet-invented"),
        (user([picture("chat", b"no picture")]) | {"model": "gpt-5.6"}, "image_url"),
        ({"messages": [{"role": "assistant", "audio": {"id": "audio_1"}}]}, "messages.audio"),
        (user("hi") | {"previous_response_id": "resp_1"}, "previous_response_id"),
        (user("hi") | {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools.web_search_20250305"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "item_reference"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
    ],
)
def test_a_part_without_an_honest_bound_is_named(fields: dict[str, Any], part: str) -> None:
    assert prompt(asked(fields), OPENAI, fields.get("model", "gpt-4o")) == Unbounded(part)


def test_what_the_dialect_found_comes_first() -> None:
    assert prompt(asked(user("hi"), unbounded="web_search_options"), OPENAI) == Unbounded("web_search_options")


def test_a_document_of_text_counts_as_text() -> None:
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hello world " * 100}}
    assert count(user([document]), "claude-opus-5-5", ANTHROPIC) >= 200


def test_a_thought_given_back_counts_by_its_seal() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "A" * 4_000}
    assert 3_000 < count(user([thought]), "claude-opus-5-5", ANTHROPIC) < 3_100


def test_a_tools_arguments_are_json_whatever_they_look_like() -> None:
    call = {"type": "tool_use", "id": "t", "name": "draw", "input": {"type": "document", "source": {"type": "url"}}}
    assert count(user([call]), "claude-opus-5-5", ANTHROPIC) < 150


def test_depth_is_counted_or_named_and_never_an_error() -> None:
    for depth, bounded in ((200, True), (100_000, False)):
        nested = b'[{"type":"tool_result","content":' * depth + b'"end"' + b"}]" * depth
        body = b'{"model":"gpt-4o","messages":[{"role":"user","content":' + nested + b"}]}"
        found = prompt(Asked("gpt-4o", False, None, 1, False, "", {}, body), OPENAI)
        assert isinstance(found, int) is bounded
        assert bounded or found == Unbounded("body")


def test_what_the_bytes_bound_is_text_that_can_be_read() -> None:
    def bounded(content: bytes) -> bool:
        body = b'{"model":"m","messages":[{"role":"user","content":%b}]}' % content
        return bounded_by_bytes(Asked("m", False, None, 1, False, "", {}, body))

    assert bounded(b'"hello"')
    assert not bounded(b'[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]')
    assert not bounded(b'"\xff"')


@pytest.mark.parametrize(
    "odd",
    [
        7,
        None,
        {"a": 1},
        [1, [2]],
        ["x", 5],
        [{"role": 5}],
        [{"content": 5}],
        [{"content": [{"type": 5}]}],
        [{"content": [{"type": []}]}],
        [{"content": [{"type": "image"}]}],
    ],
)
@pytest.mark.parametrize("field", ["messages", "system", "tools", "input"])
def test_odd_shapes_are_counted_or_refused_without_an_error(field: str, odd: Any) -> None:
    assert isinstance(prompt(asked({field: odd}), ANTHROPIC), (int, Unbounded))


words = st.text(max_size=60)
messages = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["user", "assistant"]),
            "content": words | st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": words}), max_size=3),
        }
    ),
    min_size=1,
    max_size=6,
)
tools = st.lists(
    st.fixed_dictionaries({"name": st.text(min_size=1, max_size=9), "description": words, "input_schema": st.just({"type": "object"})}),
    max_size=3,
)


@given(
    said=messages,
    system=words,
    own=tools,
    model=st.sampled_from(["gpt-4o", "claude-opus-4-7", "deepseek-chat", "gpt-4"]),
    ascii_only=st.booleans(),
)
def test_the_bound_is_never_below_the_real_count(
    said: list[dict[str, Any]], system: str, own: list[dict[str, Any]], model: str, *, ascii_only: bool
) -> None:
    fields = {"model": model, "system": system, "messages": said, **({"tools": own} if own else {})}
    body = json.dumps(fields, ensure_ascii=ascii_only, separators=(",", ":")).encode()
    assert plain(fields)
    # The body is said to be longer than it is, so that the count is not cut to the bound before it is compared.
    found = prompt(Asked(model, False, None, 1, False, "", fields, body + b" " * 100_000), ANTHROPIC)
    assert isinstance(found, int)
    assert found <= bound(len(body))
