"""How many tokens a prompt has: a bound from its bytes that costs nothing, and a real count where the bound does not fit the money.

The bound. Every token of the usual vocabularies (byte-level BPE, or pieces with single bytes to fall back on) stands for at least one
byte of the text, and JSON never writes a text shorter than its UTF-8. What a provider's template puts around a message or a tool is
shorter than the JSON around it (`{"role":"user","content":""}` is 28 bytes); what it adds once a request is in `TEMPLATE_TOKENS`.
That holds for fields of nothing but text: `plain` tells. Nothing here raises on odd input.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

TEMPLATE_TOKENS = 1_024
"""Room for what is added once a request. The most that was found documented is 804, Anthropic's prompt for the use of tools."""

COUNTED_CHARS_MAX = 500_000
"""Text beyond this is taken at one token a byte: the tokenizer needs up to 1 µs a character where somebody chose them to hurt."""

_OPENAI = re.compile(r"(?:ft:)?(?:gpt-(?!oss)|o[1-9]|chatgpt-|codex-|computer-use|text-embedding-)")
_CL100K = re.compile(r"(?:ft:)?(?:gpt-3\.5|gpt-35|gpt-4(?:$|-(?:0|1|3|turbo|vision))|text-embedding-)")

_HIDDEN_HOUR = re.compile(rb"\\u00(?:31|68)")  # `1` and `h` written as escapes
_TEXT = frozenset(
    {
        "text",
        "input_text",
        "output_text",
        "refusal",
        "thinking",
        "redacted_thinking",
        "reasoning",
        "tool_use",
        "function_call",
        "custom_tool_call",
    }
)
_AROUND_TEXT = frozenset({"message", "tool_result", "search_result", "function_call_output", "custom_tool_call_output"})
_PLAIN = _TEXT | _AROUND_TEXT
_OWN_TOOLS = (None, "function", "custom")


def bound(body_bytes: int) -> int:
    """Tokens that the prompt in a JSON body of so many bytes cannot exceed, if its fields are `plain`."""
    return body_bytes + TEMPLATE_TOKENS


def plain(fields: dict[str, Any]) -> bool:
    """Whether a body's fields hold nothing but text and the caller's own tools, so that `bound` is a bound.

    A picture of 300 bytes can cost 48,000 tokens, and a vendor's own tool of 50 bytes 1,000. False also for a shape that we do not know.
    """
    tools = fields.get("tools") or ()
    if not isinstance(tools, (list, tuple)) or any(not isinstance(tool, dict) or tool.get("type") not in _OWN_TOOLS for tool in tools):
        return False
    waiting = [fields.get(name) for name in ("messages", "system", "input", "prompt")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            kind = value.get("type", "message" if "role" in value else "")
            if not isinstance(kind, str) or kind not in _PLAIN:
                return False
            if kind in _AROUND_TEXT:
                waiting += (value.get("content"), value.get("output"))
    return True


def hour_writes(body: bytes) -> bool:
    """Whether a JSON body can ask for a cache write for an hour (`"ttl": "1h"`), which costs more than one for five minutes."""
    return b'"1h"' in body or (b"\\u00" in body and _HIDDEN_HOUR.search(body) is not None)


def text(data: bytes | str, model: str = "") -> int:
    """The tokens of a text in the vocabulary of `model`, as far as it ships with us: else in o200k, which is a count and no bound.

    Bytes that are no UTF-8 and halves of surrogate pairs count as the mark that replaces them.
    """
    words = whole(data)
    rest = len(words[COUNTED_CHARS_MAX:].encode()) if len(words) > COUNTED_CHARS_MAX else 0
    counted: int = _tokenizer("cl100k_base" if _CL100K.match(bare(model)) else "o200k_base").count(words[:COUNTED_CHARS_MAX])
    return counted + rest


def weighed(data: bytes | str, model: str) -> int:
    """The tokens of a text for a ceiling: exact for OpenAI's vocabularies, elsewhere o200k's count made larger, and never above its bytes.

    Claude: times 2. Its vocabulary up to 4.6 needs more than o200k, and from 4.7 on up to 1.35 times as much again by Anthropic,
    1.46 measured on plain English (https://www.codcompass.com/blog/crawl-c826d261ed20e9, read 2026-11-25). The others: times 1.25.
    Neither is a proven bound.
    """
    counted, name = text(data, model), bare(model)
    if _OPENAI.match(name):
        return counted
    larger = counted * 2 if "claude" in name else -(-counted * 5 // 4)
    return min(larger, len(whole(data).encode()))


def message_tokens(model: str) -> int:
    """What a template puts around one message, at most. OpenAI's documents 3, and 1 for a name (cookbook, counting tokens)."""
    return 4 if _OPENAI.match(bare(model)) else 16


def bare(model: str) -> str:
    """A model's name without the vendor in front of it, in small letters."""
    return model.lower().rpartition("/")[2]


def whole(data: bytes | str) -> str:
    """The text with a mark for whatever is no text."""
    if isinstance(data, bytes):
        return data.decode("utf-8", "replace")
    return data if data.isascii() or not _BROKEN.search(data) else data.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_BROKEN = re.compile("[\ud800-\udfff]")


@cache
def _tokenizer(vocabulary: str) -> Any:
    return _bindings().tokenizer_for_encoding(vocabulary)


@cache
def _bindings() -> Any:
    """The compiled half of bpe-openai, which holds the vocabularies, without the package around it.

    The package lays four vocabularies out as Python dictionaries when it is imported: 69 MB and half a second in every worker, by a call
    that Python 3.11 deprecates. Its front door also refuses texts of a million characters. Raises `ImportError` where it is not installed.
    """
    package = find_spec("bpe_openai")
    spec = PathFinder.find_spec("bpe_openai._bindings", None if package is None else package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise ImportError("the tokenizer of the package `bpe-openai` is missing; install Solvent's dependencies again")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
