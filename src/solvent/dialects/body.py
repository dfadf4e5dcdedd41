"""The JSON of a request's body, read as little as is safe: its fields stay the bytes that came, only those asked for are decoded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Raw

from solvent.model.request import BadRequestError

Fields = dict[str, Raw]
MORE_PROMPT = frozenset({"tools", "system", "input", "prompt"})
"""What a prompt can hold beside its messages."""
Item = TypeVar("Item")

NAME_CHARS_MAX = 256
COUNT_MAX = 2**31 - 1

# No prompt holds so many; a body of them would hold a worker for seconds.
OPENINGS_MAX = 1_000_000
_OPENINGS_SEEN_FROM = 2 * OPENINGS_MAX  # bytes: a smaller body is not looked through

_FIELDS = msgspec.json.Decoder(Fields)
_TEXT = msgspec.json.Decoder(str)
_FLAG = msgspec.json.Decoder(bool)
_COUNT = msgspec.json.Decoder(int)
_ANY = msgspec.json.Decoder()
_OBJECTS = msgspec.json.Decoder(list[Fields])
# The texts of an answer; the names and the sealed parts around them are none, nor are the tokens of `logprobs`.
_SPOKEN = re.compile(rb'"(?:content|reasoning_content|reasoning|refusal|arguments|text|thinking)"\s*:\s*"((?:[^"\\]|\\.)*+)', re.DOTALL)
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Tool(Protocol):
    @property
    def type(self) -> str | None: ...


ToolT = TypeVar("ToolT", bound=_Tool)


def read_fields(body: bytes, read: frozenset[str] = frozenset()) -> Fields:
    """The fields of a body that is one JSON object without a field given twice. Raises `BadRequestError`.

    `read`: the names that a dialect reads; a field that is one of them but for its case is refused.
    """
    if len(body) > _OPENINGS_SEEN_FROM and body.count(b"{") + body.count(b"[") > OPENINGS_MAX:
        raise BadRequestError("", f"The body holds more than {OPENINGS_MAX:,} braces and brackets; send fewer parts.")
    try:
        fields = _FIELDS.decode(body)
        if not body.isascii():
            body.decode()  # what stays raw was not looked at
    except msgspec.ValidationError:
        raise BadRequestError("", "The body must be a JSON object.") from None
    except msgspec.DecodeError as error:
        raise BadRequestError("", f"The body is no valid JSON: {error}." if body.strip() else "The body is empty.") from None
    except UnicodeDecodeError:
        raise BadRequestError("", "The body is no valid UTF-8.") from None
    except RecursionError:
        raise BadRequestError("", "The body is nested too deeply.") from None
    # A body without spaces and repetitions is exactly as long as its parts; most are.
    if len(body) != sum(map(len, fields)) + sum(map(len, fields.values())) + 4 * len(fields) + 1:
        _refuse_repeated(body, fields)
    names = "".join(fields)
    if not (names.islower() and names.isascii()):
        _refuse_disguised(fields, read)
    return fields


def _refuse_disguised(fields: Fields, read: frozenset[str]) -> None:
    # Go's reader of JSON, with which many relays are built, takes `Model` or `\u017ftream` for the name in small letters, too.
    for name in fields:
        plain = name.casefold()
        if plain != name and plain in read:
            why = f"`{shown(name)}` is not `{plain}` here, but may be at a provider"
            raise BadRequestError(shown(name), f"{why}; write it in small letters, or leave it out.")


def _refuse_repeated(body: bytes, fields: Fields) -> None:
    # Readers differ in which of two they take: what is priced here might not be what an upstream runs.
    try:
        if len(msgspec.json.format(body, indent=-1)) == len(msgspec.json.format(msgspec.json.encode(fields), indent=-1)):
            return
        names = json.loads(body, object_pairs_hook=lambda pairs: [name for name, _ in pairs])
    except (RecursionError, ValueError):
        raise BadRequestError("", "The body is nested too deeply, or holds a number that is too long.") from None
    for name in fields:
        if names.count(name) > 1:
            raise BadRequestError(shown(name), f"`{shown(name)}` is given more than once; leave one.")


def shown(name: str) -> str:
    """A caller's own word, short and printable."""
    return "".join(char if char.isprintable() and char != "`" else "?" for char in name[:64])


