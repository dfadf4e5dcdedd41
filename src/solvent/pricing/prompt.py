"""The real count of a prompt: its texts by a tokenizer, its pictures by their size, and an honest no where nothing bounds a part.

It reads the fields of both dialects. Only the caller's content is looked into; a schema, the arguments of a tool call and every field that
it does not know count as the JSON that they are.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from solvent.model.request import Asked
from solvent.model.route import DialectName
from solvent.pricing import images
from solvent.pricing.count import bare, bound, message_tokens, plain, weighed, whole

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

# Anthropic's prompt for the use of tools, the dearest row of its table (any or one tool, Opus 4.7):
# https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview, in a copy read 2026-11-25.
_CLAUDE_TOOLS = 804
# Its own tools that the caller runs: 245 for bash, 700 for the text editor, 735 and a prompt of 466 to 499 for the computer (the same
# pages, quoted in a copy read 2026-11-25). For the memory no number was found, so it has no bound.
_CLAUDE_OWN_TOOLS = (("bash_", 325), ("text_editor_", 800), ("computer_", 1_500))
_OPENAI_TOOLS, _OPENAI_TOOL = 16, 12  # around all tools, around one; the cookbook's 12 and 7 with some room

READ_CHARS_MAX = 2_000_000
"""Text of one prompt beyond this is taken at one token a byte, however it is split: a worker does nothing else while it counts."""
READ_PARTS_MAX = 100_000
"""Messages, parts of them and tools of one prompt, for the same reason; more have no bound."""
_PICTURE_BYTES_READ = 1 << 20  # of base64; the head of a JPEG can lie behind long comments
_TEXT_PARTS = frozenset({"text", "input_text", "output_text", "refusal", "summary_text", "reasoning_text"})
_PICTURE_PARTS = frozenset({"image", "image_url", "input_image"})
_JSON_PARTS = frozenset({"tool_use", "function_call", "custom_tool_call", "thinking", "redacted_thinking", "reasoning"})
_NESTING_PARTS = {
    "tool_result": "content",
    "search_result": "content",
    "message": "content",
    "function_call_output": "output",
    "custom_tool_call_output": "output",
}
_SEALED = frozenset({"signature", "data", "encrypted_content"})  # thoughts in base64: at most a token for each byte inside
_NO_PROMPT = frozenset(
    {
        "model",
        "stream",
        "stream_options",
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "temperature",
        "top_p",
        "top_k",
        "n",
        "stop",
        "stop_sequences",
        "seed",
        "user",
        "metadata",
        "logit_bias",
        "logprobs",
        "top_logprobs",
        "presence_penalty",
        "frequency_penalty",
        "service_tier",
        "store",
        "parallel_tool_calls",
        "prompt_cache_key",
        "prompt_cache_retention",
        "prompt_cache_options",
        "safety_identifier",
        "cache_control",
        "stream_usage",
        "thinking",
        "reasoning_effort",
        "verbosity",
    }
)
# What lets the provider put something into the prompt that the body does not hold, or run something that it bills.
_ELSEWHERE = ("previous_response_id", "conversation", "container", "mcp_servers", "web_search_options", "audio", "plugins", "file_ids")


class Unbounded(NamedTuple):
    """No honest bound: `part` is what stands in the way, for the caller's error."""

    part: str


def prompt(asked: Asked, dialect: DialectName, model: str = "", fields: dict[str, Any] | None = None) -> int | Unbounded:
    """The tokens of the prompt at `model`, an upstream's name (empty: the name asked for), or what cannot be bounded.

    `fields`: the body as `decoded` gives it, for who counts it for several models.
    """
    if asked.unbounded:
        return Unbounded(asked.unbounded)
    fields = decoded(asked) if fields is None else fields
    if fields is None:
        return Unbounded(_unreadable_part(asked))
    name = model or asked.model
    reading = _Reading(name)
    for field, value in fields.items():
        fault = reading.field(field, value, dialect)
        if fault is not None:
            return fault
    total = reading.total() + message_tokens(name)
    return min(total, bound(len(asked.body))) if plain(fields) else total


def decoded(asked: Asked) -> dict[str, Any] | None:
    """The body's fields with all that is in them; None where they are nested too deeply or hold text that is no UTF-8."""
    try:
        fields: dict[str, Any] = msgspec.json.decode(asked.body)
    except _UNREADABLE:
        return None
    return fields


def _unreadable_part(asked: Asked) -> str:
    """The field that cannot be decoded."""
    for name, raw in asked.fields.items():
        try:
            msgspec.json.decode(raw)
        except _UNREADABLE:
            return name
    return "body"


def bounded_by_bytes(asked: Asked) -> bool:
    """Whether `count.bound` of the body's length is a bound of its tokens."""
    fields = decoded(asked)
    return fields is not None and plain(fields)


