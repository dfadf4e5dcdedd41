"""Requests for chat completions: the facts that the gateway needs, and the body for an upstream."""

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
    encoded,
    flag,
    is_null,
    messages_in,
    read_fields,
    replaced,
    required_text,
)
from solvent.model.request import Asked, BadRequestError

ANSWERS_MAX = 128  # the API reference of `n` (platform.openai.com/docs/api-reference/chat/create; prior knowledge, unverified)
LIMITS = ("max_completion_tokens", "max_tokens")


class _Address(msgspec.Struct, gc=False):
    url: str = ""


class _File(msgspec.Struct, gc=False):
    file_id: str | None = None


class _Part(msgspec.Struct, gc=False):
    """A part of a message's content, in what tells of its cost."""

    type: str = ""
    image_url: _Address | str | None = None
    file: _File | None = None


class _Message(msgspec.Struct, gc=False):
    content: str | list[_Part] | None = None


class _Tool(msgspec.Struct, gc=False):
    type: str = "function"


_MESSAGES = msgspec.json.Decoder(list[_Message])
_TOOLS = msgspec.json.Decoder(list[_Tool])
_OPTIONS = msgspec.json.Decoder(Fields)

# Fields that make a request cost more than its tokens at the model's rates, and the values that do not. The first three are
# OpenAI's. Those of compatible providers: `plugins` (www.openrouter.ai/docs/api_reference/responses/web-search, read 2026-11),
# `models` (OpenRouter's other models to fall back on), `search_parameters` (xAI's live search), and `best_of` and `use_beam_search`
# (vLLM's: answers that are made and not given), all known second-hand only.
_HARMLESS: dict[str, tuple[Any, ...]] = {
    "web_search_options": (None,),
    "modalities": (None, [], ["text"]),
    "service_tier": (None, "auto", "default", "flex", "scale"),
    "plugins": (None, []),
    "models": (None, []),
    "search_parameters": (None, {"mode": "off"}),
    "best_of": (None, 1),
    "use_beam_search": (None, False),
}
_LOOKED_AT = frozenset({*_HARMLESS, "tools"})
_READ = _LOOKED_AT | {"model", "messages", "stream", "stream_options", "n", *LIMITS}
_TEXTS = ("text", "refusal", "thinking")
_CALLER_RUNS = ("function", "custom")


def read(body: bytes) -> Asked:
    """The facts of a request. Raises `BadRequestError`."""
    fields = read_fields(body, _READ)
    model = required_text(fields, "model")
    stream = "stream" in fields and flag(fields, "stream")
    limit = count(fields, "max_tokens", 1) if "max_tokens" in fields else None
    if "max_completion_tokens" in fields:
        limit = max(limit or 0, count(fields, "max_completion_tokens", 1) or 0) or None
    answers = (count(fields, "n", 1, ANSWERS_MAX) or 1) if "n" in fields else 1
    wants_usage = stream and "stream_options" in fields and _wants_usage(fields["stream_options"])
    unbounded, words_only = _messages(fields)
    if not _LOOKED_AT.isdisjoint(fields):
        unbounded = costly_option(fields, _HARMLESS) or costly_tool(fields, _TOOLS, _CALLER_RUNS.__contains__) or unbounded
    words_only = words_only and MORE_PROMPT.isdisjoint(fields)
    return Asked(model, stream, limit, answers, wants_usage, unbounded, fields, body, words_only)


def _messages(fields: Fields) -> tuple[str, bool]:
    """Where a part of a message stands whose tokens the bytes of the request do not bound, or nothing; whether all of them are texts.

    Raises `BadRequestError`.
    """
    messages = messages_in(fields, _MESSAGES)
    if messages is None:
        return "messages", False
    words_only = True
    for at, message in enumerate(messages):
        if type(message.content) is list:
            words_only = False
            for place, part in enumerate(message.content):
                if found := _remote(part):
                    return f"messages[{at}].content[{place}].{found}", False
    return "", words_only


def _remote(part: _Part) -> str:
    if part.type == "image_url":
        url = part.image_url.url if isinstance(part.image_url, _Address) else part.image_url
        return "" if url is None or url[:5].lower() == "data:" else "image_url.url"
    if part.type == "file":
        return "file.file_id" if part.file is not None and part.file.file_id is not None else ""
    # Sound has a price of its own, which no count of tokens tells; of any other part nobody here knows what it costs.
    return "" if part.type in _TEXTS else part.type if part.type == "input_audio" else "type"


def _options(raw: Raw) -> Fields:
    try:
        return {} if is_null(raw) else _OPTIONS.decode(raw)
    except UNREADABLE:
        raise BadRequestError("stream_options", "`stream_options` must be an object.") from None


def _wants_usage(raw: Raw) -> bool:
    try:
        return flag(_options(raw), "include_usage")
    except BadRequestError as error:
        raise BadRequestError("stream_options", error.message.replace("`include_usage`", "`stream_options.include_usage`")) from None


def rewrite(asked: Asked, model: str, *, inject_usage: bool, output_tokens_max: int | None) -> bytes:
    """The body for an upstream.

    A limit goes into the fields that the caller used, else into `max_completion_tokens`: the newest models of OpenAI refuse the
    older name, while some compatible providers know only that.
    """
    changes: dict[str, object] = {}
    if model != asked.model:
        changes["model"] = model
    if inject_usage and asked.stream and not asked.wants_usage:
        options = _options(asked.fields["stream_options"]) if "stream_options" in asked.fields else {}
        changes["stream_options"] = Raw(encoded({**options, "include_usage": True}))
    if output_tokens_max is not None and output_tokens_max != asked.output_tokens_max:
        used = [name for name in LIMITS if name in asked.fields and not is_null(asked.fields[name])]
        changes.update(dict.fromkeys(used or LIMITS[:1], output_tokens_max))
    return replaced(asked.fields, changes) if changes else asked.body