def required_text(fields: Fields, name: str) -> str:
    """A text that must be there and name something. Raises `BadRequestError`."""
    raw = fields.get(name)
    if raw is None:
        raise BadRequestError(name, f"`{name}` is missing.")
    try:
        value = _TEXT.decode(raw)
    except UNREADABLE:
        raise BadRequestError(name, f"`{name}` must be a text.") from None
    if not value or len(value) > NAME_CHARS_MAX or not value.isprintable():
        raise BadRequestError(name, f"`{name}` must be a text of 1 to {NAME_CHARS_MAX} printable characters.")
    return value


def flag(fields: Fields, name: str) -> bool:
    """Whether something is switched on; absent or null is off. Raises `BadRequestError`."""
    raw = fields.get(name)
    if raw is None:
        return False
    try:
        return _FLAG.decode(raw)
    except UNREADABLE:
        if is_null(raw):
            return False
        raise BadRequestError(name, f"`{name}` must be true or false.") from None


def count(fields: Fields, name: str, least: int, most: int = COUNT_MAX) -> int | None:
    """A whole number of at least `least`; None where it is absent or null. Raises `BadRequestError`."""
    raw = fields.get(name)
    if raw is None:
        return None
    try:
        value = _COUNT.decode(raw)
    except UNREADABLE:
        if is_null(raw):
            return None
        value = -1
    if not least <= value <= most:
        raise BadRequestError(name, f"`{name}` must be a whole number from {least} to {most}.")
    return value


def messages_in(fields: Fields, decoder: msgspec.json.Decoder[list[Item]]) -> list[Item] | None:
    """The messages, in what a dialect reads of each. Raises `BadRequestError` where there are none.

    None where they are in no shape that the API knows: whoever serves them all the same may see more in them.
    """
    raw = fields.get("messages")
    if raw is None:
        raise BadRequestError("messages", "`messages` is missing.")
    try:
        messages = decoder.decode(raw)
    except UNREADABLE:
        _refuse_no_objects(raw)
        return None
    if not messages:
        raise BadRequestError("messages", "`messages` is empty; it must hold at least one message.")
    return messages


def _refuse_no_objects(raw: Raw) -> None:
    try:
        _OBJECTS.decode(raw)
    except UNREADABLE:
        raise BadRequestError("messages", "`messages` must be a list of objects.") from None


def costly_option(fields: Fields, harmless: Mapping[str, tuple[Any, ...]]) -> str:
    """The first of some fields whose value is none of the harmless ones, or nothing."""
    for name, values in harmless.items():
        if name in fields and _value(fields[name]) not in values:
            return name
    return ""


def costly_tool(fields: Fields, decoder: msgspec.json.Decoder[list[ToolT]], runs_at_caller: Callable[[str | None], bool]) -> str:
    """Where the first tool stands whose type does not say that the caller runs it, or nothing."""
    if "tools" not in fields or is_null(fields["tools"]):
        return ""
    try:
        tools = decoder.decode(fields["tools"])
    except UNREADABLE:
        return "tools"
    for at, tool in enumerate(tools):
        if not runs_at_caller(tool.type):
            return f"tools[{at}]"
    return ""


def _value(raw: Raw) -> Any:
    try:
        return _ANY.decode(raw)
    except UNREADABLE:
        return raw


def is_null(raw: Raw) -> bool:
    """Whether a field holds null."""
    return bytes(raw).strip() == b"null"


def replaced(fields: Fields, changes: dict[str, object]) -> bytes:
    """The body with other values for some fields; all others keep their bytes and their order."""
    return msgspec.json.encode({**fields, **changes})


def encoded(value: object) -> bytes:
    """JSON in UTF-8."""
    return msgspec.json.encode(value)


def sound(text: str) -> str:
    """A text that can be written as UTF-8: half a surrogate pair becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def spoken(part: bytes) -> bytes:
    """The texts in a JSON answer that broke off, in UTF-8 and good enough to be counted."""
    return b"".join(map(_unescaped, _SPOKEN.findall(part)))


def _unescaped(text: bytes) -> bytes:
    try:
        return _TEXT.decode(b'"%b"' % text).encode("utf-8", "replace")
    except UNREADABLE:
        return text
