from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic.types import Message

from solvent.dialects.anthropic_messages import ANTHROPIC_MESSAGES
from solvent.model.usage import Usage

ANSWER: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "thinking", "thinking": "Hm. ", "signature": "s"}, {"type": "text", "text": "Grüße"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 20, "cache_read_input_tokens": 9, "output_tokens": 5},
}


def test_a_whole_answer() -> None:
    body = json.dumps(ANSWER).encode()
    assert Message.model_validate_json(body)
    whole = ANTHROPIC_MESSAGES.whole(body)
    assert (whole.error, whole.usage, whole.delivered()) == (False, Usage(20, 9, 0, 0, 5), "Hm. Grüße".encode())


@pytest.mark.parametrize(
    "change", [{"usage": None}, {"usage": {"input_tokens": -1, "output_tokens": 1}}, {"usage": "many"}, {"content": []}]
)
def test_an_answer_is_one_whatever_its_usage(change: dict[str, Any]) -> None:
    whole = ANTHROPIC_MESSAGES.whole(json.dumps({**ANSWER, **change}).encode())
    assert not whole.error
    assert (whole.usage is None) is ("usage" in change)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
        b'{"type":"error","content":[]}',
        b'{"error":{"message":"no","type":"new_api_error"}}',
        b'{"content":[],"error":"no"}',
        b'{"content":null}',
        b'{"content":"x"}',
        b'{"content":[5]}',
        b"\xff",
        b'{"content":' + b"[" * 100_000,
    ],
)
def test_what_is_no_answer_is_an_error(body: bytes) -> None:
    whole = ANTHROPIC_MESSAGES.whole(body)
    assert (whole.error, whole.usage, whole.delivered()) == (True, None, b"")
