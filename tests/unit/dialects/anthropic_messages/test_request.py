from __future__ import annotations

import json
from typing import Any

import pytest

from solvent.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from solvent.model.request import BadRequestError

HELLO = [{"role": "user", "content": "hi"}]


def body(**fields: Any) -> bytes:
    sent = {"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": HELLO, **fields}
    return json.dumps(sent, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_facts_of_a_plain_request() -> None:
    sent = body()
    asked = ANTHROPIC_MESSAGES.read(sent)
    assert asked[:6] == ("claude-sonnet-4-5", False, 100, 1, True, "")
    assert asked.body is sent
    assert bytes(asked.fields["messages"]) == b'[{"role":"user","content":"hi"}]'


def test_a_limit_of_nothing_fills_the_prompt_cache() -> None:
    assert ANTHROPIC_MESSAGES.read(body(max_tokens=0)).output_tokens_max == 0


def test_a_stream() -> None:
    assert ANTHROPIC_MESSAGES.read(body(stream=True)).stream


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"model": 5}, "model", "must be a text"),
        ({"stream": 1}, "stream", "true or false"),
        ({"messages": None}, "messages", "list of objects"),
        ({"messages": []}, "messages", "is empty"),
        ({"messages": [[]]}, "messages", "list of objects"),
        ({"max_tokens": None}, "max_tokens", "is missing"),
        ({"max_tokens": -1}, "max_tokens", "from 0"),
        ({"max_tokens": 1.5}, "max_tokens", "from 0"),
        ({"max_tokens": "10"}, "max_tokens", "from 0"),
    ],
)
def test_a_request_that_cannot_be_served_names_its_field(fields: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(BadRequestError, match=says) as caught:
        ANTHROPIC_MESSAGES.read(body(**fields))
    assert caught.value.field == field


@pytest.mark.parametrize("missing", ["model", "messages", "max_tokens"])
def test_what_is_missing_is_named(missing: str) -> None:
    sent = json.loads(body())
    del sent[missing]
    with pytest.raises(BadRequestError, match=f"`{missing}` is missing"):
        ANTHROPIC_MESSAGES.read(json.dumps(sent).encode())


def block(**fields: Any) -> dict[str, Any]:
    return {"messages": [*HELLO, {"role": "user", "content": [{"type": "text", "text": "see"}, fields]}]}


OWN = {"name": "f", "input_schema": {"type": "object", "properties": {"type": {"type": "web_search_20250305"}, "url": {"type": "string"}}}}
URL = {"type": "url", "url": "https://example.com/a.pdf"}
INLINE = {"type": "base64", "media_type": "image/png", "data": "AAAA"}


@pytest.mark.parametrize(
    ("fields", "unbounded"),
    [
        ({"container": "container_1"}, "container"),
        ({"container": None}, ""),
        ({"mcp_servers": [{"type": "url", "url": "https://mcp.example.com", "name": "m"}]}, "mcp_servers"),
        ({"mcp_servers": []}, ""),
        ({"fallbacks": [{"model": "claude-opus-4-8"}]}, "fallbacks"),
        ({"fallbacks": "default"}, "fallbacks"),
        ({"speed": "fast"}, "speed"),
        ({"speed": "standard"}, ""),
        ({"inference_geo": "us"}, "inference_geo"),
        ({"inference_geo": "global"}, ""),
        ({"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}, {"type": "clear_thinking_20251015", "keep": "all"}]}}, ""),
        (
            {"context_management": {"edits": [{"type": "clear_thinking_20251015"}, {"type": "compact_20260112"}]}},
            "context_management.edits",
        ),
        ({"context_management": {"edits": [{}]}}, "context_management.edits"),
        ({"context_management": {}}, ""),
        ({"context_management": None}, ""),
        ({"context_management": 5}, "context_management"),
        ({"compaction": {"type": "summarize"}}, "compaction"),
        ({"tools": [OWN, {"type": "custom", **OWN}, {"type": None, **OWN}]}, ""),
        (
            {
                "tools": [
                    {"type": "bash_20250124", "name": "bash"},
                    {"type": "text_editor_20250728", "name": "e"},
                    {"type": "memory_20250818", "name": "m"},
                ]
            },
            "",
        ),
        (
            {
                "tools": [
                    {"type": "computer_20250124", "name": "c"},
                    {"type": "computer_toolset_20260801"},
                    {"type": "browser_toolset_20260801"},
                ]
            },
            "",
        ),
        ({"tools": [OWN, {"type": "web_search_20250305", "name": "web_search"}]}, "tools[1]"),
        ({"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}]}, "tools[0]"),
        ({"tools": [{"type": "code_execution_20250825", "name": "code_execution"}]}, "tools[0]"),
        ({"tools": [{"type": "tool_search_tool_regex", "name": "tool_search_tool_regex"}]}, "tools[0]"),
        ({"tools": [{"type": "mcp_toolset", "mcp_server_name": "m"}]}, "tools[0]"),
        ({"tools": 5}, "tools"),
        ({"tools": None}, ""),
        (block(type="image", source=URL), "messages[1].content[1].source"),
        (block(type="image", source={"type": "file", "file_id": "file_1"}), "messages[1].content[1].source"),
        (block(type="image", source=INLINE), ""),
        (block(type="document", source=URL), "messages[1].content[1].source"),
        (block(type="document", source={"type": "text", "media_type": "text/plain", "data": "x"}), ""),
        (
            block(type="document", source={"type": "content", "content": [{"type": "image", "source": URL}]}),
            "messages[1].content[1].content[0].source",
        ),
        (
            block(type="tool_result", tool_use_id="t", content=[{"type": "image", "source": URL}]),
            "messages[1].content[1].content[0].source",
        ),
        (block(type="tool_result", tool_use_id="t", content=[{"type": "image", "source": INLINE}]), ""),
        (block(type="tool_result", tool_use_id="t", content="https://example.com"), ""),
        (
            block(type="tool_use", id="t", name="f", input={"type": "image", "source": URL, "content": [{"type": "image", "source": URL}]}),
            "",
        ),
        (block(type="search_result", source="https://example.com", title="t", content=[{"type": "text", "text": "x"}]), ""),
        (block(type="code_execution_tool_result", tool_use_id="t", content={"type": "code_execution_result", "content": []}), ""),
        (block(type="container_upload", file_id="file_1"), "messages[1].content[1]"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages"),
        ({"system": "be kind"}, ""),
        ({"system": [{"type": "text", "text": "be kind"}]}, ""),
        ({"system": [{"type": "document", "source": URL}]}, "system[0].source"),
        ({"system": 5}, "system"),
    ],
)
def test_what_no_count_of_the_bytes_can_bound_is_named(fields: dict[str, Any], unbounded: str) -> None:
    assert ANTHROPIC_MESSAGES.read(body(**fields)).unbounded == unbounded


@pytest.mark.parametrize(
    ("name", "plain"), [("Model", "model"), ("MAX_TOKENS", "max_tokens"), ("\u017fystem", "system"), ("Tools", "tools")]
)
def test_a_name_that_only_some_providers_read_is_refused(name: str, plain: str) -> None:
    with pytest.raises(BadRequestError, match=f"is not `{plain}` here") as caught:
        ANTHROPIC_MESSAGES.read(body(**{name: "x"}))
    assert caught.value.field == name


def test_an_escape_hides_nothing() -> None:
    sent = body(**block(type="image", source=URL)).replace(b'"url"', b'"\\u0075rl"')
    assert ANTHROPIC_MESSAGES.read(sent).unbounded == "messages[1].content[1].source"


def test_blocks_within_blocks_are_not_followed_for_ever() -> None:
    inner: dict[str, Any] = {"type": "text", "text": "x"}
    for _ in range(12):
        inner = {"type": "tool_result", "tool_use_id": "t", "content": [inner]}
    assert ANTHROPIC_MESSAGES.read(body(**block(**inner))).unbounded.startswith("messages[1].content[1].content[0]")


def test_where_nothing_changes_the_very_bytes_are_sent() -> None:
    for sent in (body(), body(stream=True), b'{ "model":"a", "max_tokens" : 5,"messages":[{}]}'):
        asked = ANTHROPIC_MESSAGES.read(sent)
        assert ANTHROPIC_MESSAGES.rewrite(asked, asked.model, inject_usage=True, output_tokens_max=asked.output_tokens_max) is sent


def test_what_changes_leaves_the_other_bytes_alone() -> None:
    asked = ANTHROPIC_MESSAGES.read(b'{ "model":"a", "x" : [1.50,{"a":1, "a":2}],"max_tokens":5,"messages":[{}]}')
    assert ANTHROPIC_MESSAGES.rewrite(asked, "b") == b'{"model":"b","x":[1.50,{"a":1, "a":2}],"max_tokens":5,"messages":[{}]}'
    assert (
        ANTHROPIC_MESSAGES.rewrite(asked, "a", output_tokens_max=3)
        == b'{"model":"a","x":[1.50,{"a":1, "a":2}],"max_tokens":3,"messages":[{}]}'
    )


@pytest.mark.parametrize(
    ("change", "words_only"),
    [
        ({}, True),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]}, False),
        ({"tools": []}, False),
        ({"system": "s"}, False),
    ],
)
def test_a_prompt_of_words_alone_is_seen_at_once(change: dict[str, Any], words_only: bool) -> None:  # noqa: FBT001
    body = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]} | change
    assert ANTHROPIC_MESSAGES.read(json.dumps(body).encode()).words_only is words_only
