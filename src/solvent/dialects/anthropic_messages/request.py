"""Requests for messages: the facts that the gateway needs, and the body for an upstream."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from solvent.dialects.body import (
    MORE_PROMPT,
    UNREADABLE,
    Fields,
    costly_option,
    costly_tool,
    count,
    flag,
    messages_in,
    read_fields,
    replaced,
    required_text,
)
from solvent.model.request import Asked, BadRequestError

_NESTED_MAX = 8


class _Source(msgspec.Struct, gc=False):
    type: str = ""
    content: str | list[_Block] | None = None


class _Block(msgspec.Struct, gc=False):
    """A block of a message's content, in what tells of its cost."""

    type: str = ""
    source: _Source | str | None = None
    content: str | list[_Block] | _Source | None = None  # an object: the result of a tool that the provider ran


class _Message(msgspec.Struct, gc=False):
    content: str | list[_Block] | None = None


class _Tool(msgspec.Struct, gc=False):
    type: str | None = None


class _Editing(msgspec.Struct, gc=False):
    edits: list[_Tool] | None = None


_MESSAGES = msgspec.json.Decoder(list[_Message])
_SYSTEM = msgspec.json.Decoder(str | list[_Block] | None)
_TOOLS = msgspec.json.Decoder(list[_Tool])
_EDITING = msgspec.json.Decoder(_Editing | None)

# Fields that make a request cost more than its tokens at the model's rates, and the values that do not: what the provider runs or
# holds for the caller, other models to fall back on, and what has rates of its own (platform.claude.com/docs: about-claude/pricing,
# build-with-claude/fast-mode, manage-claude/data-residency; read 2026-11).
_HARMLESS: dict[str, tuple[Any, ...]] = {
    "container": (None,),
    "mcp_servers": (None, []),
    "fallbacks": (None, []),
    "thread": (None,),
    "speed": (None, "standard"),
    "inference_geo": (None, "global"),
    "compaction": (None,),
}
_LOOKED_AT = frozenset({*_HARMLESS, "tools", "system", "context_management"})
_READ = _LOOKED_AT | {"model", "messages", "stream", "max_tokens"}
# Tools with a type that the caller runs; `custom` and no type are the caller's own. Every other type may run at the provider.
_CALLER_RUNS = ("bash_", "text_editor_", "memory_", "computer_", "browser_toolset_")


def read(body: bytes) -> Asked:
    """The facts of a request. Raises `BadRequestError`.

    `max_tokens` of 0 is allowed: it fills the prompt cache and answers nothing (the package's `message_create_params`).
    """
    fields = read_fields(body, _READ)
    model = required_text(fields, "model")
    stream = "stream" in fields and flag(fields, "stream")
    output_tokens_max = count(fields, "max_tokens", 0)
    if output_tokens_max is None:
        raise BadRequestError("max_tokens", "`max_tokens` is missing; it must be a whole number.")
    unbounded, words_only = _messages(fields)
    if not _LOOKED_AT.isdisjoint(fields):
        unbounded = _costly_part(fields) or unbounded
    words_only = words_only and MORE_PROMPT.isdisjoint(fields)
    return Asked(model, stream, output_tokens_max, 1, True, unbounded, fields, body, words_only)


def _messages(fields: Fields) -> tuple[str, bool]:
    """Where a block of a message stands whose tokens the bytes of the request do not bound, or nothing; whether all of them are texts.

    Raises `BadRequestError`.
    """
    messages = messages_in(fields, _MESSAGES)
    if messages is None:
        return "messages", False
    words_only = True
    for at, message in enumerate(messages):
        if type(message.content) is list:
            words_only = False
            if found := _remote(message.content, f"messages[{at}].content", 0):
                return found, False
    return "", words_only


def _remote(blocks: list[_Block], where: str, depth: int) -> str:
    if depth > _NESTED_MAX:
        return where
    for place, block in enumerate(blocks):
        inner: object = block.content
        if block.type == "container_upload":
            return f"{where}[{place}]"
        if block.type in ("image", "document") and isinstance(block.source, _Source):
            if block.source.type in ("url", "file"):
                return f"{where}[{place}].source"
            inner = block.source.content
        if isinstance(inner, list) and (found := _remote(inner, f"{where}[{place}].content", depth + 1)):
            return found
    return ""


def _costly_part(fields: Fields) -> str:
    found = costly_option(fields, _HARMLESS)
    if not found and "system" in fields:
        found = _in_system(fields["system"])
    if not found and "context_management" in fields:
        found = _in_editing(fields["context_management"])
    return found or costly_tool(fields, _TOOLS, _runs_at_caller)


def _runs_at_caller(kind: str | None) -> bool:
    return kind in (None, "custom") or kind.startswith(_CALLER_RUNS)


def _in_system(raw: Raw) -> str:
    try:
        system = _SYSTEM.decode(raw)
    except UNREADABLE:
        return "system"
    return _remote(system, "system", 0) if isinstance(system, list) else ""


def _in_editing(raw: Raw) -> str:
    # Clearing costs nothing. A summary that the provider makes (`compact_…`) is another sampling that it bills, and the counts of the
    # answer leave it out (platform.claude.com/docs: build-with-claude/compaction-threshold; velog.io/@jungseonw00, read 2026-11).
    try:
        editing = _EDITING.decode(raw)
    except UNREADABLE:
        return "context_management"
    edits = (editing and editing.edits) or []
    return "" if all((edit.type or "").startswith("clear_") for edit in edits) else "context_management.edits"


def rewrite(asked: Asked, model: str, *, output_tokens_max: int | None) -> bytes:
    """The body for an upstream: streams of this dialect always tell their usage, so nothing is injected."""
    changes: dict[str, object] = {}
    if model != asked.model:
        changes["model"] = model
    if output_tokens_max is not None and output_tokens_max != asked.output_tokens_max:
        changes["max_tokens"] = output_tokens_max
    return replaced(asked.fields, changes) if changes else asked.body