class _Reading:
    """What was read of one prompt so far. Content that is yet to be read waits in a list, so that depth costs no stack."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.fixed = 0
        self.parts = 0
        self.texts: list[str] = []
        self.waiting: list[Any] = []

    def total(self) -> int:
        found, left = self.fixed, READ_CHARS_MAX
        for one in self.texts:
            left -= len(one)
            found += weighed(one, self.model) if left >= 0 else len(whole(one).encode())
        return found

    def field(self, name: str, value: Any, dialect: DialectName) -> Unbounded | None:
        """Reads one field of the body."""
        if name in _NO_PROMPT or value is None:
            return None
        if name in _ELSEWHERE or (name == "prompt" and isinstance(value, dict)):
            return Unbounded(name)
        if name == "messages":
            return self._messages(value)
        if name == "tools":
            return self._tools(value, dialect)
        if name in ("system", "input", "instructions", "prompt"):
            self.fixed += message_tokens(self.model)
            return self._content(value)
        self._json(value)
        return None

    def _messages(self, messages: Any) -> Unbounded | None:
        for message in messages if isinstance(messages, list) else [messages]:
            self.parts += 1
            if self.parts > READ_PARTS_MAX:
                return Unbounded("messages")
            self.fixed += message_tokens(self.model)
            if not isinstance(message, dict):
                self._json(message)
                continue
            if message.get("audio") is not None:
                return Unbounded("messages.audio")
            self._json({key: value for key, value in message.items() if key not in ("role", "content") and value is not None})
            fault = self._content(message.get("content"))
            if fault is not None:
                return fault
        return None

    def _tools(self, tools: Any, dialect: DialectName) -> Unbounded | None:
        claude = dialect is DialectName.ANTHROPIC or "claude" in bare(self.model)
        if tools:
            self.fixed += _CLAUDE_TOOLS if claude else _OPENAI_TOOLS
        for tool in tools if isinstance(tools, list) else [tools]:
            self.parts += 1
            if self.parts > READ_PARTS_MAX:
                return Unbounded("tools")
            kind = tool.get("type", "custom") if isinstance(tool, dict) else "custom"
            if kind not in ("function", "custom"):
                known = next((tokens for start, tokens in _CLAUDE_OWN_TOOLS if str(kind).startswith(start)), None)
                if known is None:
                    return Unbounded(f"tools.{kind}")
                self.fixed += known
            self.fixed += _OPENAI_TOOL
            self._json(tool)
        return None

    def _content(self, content: Any) -> Unbounded | None:
        self.waiting.append(content)
        while self.waiting:
            value = self.waiting.pop()
            self.parts += 1
            if self.parts > READ_PARTS_MAX:
                return Unbounded("content")
            if isinstance(value, str):
                self.texts.append(value)
            elif isinstance(value, list):
                self.waiting += value
            elif isinstance(value, dict):
                fault = self._part(value)
                if fault is not None:
                    return fault
            elif value is not None:
                self._json(value)
        return None

    def _part(self, part: dict[str, Any]) -> Unbounded | None:
        kind = part.get("type", "message" if "role" in part else "text")
        if not isinstance(kind, str):
            return Unbounded("type")
        if kind in _TEXT_PARTS:
            self._json_but(part, "text")
            self.waiting.append(part.get("text"))
        elif kind in _PICTURE_PARTS:
            return self._picture(part)
        elif kind in _NESTING_PARTS:
            self.fixed += message_tokens(self.model)
            self._json_but(part, _NESTING_PARTS[kind])
            self.waiting.append(part.get(_NESTING_PARTS[kind]))
        elif kind in _JSON_PARTS:
            self._thought(part)
        elif kind == "document":
            return self._document(part)
        else:
            return Unbounded(kind)
        return None

    def _thought(self, part: dict[str, Any]) -> None:
        """A tool call, or a thought given back: the sealed part of it is billed as the thought that it holds, which we cannot read."""
        self.fixed += sum(-(-len(value) * 3 // 4) for key, value in part.items() if key in _SEALED and isinstance(value, str))
        self._json({key: value for key, value in part.items() if key not in _SEALED})

    def _document(self, part: dict[str, Any]) -> Unbounded | None:
        source = part.get("source")
        kind = source.get("type") if isinstance(source, dict) else None
        inside = {"text": "data", "content": "content"}.get(str(kind))
        if inside is None or not isinstance(source, dict):
            return Unbounded("document")
        self.fixed += message_tokens(self.model)
        self._json_but(part, "source")
        self.waiting.append(source.get(inside))
        return None

    def _picture(self, part: dict[str, Any]) -> Unbounded | None:
        address, low = _address(part)
        cost = images.tokens(self.model, None if address is None else images.size(address), low=low)
        if cost is None:
            return Unbounded(str(part["type"]))
        self.fixed += cost
        return None

    def _json_but(self, part: dict[str, Any], field: str) -> None:
        rest = {key: value for key, value in part.items() if key not in (field, "type", "cache_control")}
        if rest:
            self._json(rest)

    def _json(self, value: Any) -> None:
        if value != {}:
            self.texts.append(_written(value))


_written: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _address(part: dict[str, Any]) -> tuple[bytes | None, bool]:
    """The first bytes of a picture that the body holds, None for one that stands elsewhere; and whether low detail is asked for."""
    inner = part.get("image_url", part.get("source"))
    detail = part.get("detail", inner.get("detail") if isinstance(inner, dict) else None)
    coded = None
    if isinstance(inner, dict) and inner.get("type") == "base64":
        coded = inner.get("data")
    else:
        url = inner.get("url") if isinstance(inner, dict) else inner
        if isinstance(url, str) and url[:5].lower() == "data:":
            head, _, data = url.partition(",")
            coded = data if head.lower().endswith(";base64") else None
    if not isinstance(coded, str):
        return None, detail == "low"
    try:
        return binascii.a2b_base64(coded[:_PICTURE_BYTES_READ]), detail == "low"
    except ValueError:
        return b"", detail == "low"
