"""An upstream's answer as it is judged: a text of bounded length, and what stands where a provider puts its own words and codes.

The length bounds what one judgement costs, whatever an upstream sends. Of a long JSON the shape is kept and long parts are cut, of
another text both ends, where errors stand. Sentences and codes count as the provider's own only outside whatever may be
a piece of the request: a value, a list of fields, a text in a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from solvent.model.failure import BODY_BYTES_MAX

TEXT_MAX = 1_600
PLAIN_MAX = 1_000
STRUCK = "…"

_STRING_MAX, _STRING_HEAD = 500, 350
_FIELDS_MAX, _ITEMS_MAX, _DEPTH_MAX = 12, 4, 8
_LEVELS_MAX = 4
_DECODER = json.JSONDecoder()
# What may stand before the JSON of an answer: the lines of a stream. Whatever else does, the JSON may be a piece of the request.
_HEAD = re.compile(r"\s{0,40}(?:(?:event|id|retry|data):[^\n{]{0,80}\n?\s{0,4}){0,4}")
# Where a provider's own error stands, and the fields in which it names it by a code.
_OWN = frozenset({"error", "errors", "detail", "details", "response", "metadata", "fault", "status_details", "incomplete_details"})
_OWN_ALSO = frozenset({"base_resp", "header", "error_data", "innererror"})
_CODES = frozenset(
    {"type", "code", "status", "reason", "error_code", "errcode", "err_code", "error_type", "__type", "error", "status_code"}
)
_CODE = re.compile(r"<nil>|[A-Za-z0-9_.:@/-]{1,80}")
_MESSAGES = frozenset({"message", "msg", "error", "detail", "error_msg", "errmsg", "error_message", "errormessage", "status_msg"})
# Names of fields that are the provider's, whoever else uses them too; any other may be one that the client made up.
_STRUCTURE = _OWN | _OWN_ALSO | _CODES | _MESSAGES | {"param", "request_id", "requestid", "title", "data", "loc", "input", "raw"}


class Answer(NamedTuple):
    """What an upstream answered.

    `text` is what the engine reads; `value` the JSON in it behind `head`, None where it is none. `messages` are whole sentences
    and `codes` the codes (numbers as text) that stand where a provider puts its own, outermost first.
    """

    text: str
    value: Any = None
    head: str = ""
    messages: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def without(self, strike: Callable[[str], str]) -> Answer:
        """The answer with each of its texts put through `strike`, the provider's own codes left alone; itself where nothing changed."""
        if self.value is None:
            text = strike(self.text)
            return self if text == self.text else self._replace(text=text)
        value = _walk(self.value, strike, "", own=True)
        return self if value == self.value else self._replace(text=_joined(self.head, value), value=value)

    @property
    def bare(self) -> Answer:
        """The answer without any words: its shape and the provider's own codes."""
        if self.value is None:
            return self._replace(text="")
        value = _walk(self.value, lambda _: STRUCK, "", own=True)
        return self._replace(text=_joined(self.head, value), value=value)


def read(body: bytes) -> Answer:
    """Takes an answer's body (of which `BODY_BYTES_MAX` bytes are looked at) apart. Never raises on any bytes."""
    text = body[:BODY_BYTES_MAX].decode("utf-8", "replace")
    head = _HEAD.match(text)
    start = 0 if head is None else head.end()
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return Answer(_both_ends(text))
    if not isinstance(value, dict | list) or text[end:].strip():
        return Answer(_both_ends(text))
    messages, codes = _own(value)
    if len(text) > TEXT_MAX:
        value = _pruned(value, 0)
        text = _joined(text[:start], value)
    return Answer(text, value, text[:start], messages, codes)


def _joined(head: str, value: Any) -> str:
    return _whole(f"{head}{json.dumps(value, ensure_ascii=False)}"[:TEXT_MAX])


def _whole(text: str) -> str:
    """The text without halves of pairs, which JSON can hold and no expression can read."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _both_ends(text: str) -> str:
    return text if len(text) <= PLAIN_MAX else f"{text[: PLAIN_MAX * 3 // 4]}\n{STRUCK}\n{text[-PLAIN_MAX // 4 :]}"


def _pruned(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= _STRING_MAX else f"{value[:_STRING_HEAD]}{STRUCK}{value[_STRING_HEAD - _STRING_MAX :]}"
    if not isinstance(value, dict | list):
        return value
    if depth > _DEPTH_MAX:
        return STRUCK
    if isinstance(value, list):
        return [_pruned(item, depth + 1) for item in value[:_ITEMS_MAX]]
    return {name[:_STRING_MAX]: _pruned(item, depth + 1) for name, item in list(value.items())[:_FIELDS_MAX]}


def _own(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sentences and the codes of the provider's own error."""
    messages: list[str] = []
    codes: list[str] = []
    for _ in range(_LEVELS_MAX):
        value = value[0] if isinstance(value, list) and value else value
        if not isinstance(value, dict):
            break
        fields = {name.lower(): item for name, item in value.items()}
        for name, item in fields.items():
            code = _code(name, item)
            if code:
                codes.append(code)
            elif isinstance(item, str) and name in _MESSAGES:
                messages.append(_whole(item))
        inner = ("error", "response", "detail", "errors", "base_resp", "header")
        value = next((fields[name] for name in inner if isinstance(fields.get(name), dict | list)), None)
    return tuple(messages), tuple(dict.fromkeys(codes))


def _code(name: str, item: Any) -> str:
    """The code that a field holds, empty where it holds none."""
    if name not in _CODES or isinstance(item, bool) or not isinstance(item, str | int):
        return ""
    return str(item) if isinstance(item, int) or _CODE.fullmatch(item) else ""


def _walk(value: Any, strike: Callable[[str], str], name: str, *, own: bool, depth: int = 0) -> Any:
    if depth > _DEPTH_MAX:
        return STRUCK
    if isinstance(value, dict):
        return {
            _name(key, strike): _walk(item, strike, key.lower(), own=own and _stays(key.lower(), item), depth=depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_walk(item, strike, name, own=own and (depth == 0 or name in _OWN), depth=depth + 1) for item in value]
    if own and _code(name, value):
        return value
    if isinstance(value, str):
        return strike(value)
    if value is None or isinstance(value, bool):
        return value
    told = str(value)
    return value if own or strike(told) == told else STRUCK


def _stays(name: str, item: Any) -> bool:
    """Whether what a field of the provider's own holds is its own too."""
    return name in _OWN or name in _OWN_ALSO or not isinstance(item, dict | list)


def _name(name: str, strike: Callable[[str], str]) -> str:
    return name if name.lower() in _STRUCTURE else strike(name)
