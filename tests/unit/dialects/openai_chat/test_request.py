from __future__ import annotations

import json
from typing import Any

import pytest

from solvent.dialects.openai_chat import OPENAI_CHAT
from solvent.model.request import BadRequestError

HELLO = [{"role": "user", "content": "hi"}]


def body(**fields: Any) -> bytes:
    return json.dumps({"model": "gpt-5", "messages": HELLO, **fields}, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_facts_of_a_plain_request() -> None:
    sent = body()
    asked = OPENAI_CHAT.read(sent)
    assert asked[:6] == ("gpt-5", False, None, 1, False, "")
    assert asked.body is sent
    assert bytes(asked.fields["messages"]) == b'[{"role":"user","content":"hi"}]'


@pytest.mark.parametrize(
    ("fields", "fact", "value"),
    [
        ({"stream": True}, "stream", True),
        ({"stream": None}, "stream", False),
        ({"max_tokens": 5}, "output_tokens_max", 5),
        ({"max_completion_tokens": 6}, "output_tokens_max", 6),
        ({"max_tokens": 5, "max_completion_tokens": 6}, "output_tokens_max", 6),
        ({"max_tokens": 7, "max_completion_tokens": None}, "output_tokens_max", 7),
        ({"max_tokens": None}, "output_tokens_max", None),
        ({"n": 3}, "answers", 3),
        ({"n": None}, "answers", 1),
        ({"stream": True, "stream_options": {"include_usage": True}}, "wants_usage", True),
        ({"stream": True, "stream_options": {"include_usage": False}}, "wants_usage", False),
        ({"stream": True, "stream_options": None}, "wants_usage", False),
        ({"stream": True}, "wants_usage", False),
        ({"stream_options": {"include_usage": True}}, "wants_usage", False),
    ],
)
def test_facts(fields: dict[str, Any], fact: str, value: object) -> None:
    assert getattr(OPENAI_CHAT.read(body(**fields)), fact) == value


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"model": None}, "model", "must be a text"),
        ({"model": ""}, "model", "1 to 256"),
        ({"stream": "yes"}, "stream", "true or false"),
        ({"messages": None}, "messages", "list of objects"),
        ({"messages": "hi"}, "messages", "list of objects"),
        ({"messages": {"role": "user"}}, "messages", "list of objects"),
        ({"messages": []}, "messages", "is empty"),
        ({"messages": ["hi"]}, "messages", "list of objects"),
        ({"max_tokens": 0}, "max_tokens", "from 1"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens", "from 1"),
        ({"max_tokens": "10"}, "max_tokens", "from 1"),
        ({"n": 0}, "n", "from 1 to 128"),
        ({"n": 129}, "n", "from 1 to 128"),
        ({"stream": True, "stream_options": []}, "stream_options", "must be an object"),
        (
            {"stream": True, "stream_options": {"include_usage": 1}},
            "stream_options",
            "`stream_options.include_usage` must be true or false",
        ),
    ],
)
def test_a_request_that_cannot_be_served_names_its_field(fields: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(BadRequestError, match=says) as caught:
        OPENAI_CHAT.read(body(**fields))
    assert caught.value.field == field


@pytest.mark.parametrize("missing", ["model", "messages"])
def test_what_is_missing_is_named(missing: str) -> None:
    sent = json.loads(body())
    del sent[missing]
    with pytest.raises(BadRequestError, match=f"`{missing}` is missing"):
        OPENAI_CHAT.read(json.dumps(sent).encode())


def part(**fields: Any) -> dict[str, Any]:
    return {"messages": [*HELLO, {"role": "user", "content": [{"type": "text", "text": "see"}, fields]}]}


FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"url": {"type": "web_search"}}}}}


