"""What the gateway itself says in this dialect: errors, answers that stand in, the list of models."""

from __future__ import annotations

from typing import Any

from solvent.dialects.body import encoded, sound
from solvent.dialects.dialect import Refusal

# `type` as OpenAI's own errors carry it: `invalid_request_error` also for a bad key (401) and an unknown model (404),
# `insufficient_quota` for spent money, `server_error` (examples in catalogue/errors/openai); `rate_limit_error` as in its list of
# error codes (developers.openai.com/api/docs/guides/error-codes, told by www.developersdigest.tech/errors/api/openai-api, read 2026-11).
_TYPES = {402: "insufficient_quota", 429: "rate_limit_error"}


def refusal(said: Refusal) -> dict[str, Any]:
    """The object of an error; `code` is the category."""
    fallback = "invalid_request_error" if said.status < 500 else "server_error"
    error: dict[str, Any] = {
        "message": sound(said.message),
        "type": _TYPES.get(said.status, fallback),
        "param": sound(said.param) or None,
        "code": said.kind,
    }
    if said.doc_url:
        error["doc_url"] = said.doc_url
    return {"error": error}


def event(value: object) -> bytes:
    """One event of a stream."""
    return b"data: " + encoded(value) + b"\n\n"


_NO_TOKENS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def whole_answer(text: str, model: str, request_id: str, created: int) -> bytes:
    """A chat completion that says `text`."""
    message = {"role": "assistant", "content": sound(text), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return encoded({**_frame(model, request_id, created, "chat.completion"), "choices": [choice], "usage": _NO_TOKENS})


def streamed_answer(text: str, model: str, request_id: str, created: int) -> bytes:
    """The chunks of a stream that says `text`.

    Usage stands on the last chunk that has a choice, which serves callers who asked for it and surprises none of the others.
    """
    frame = _frame(model, request_id, created, "chat.completion.chunk")

    def choice(delta: dict[str, str], finish_reason: str | None) -> list[dict[str, Any]]:
        return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]

    first = {**frame, "choices": choice({"role": "assistant", "content": ""}, None)}
    said = {**frame, "choices": choice({"content": sound(text)}, None)}
    last = {**frame, "choices": choice({}, "stop"), "usage": _NO_TOKENS}
    return event(first) + event(said) + event(last) + b"data: [DONE]\n\n"


def _frame(model: str, request_id: str, created: int, kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{request_id}", "object": kind, "created": created, "model": sound(model)}


def models(names: tuple[str, ...], created: int) -> bytes:
    """The list of models."""
    rows = [{"id": sound(name), "object": "model", "created": created, "owned_by": "solvent"} for name in names]
    return encoded({"object": "list", "data": rows})
