from __future__ import annotations

from typing import Any

import msgspec
import pytest
from anthropic.types import Message

from solvent.sandbox import anthropic_form
from solvent.sandbox.answers import Choice
from solvent.sandbox.reply import Told

TEXT, CALL = Choice(("hel", "lo"), "", "stop"), Choice(('{"a"', ":1}"), "add", "tool")
CUT_CALL, NOTHING = Choice(('{"a"',), "add", "length"), Choice((), "", "length")


def told(choice: Choice, *, tells_usage: bool = True) -> Told:
    return Told("msg_1", "claude-haiku-4-5", 0, 11, (choice,), ("toolu_1",), tells_usage, {})


def events(answer: Told) -> list[dict[str, Any]]:
    found = []
    for event in anthropic_form.events(answer):
        name, data = event.data.decode().rstrip("\n").split("\n")
        found.append(msgspec.json.decode(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    return found


@pytest.mark.parametrize(
    ("choice", "kinds", "stop"),
    [(TEXT, ["text"], "end_turn"), (CALL, ["tool_use"], "tool_use"), (CUT_CALL, ["tool_use"], "max_tokens"), (NOTHING, [], "max_tokens")],
)
def test_a_whole_answer_is_one_that_the_sdk_takes(choice: Choice, kinds: list[str], stop: str) -> None:
    whole = Message.model_validate_json(anthropic_form.whole(told(choice)), strict=True)
    assert ([block.type for block in whole.content], whole.stop_reason) == (kinds, stop)
    assert (whole.usage.input_tokens, whole.usage.output_tokens) == (11, choice.tokens)


def test_a_stream_has_its_events_in_their_order() -> None:
    found = events(told(TEXT))
    assert [event["type"] for event in found] == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert found[-2]["usage"]["output_tokens"] == 2
    assert found[-2]["delta"]["stop_reason"] == "end_turn"


def test_a_call_comes_as_parts_of_its_arguments() -> None:
    found = events(told(CALL))
    assert found[1]["content_block"] == {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {}}
    assert "".join(event["delta"]["partial_json"] for event in found if event["type"] == "content_block_delta") == '{"a":1}'


@pytest.mark.parametrize("choice", [TEXT, CALL, CUT_CALL, NOTHING])
def test_a_stream_brings_the_tokens_that_it_is_billed_for(choice: Choice) -> None:
    assert sum(event.tokens for event in anthropic_form.events(told(choice))) == choice.tokens


def test_without_usage_no_event_speaks_of_it() -> None:
    assert all("usage" not in event and "usage" not in event.get("message", {}) for event in events(told(TEXT, tells_usage=False)))


def test_an_error_in_a_stream_is_an_event_of_its_own() -> None:
    assert anthropic_form.error_event(b"{}") == b"event: error\ndata: {}\n\n"