@pytest.mark.parametrize(
    ("fields", "unbounded"),
    [
        ({"web_search_options": {}}, "web_search_options"),
        ({"web_search_options": None}, ""),
        ({"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}, "modalities"),
        ({"modalities": ["text"]}, ""),
        ({"service_tier": "priority"}, "service_tier"),
        ({"service_tier": "fast"}, "service_tier"),
        ({"service_tier": "flex"}, ""),
        ({"plugins": [{"id": "web"}]}, "plugins"),
        ({"models": ["anthropic/claude-opus-4"]}, "models"),
        ({"search_parameters": {"mode": "auto"}}, "search_parameters"),
        ({"best_of": 20}, "best_of"),
        ({"best_of": 1}, ""),
        ({"use_beam_search": True}, "use_beam_search"),
        ({"tools": [FUNCTION, {"type": "custom", "custom": {"name": "c"}}]}, ""),
        ({"tools": [FUNCTION, {"type": "openrouter:web_search"}]}, "tools[1]"),
        ({"tools": [{"type": "builtin_function", "function": {"name": "$web_search"}}]}, "tools[0]"),
        ({"tools": None}, ""),
        ({"tools": "all"}, "tools"),
        (part(type="image_url", image_url={"url": "https://example.com/a.png"}), "messages[1].content[1].image_url.url"),
        (part(type="image_url", image_url="https://example.com/a.png"), "messages[1].content[1].image_url.url"),
        (part(type="image_url", image_url={"url": "data:image/png;base64,AAAA"}), ""),
        (part(type="file", file={"file_id": "file-1"}), "messages[1].content[1].file.file_id"),
        (part(type="file", file={"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}), ""),
        (part(type="input_audio", input_audio={"data": "AAAA", "format": "wav"}), "messages[1].content[1].input_audio"),
        (part(type="video_url", video_url={"url": "https://example.com/a.mp4"}), "messages[1].content[1].type"),
        (part(type="refusal", refusal="no"), ""),
        ({"messages": [{"role": "user", "content": 5}]}, "messages"),
        ({"messages": [{"role": "assistant", "content": None, "tool_calls": []}]}, ""),
        ({"messages": [{"role": "user", "content": 'no "file_id": "f", no {"type": "input_audio"}'}]}, ""),
    ],
)
def test_what_no_count_of_the_bytes_can_bound_is_named(fields: dict[str, Any], unbounded: str) -> None:
    assert OPENAI_CHAT.read(body(**fields)).unbounded == unbounded


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Model", "model"),
        ("N", "n"),
        ("Max_Tokens", "max_tokens"),
        ("max_to\u212aens", "max_tokens"),
        ("\u017ftream", "stream"),
        ("Web_Search_Options", "web_search_options"),
    ],
)
def test_a_name_that_only_some_providers_read_is_refused(name: str, plain: str) -> None:
    with pytest.raises(BadRequestError, match=f"is not `{plain}` here") as caught:
        OPENAI_CHAT.read(body(**{name: 1}))
    assert caught.value.field == name


def test_a_name_that_is_nobodys_passes_in_any_case() -> None:
    assert {"topK", "größe"} < set(OPENAI_CHAT.read(body(topK=1, größe=1)).fields)


def test_an_escape_hides_nothing() -> None:
    sent = (
        body(**part(type="file", file={"file_id": "file-1"})).replace(b'"file"', b'"\\u0066ile"').replace(b'"file_id"', b'"fil\\u0065_id"')
    )
    assert OPENAI_CHAT.read(sent).unbounded == "messages[1].content[1].file.file_id"


# What is sent to an upstream.

ODD = b'{ "model":"a", "x" : [1.50,{"a":1, "a":2}],"stream":true,"messages":[{"role":"user","content":"\\u00e9"}]}'


def test_where_nothing_changes_the_very_bytes_are_sent() -> None:
    for sent in (body(), body(stream=True, stream_options={"include_usage": True}), body(max_tokens=5), ODD):
        asked = OPENAI_CHAT.read(sent)
        assert OPENAI_CHAT.rewrite(asked, asked.model, inject_usage=asked.wants_usage, output_tokens_max=asked.output_tokens_max) is sent
    assert OPENAI_CHAT.rewrite(OPENAI_CHAT.read(body()), "gpt-5", inject_usage=True) == body()


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ({"model": "b"}, b'{"model":"b","x":[1.50,{"a":1, "a":2}],"stream":true,"messages":[{"role":"user","content":"\\u00e9"}]}'),
        (
            {"inject_usage": True},
            b'{"model":"a","x":[1.50,{"a":1, "a":2}],"stream":true,"messages":[{"role":"user","content":"\\u00e9"}],"stream_options":{"include_usage":true}}',
        ),
        (
            {"output_tokens_max": 9},
            b'{"model":"a","x":[1.50,{"a":1, "a":2}],"stream":true,"messages":[{"role":"user","content":"\\u00e9"}],"max_completion_tokens":9}',
        ),
    ],
)
def test_what_changes_leaves_the_other_bytes_alone(change: dict[str, Any], sent: bytes) -> None:
    assert OPENAI_CHAT.rewrite(OPENAI_CHAT.read(ODD), **{"model": "a", **change}) == sent


def test_asking_for_usage_keeps_the_other_options_of_a_stream() -> None:
    asked = OPENAI_CHAT.read(body(stream=True, stream_options={"include_obfuscation": False, "include_usage": False}))
    sent = json.loads(OPENAI_CHAT.rewrite(asked, "gpt-5", inject_usage=True))
    assert sent["stream_options"] == {"include_obfuscation": False, "include_usage": True}


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"max_tokens": 50}, {"max_tokens": 9}),
        ({"max_completion_tokens": 50}, {"max_completion_tokens": 9}),
        ({"max_completion_tokens": 50, "max_tokens": 40}, {"max_completion_tokens": 9, "max_tokens": 9}),
        ({"max_tokens": None}, {"max_tokens": None, "max_completion_tokens": 9}),
        ({}, {"max_completion_tokens": 9}),
    ],
)
def test_a_limit_goes_where_the_caller_put_it(fields: dict[str, Any], sent: dict[str, Any]) -> None:
    asked = OPENAI_CHAT.read(body(**fields))
    assert json.loads(OPENAI_CHAT.rewrite(asked, "gpt-5", output_tokens_max=9)) == {"model": "gpt-5", "messages": HELLO, **sent}


@pytest.mark.parametrize(
    ("change", "words_only"),
    [
        ({}, True),
        ({"messages": [{"role": "user", "content": None}]}, True),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]}, False),
        ({"tools": []}, False),
        ({"system": "s"}, False),
        ({"input": "i"}, False),
        ({"prompt": "p"}, False),
    ],
)
def test_a_prompt_of_words_alone_is_seen_at_once(change: dict[str, Any], words_only: bool) -> None:  # noqa: FBT001
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]} | change
    assert OPENAI_CHAT.read(json.dumps(body).encode()).words_only is words_only
