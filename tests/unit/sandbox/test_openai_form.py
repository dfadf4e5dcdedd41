from __future__ import annotations

from typing import Any

import msgspec
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from solvent.sandbox import openai_form
from solvent.sandbox.answers import Choice
from solvent.sandbox.reply import Told

TEXT, CALL = Choice(("hel", "lo"), "", "stop"), Choice(('{"a"', ":1}"), "add", "tool")


def told(*choices: Choice, tells_usage: bool = True, **more: Any) -> Told:
    return Told(
        "chatcmpl-1", "gpt-4o", 1_795_000_000, 11, choices, tuple("call_1" if choice.tool else "" for choice in choices), tells_usage, more
    )


def chunks(answer: Told) -> list[dict[str, Any]]:
    lines = [event.data for event in openai_form.events(answer)]
    assert lines[-1] == openai_form.DONE
    return [msgspec.json.decode(line.removeprefix(b"data: ")) for line in lines[:-1]]


def test_a_whole_answer_is_one_that_the_sdk_takes() -> None:
    whole = ChatCompletion.model_validate_json(openai_form.whole(told(TEXT, CALL)), strict=True)
    assert whole.choices[0].message.content == "hello"
    assert whole.choices[1].message.content is None
    assert [choice.finish_reason for choice in whole.choices] == ["stop", "tool_calls"]
    assert whole.usage is not None
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens, whole.usage.total_tokens) == (11, 5, 16)


def test_a_stream_has_roles_content_finishes_and_the_usage_last() -> None:
    found = chunks(told(TEXT, CALL))
    for chunk in found:
        ChatCompletionChunk.model_validate(chunk)
    assert [chunk["choices"][0]["delta"].get("role") for chunk in found[:2]] == ["assistant", "assistant"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in found[-3:-1]] == ["stop", "tool_calls"]
    assert found[-1]["choices"] == []
    assert found[-1]["usage"]["completion_tokens"] == 5
    assert all(chunk["usage"] is None for chunk in found[:-1])


def test_a_stream_brings_the_tokens_that_it_is_billed_for() -> None:
    answer = told(TEXT, CALL)
    assert sum(event.tokens for event in openai_form.events(answer)) == answer.output_tokens == 5


def test_without_usage_no_chunk_speaks_of_it() -> None:
    assert all("usage" not in chunk for chunk in chunks(told(TEXT, tells_usage=False)))
    assert b"usage" not in openai_form.whole(told(TEXT, tells_usage=False))


def test_a_provider_may_add_to_the_usage() -> None:
    assert openai_form.usage(told(TEXT, cost=msgspec.Raw(b"0.01")))["cost"] == msgspec.Raw(b"0.01")


def test_an_error_in_a_stream_is_one_line() -> None:
    assert openai_form.error_event(b'{"error":{}}') == b'data: {"error":{}}\n\n'
