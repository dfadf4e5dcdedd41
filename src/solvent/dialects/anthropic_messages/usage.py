"""What a message says that it used, and the text that it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from solvent.model.usage import NO_USAGE, Usage

# More than any model takes: a number beyond it is no count.
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class _Creation(msgspec.Struct, gc=False):
    ephemeral_1h_input_tokens: Count | None = None
    ephemeral_5m_input_tokens: Count | None = None


class _Told(msgspec.Struct, gc=False):
    input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_creation: _Creation | None = None
    output_tokens: Count | None = None


def read_usage(told: Any, before: Usage = NO_USAGE) -> Usage | None:
    """The usage of a decoded `usage` field on top of what a stream told `before`; None where it is none, or holds a number that cannot be.

    A stream's counts are cumulative: a later one takes the place of an earlier one. A later event whose counts of the prompt are all
    zero or absent does not know them.
    """
    try:
        usage = msgspec.convert(told, _Told)
    except msgspec.ValidationError:
        return None
    if usage.output_tokens is None:
        return None
    fresh = before.input_tokens if usage.input_tokens is None else usage.input_tokens
    read = before.cache_read_tokens if usage.cache_read_input_tokens is None else usage.cache_read_input_tokens
    written, written_1h = _written(usage, before)
    if not (usage.input_tokens or usage.cache_read_input_tokens or usage.cache_creation_input_tokens or _split(usage)):
        return before._replace(output_tokens=usage.output_tokens)
    return Usage(fresh, read, written, written_1h, usage.output_tokens)


def _split(usage: _Told) -> int:
    split = usage.cache_creation or _Creation()
    return (split.ephemeral_1h_input_tokens or 0) + (split.ephemeral_5m_input_tokens or 0)


def _written(usage: _Told, before: Usage) -> tuple[int, int]:
    """Tokens written to the cache for 5 minutes and for an hour. What no split tells is for 5 minutes."""
    hour = before.cache_write_1h_tokens
    total = before.cache_write_tokens + hour
    if (split := usage.cache_creation) is not None:
        hour = split.ephemeral_1h_input_tokens or 0
        total = _split(usage)
    if usage.cache_creation_input_tokens is not None:
        total = usage.cache_creation_input_tokens
    hour = min(hour, total)
    return total - hour, hour


def text_of(block: Mapping[str, Any]) -> str:
    """The text of a block or of a delta: text, thinking, and a tool's name and arguments."""
    texts = [value for key in ("text", "thinking", "name", "partial_json") if isinstance(value := block.get(key), str)]
    if isinstance(given := block.get("input"), Mapping) and given:
        texts.append(msgspec.json.encode(given).decode())
    return "".join(texts)
