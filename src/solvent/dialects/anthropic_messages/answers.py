"""What the gateway itself says in this dialect: errors, answers that stand in, the list of models."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from solvent.dialects.body import encoded, sound
from solvent.dialects.dialect import Refusal

# platform.claude.com/docs/en/api/errors.md, read 2026-11. `invalid_request_error` also stands for other 4xx, `api_error` here for 5xx.
_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def refusal(said: Refusal) -> dict[str, Any]:
    """The object of an error; `category`, `param` and `doc_url` are what Anthropic's own do not have."""
    kind = "overloaded_error" if said.kind == "overloaded" else _TYPES.get(said.status)
    error: dict[str, Any] = {
        "type": kind or ("invalid_request_error" if said.status < 500 else "api_error"),
        "message": sound(said.message),
        "category": said.kind,
    }
    if said.param:
        error["param"] = sound(said.param)
    if said.doc_url:
        error["doc_url"] = said.doc_url
    return {"type": "error", "error": error, "request_id": said.request_id}


def event(value: dict[str, Any]) -> bytes:
    """One event of a stream, named by its type."""
    name: str = value["type"]
    return b"event: " + name.encode() + b"\ndata: " + encoded(value) + b"\n\n"


_NO_TOKENS = {"input_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 0}


def _message(model: str, request_id: str) -> dict[str, Any]:
    return {
        "id": f"msg_{request_id}",
        "type": "message",
        "role": "assistant",
        "model": sound(model),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _NO_TOKENS,
    }


def whole_answer(text: str, model: str, request_id: str) -> bytes:
    """A message that says `text`."""
    return encoded({**_message(model, request_id), "content": [{"type": "text", "text": sound(text)}], "stop_reason": "end_turn"})


def streamed_answer(text: str, model: str, request_id: str) -> bytes:
    """The events of a stream that says `text`."""
    events: tuple[dict[str, Any], ...] = (
        {"type": "message_start", "message": _message(model, request_id)},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": sound(text)}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": _NO_TOKENS},
        {"type": "message_stop"},
    )
    return b"".join(map(event, events))


def models(names: tuple[str, ...], created: int) -> bytes:
    """The list of models, as one whole page."""
    created_at = datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [
        {"type": "model", "id": name, "display_name": name, "created_at": created_at, "lifecycle": "active"} for name in map(sound, names)
    ]
    first, last = (rows[0]["id"], rows[-1]["id"]) if rows else (None, None)
    return encoded({"data": rows, "has_more": False, "first_id": first, "last_id": last})
