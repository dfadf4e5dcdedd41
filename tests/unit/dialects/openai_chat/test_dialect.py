from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletion

from solvent.dialects.openai_chat import OPENAI_CHAT
from solvent.model.usage import Usage

ANSWER: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1741569952,
    "model": "gpt-5",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Grüße", "refusal": None}, "logprobs": None, "finish_reason": "stop"},
        {"index": 1, "message": {"role": "assistant", "content": "Hallo"}, "finish_reason": "stop"},
    ],
    "usage": {"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29, "prompt_tokens_details": {"cached_tokens": 9}},
}


def test_a_whole_answer() -> None:
    body = json.dumps(ANSWER).encode()
    assert ChatCompletion.model_validate_json(body)
    whole = OPENAI_CHAT.whole(body)
    assert (whole.error, whole.usage, whole.delivered()) == (False, Usage(10, 9, 0, 0, 10), "GrüßeHallo".encode())


@pytest.mark.parametrize(
    "change", [{"usage": None}, {"usage": {"prompt_tokens": -1, "completion_tokens": 1}}, {"usage": "many"}, {"error": None}]
)
def test_an_answer_is_one_whatever_its_usage(change: dict[str, Any]) -> None:
    whole = OPENAI_CHAT.whole(json.dumps({**ANSWER, **change}).encode())
    assert not whole.error
    assert (whole.usage is None) is ("usage" in change)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'"choices"',
        b'{"error":{"message":"no"}}',
        b'{"error":"no"}',
        b'{"type":"error","error":{"type":"overloaded_error"}}',
        b'{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":0}}',
        b'{"choices":null}',
        b'{"choices":"x"}',
        b'{"choices":[5]}',
        b'{"choices":[{}],"error":{"code":1}}',
        b"\xff",
        b"[" * 100_000,
        b'{"choices":' + b"[" * 100_000,
    ],
)
def test_what_is_no_answer_is_an_error(body: bytes) -> None:
    whole = OPENAI_CHAT.whole(body)
    assert (whole.error, whole.usage, whole.delivered()) == (True, None, b"")
