"""Answers in the Anthropic messages dialect: one JSON body, or the events of a stream in their order.

`message_start`, one content block between its start and stop with a `ping` after the start, `message_delta` with the usage, `message_stop`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from solvent.sandbox.reply import Event, Told

_FINISH = {"stop": "end_turn", "length": "max_tokens", "tool": "tool_use"}


def whole(told: Told) -> bytes:
    """The JSON body."""
    (choice,) = told.choices
    said = "".join(choice.pieces)
    block = _block(told, _arguments(said)) if choice.tool else {"type": "text", "text": said}
    # A thought that was cut before its first word has no block at all.
    content = [block] if choice.tokens else []
    return msgspec.json.encode(_message(told, content, _FINISH[choice.finish], told.output_tokens))


def events(told: Told) -> Iterator[Event]:
    """The stream."""
    (choice,) = told.choices
    yield _event("message_start", {"message": _message(told, [], None, 1)})
    if choice.tokens:
        block = _block(told, {}) if choice.tool else {"type": "text", "text": ""}
        yield _event("content_block_start", {"index": 0, "content_block": block}, 1 if choice.tool else 0)
        yield _event("ping", {})
        for piece in choice.pieces:
            delta = {"type": "input_json_delta", "partial_json": piece} if choice.tool else {"type": "text_delta", "text": piece}
            yield _event("content_block_delta", {"index": 0, "delta": delta}, 1)
        yield _event("content_block_stop", {"index": 0})
    last: dict[str, Any] = {"delta": {"stop_reason": _FINISH[choice.finish], "stop_sequence": None}}
    yield _event("message_delta", last | ({"usage": _usage(told, told.output_tokens)} if told.tells_usage else {}))
    yield _event("message_stop", {})


def error_event(body: bytes) -> bytes:
    """An error inside a stream."""
    return b"event: error\ndata: " + body + b"\n\n"


def _message(told: Told, content: list[dict[str, Any]], finish: str | None, output_tokens: int) -> dict[str, Any]:
    message = {
        "id": told.id,
        "type": "message",
        "role": "assistant",
        "model": told.model,
        "content": content,
        "stop_reason": finish,
        "stop_sequence": None,
    }
    return message | ({"usage": _usage(told, output_tokens)} if told.tells_usage else {})


def _usage(told: Told, output_tokens: int) -> dict[str, Any]:
    return {
        "input_tokens": told.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output_tokens,
    }


def _block(told: Told, given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": told.calls[0], "name": told.choices[0].tool, "input": given}


def _arguments(said: str) -> Any:
    """The arguments of a call; empty where the limit cut them, since half an object is none."""
    try:
        return msgspec.json.decode(said)
    except msgspec.DecodeError:
        return {}


def _event(name: str, fields: dict[str, Any], tokens: int = 0) -> Event:
    return Event(b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode({"type": name} | fields) + b"\n\n", tokens)
