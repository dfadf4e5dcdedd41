"""Answers in the OpenAI chat dialect: one JSON body, or the chunks of a stream in their order.

Roles first, then the content of each choice, the finish of each, the usage where the caller asked for it, and `[DONE]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from solvent.sandbox.answers import Choice
from solvent.sandbox.reply import Event, Told

_FINISH = {"stop": "stop", "length": "length", "tool": "tool_calls"}
DONE = b"data: [DONE]\n\n"


def whole(told: Told) -> bytes:
    """The JSON body."""
    choices = [
        {"index": index, "message": _message(choice, told, index), "logprobs": None, "finish_reason": _FINISH[choice.finish]}
        for index, choice in enumerate(told.choices)
    ]
    body = {"id": told.id, "object": "chat.completion", "created": told.created, "model": told.model, "choices": choices}
    return msgspec.json.encode(body | ({"usage": usage(told)} if told.tells_usage else {}))


def events(told: Told) -> Iterator[Event]:
    """The stream."""
    later: dict[str, Any] = {"usage": None} if told.tells_usage else {}

    def chunk(index: int, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _line(_head(told) | {"choices": [choice]} | later)

    for index, choice in enumerate(told.choices):
        yield Event(chunk(index, {"role": "assistant", "content": None if choice.tool else ""}), 0)
    for index, choice in enumerate(told.choices):
        if choice.tool:
            call = {"index": 0, "id": told.calls[index], "type": "function", "function": {"name": choice.tool, "arguments": ""}}
            yield Event(chunk(index, {"tool_calls": [call]}), 1)
        for piece in choice.pieces:
            delta = {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} if choice.tool else {"content": piece}
            yield Event(chunk(index, delta), 1)
    for index, choice in enumerate(told.choices):
        yield Event(chunk(index, {}, _FINISH[choice.finish]), 0)
    if told.tells_usage:
        yield Event(_line(_head(told) | {"choices": [], "usage": usage(told)}), 0)
    yield Event(DONE, 0)


def usage(told: Told) -> dict[str, Any]:
    """What was used, with what a provider adds: OpenRouter the cost, DeepSeek the cache's hits and misses."""
    output_tokens = told.output_tokens
    counted: dict[str, Any] = {
        "prompt_tokens": told.input_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": told.input_tokens + output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    return counted | told.usage_more


def error_event(body: bytes) -> bytes:
    """An error inside a stream: its body as one line."""
    return b"data: " + body + b"\n\n"


def _message(choice: Choice, told: Told, index: int) -> dict[str, Any]:
    said = "".join(choice.pieces)
    if not choice.tool:
        return {"role": "assistant", "content": said, "refusal": None}
    call = {"id": told.calls[index], "type": "function", "function": {"name": choice.tool, "arguments": said}}
    return {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}


def _head(told: Told) -> dict[str, Any]:
    return {"id": told.id, "object": "chat.completion.chunk", "created": told.created, "model": told.model}


def _line(value: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
