"""What a chat completion says that it used, and the text that it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from solvent.model.usage import Usage

# More than any model takes: a number beyond it is no count.
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class _Prompt(msgspec.Struct, gc=False):
    cached_tokens: Count | None = None
    cache_write_tokens: Count | None = None


class _Completion(msgspec.Struct, gc=False):
    reasoning_tokens: Count | None = None


class _Told(msgspec.Struct, gc=False):
    prompt_tokens: Count
    completion_tokens: Count
    total_tokens: Count | None = None
    prompt_tokens_details: _Prompt | None = None
    completion_tokens_details: _Completion | None = None
    prompt_cache_hit_tokens: Count | None = None


def read_usage(told: Any) -> Usage | None:
    """The usage of a decoded `usage` field; None where it is none, or holds a number that cannot be."""
    try:
        usage = msgspec.convert(told, _Told)
    except msgspec.ValidationError:
        return None
    prompt = usage.prompt_tokens_details or _Prompt()
    # DeepSeek's own name for what it also tells as `cached_tokens` (api-docs.deepseek.com, shared notes of 2026-11).
    read = prompt.cached_tokens if prompt.cached_tokens is not None else usage.prompt_cache_hit_tokens or 0
    read = min(read, usage.prompt_tokens)
    written = min(prompt.cache_write_tokens or 0, usage.prompt_tokens - read)
    output = usage.completion_tokens
    reasoning = (usage.completion_tokens_details or _Completion()).reasoning_tokens or 0
    # OpenAI counts reasoning within the completion. xAI counts it beside (genai-prices 0.2.3 adds the two), and its total shows it.
    if reasoning and usage.total_tokens == usage.prompt_tokens + output + reasoning:
        output += reasoning
    return Usage(usage.prompt_tokens - read - written, read, written, 0, output)


def text_of(message: Mapping[str, Any]) -> str:
    """The text of a message or of a delta: content, reasoning, refusal, names and arguments of tools, and what was said aloud."""
    texts = [_flat(message.get("content"))]
    reasoning = message.get("reasoning_content") or message.get("reasoning")  # some tell the same under both names
    texts += [_flat(reasoning), _flat(message.get("refusal"))]
    calls = message.get("tool_calls")
    for call in (*(calls if isinstance(calls, list) else ()), {"function": message.get("function_call")}):
        if not isinstance(call, Mapping):
            continue
        for kind in (call.get("function"), call.get("custom")):
            if isinstance(kind, Mapping):
                texts += [_flat(kind.get(key)) for key in ("name", "arguments", "input")]
    audio = message.get("audio")
    if isinstance(audio, Mapping):
        texts.append(_flat(audio.get("transcript")))
    return "".join(texts)


def _flat(value: Any) -> str:
    """A text, or the texts of a list of parts."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    return "".join(_flat(part.get("text")) for part in value if isinstance(part, Mapping))
