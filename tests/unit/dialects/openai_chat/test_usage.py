from __future__ import annotations

from typing import Any

import pytest

from solvent.dialects.openai_chat.usage import read_usage, text_of
from solvent.model.usage import Usage


def told(prompt: Any = 100, completion: Any = 20, **more: Any) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, **more}


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        (told(), Usage(100, 0, 0, 0, 20)),
        (told(total_tokens=120, prompt_tokens_details=None, completion_tokens_details=None), Usage(100, 0, 0, 0, 20)),
        (told(prompt_tokens_details={"cached_tokens": 60, "audio_tokens": 0}), Usage(40, 60, 0, 0, 20)),
        (told(prompt_tokens_details={"cached_tokens": 60, "cache_write_tokens": 30}), Usage(10, 60, 30, 0, 20)),
        (told(prompt_tokens_details={"cached_tokens": None}), Usage(100, 0, 0, 0, 20)),
        (told(total_tokens=120, completion_tokens_details={"reasoning_tokens": 15}), Usage(100, 0, 0, 0, 20)),
        # DeepSeek.
        (told(prompt_cache_hit_tokens=64, prompt_cache_miss_tokens=36), Usage(36, 64, 0, 0, 20)),
        (told(prompt_cache_hit_tokens=64, prompt_tokens_details={"cached_tokens": 64}), Usage(36, 64, 0, 0, 20)),
        # xAI: reasoning beside the completion.
        (told(total_tokens=135, completion_tokens_details={"reasoning_tokens": 15}), Usage(100, 0, 0, 0, 35)),
        # OpenRouter.
        (told(total_tokens=120, cost=0.00123, is_byok=False, cost_details={"upstream_inference_cost": None}), Usage(100, 0, 0, 0, 20)),
        # Parts that are more than the whole never make it more.
        (told(prompt_tokens_details={"cached_tokens": 150, "cache_write_tokens": 9}), Usage(0, 100, 0, 0, 20)),
        (told(0, 0), Usage()),
    ],
)
def test_usage_by_what_each_token_costs(usage: dict[str, Any], read: Usage) -> None:
    assert read_usage(usage) == read
    assert read.prompt_tokens == usage["prompt_tokens"]


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        "12",
        {"prompt_tokens": 5},
        told(-1),
        told(completion=-1),
        told(1.5),
        told(100.0),
        told("100"),
        told(None),
        told(True),
        told(10**12),
        told(prompt_tokens_details={"cached_tokens": -3}),
        told(prompt_tokens_details={"cached_tokens": "3"}),
    ],
)
def test_numbers_that_cannot_be_are_no_usage(usage: Any) -> None:
    assert read_usage(usage) is None


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"role": "assistant", "content": "hi"}, "hi"),
        ({"content": None, "refusal": "I will not."}, "I will not."),
        ({"content": "b", "reasoning_content": "a"}, "ba"),
        ({"content": "", "reasoning": "a", "reasoning_content": "a"}, "a"),
        ({"content": [{"type": "thinking", "text": "x"}, {"type": "text", "text": "y"}, 3]}, "xy"),
        ({"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}, {"custom": {"name": "g", "input": "i"}}, None]}, "f{}gi"),
        ({"function_call": {"name": "f", "arguments": "{"}}, "f{"),
        ({"audio": {"id": "audio_1", "data": "AAAA", "transcript": "aloud"}}, "aloud"),
        ({"content": 5, "tool_calls": {}, "audio": [], "function_call": "x"}, ""),
    ],
)
def test_the_text_of_a_message(message: dict[str, Any], text: str) -> None:
    assert text_of(message) == text
