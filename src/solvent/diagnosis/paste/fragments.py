"""Finds structured fragments in a text: JSON, Python reprs, JavaScript inspections, whole or cut off, at any depth.

One tolerant parser serves all of them, because what people paste is seldom valid: it reads quotes of either kind, bare words,
missing commas and ends that never come, and it reads strings that hold another fragment. Every character is looked at a bounded
number of times, so hostile nesting costs no more than its length.
"""

from __future__ import annotations

import json
import re
from typing import Any

from solvent.diagnosis.paste import normalise

_TOKEN = re.compile(
    r"""[\s]+
    |(?P<double>"(?:[^"\\]|\\.)*"?)
    |(?P<single>'(?:[^'\\]|\\.)*'?)
    |(?P<open>[{\[])
    |(?P<close>[}\]])
    |(?P<colon>[:：=])
    |(?P<comma>[,，;])
    |(?P<bare>[^\s{}\[\]:：=,，;"']+(?:'[^\s{}\[\]:,"']+)*)""",
    re.VERBOSE | re.DOTALL,
)
_STARTS = re.compile(r"[{\[]")
_OBJECT_START = re.compile(r"""[{\[]\s*(?:["'{\[}\]]|[A-Za-z_$@][\w$@-]*\s*:|$)""")
_SIMPLE_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": " "}
# What a strict reader takes for something else than this one does: code points, rare escapes.
_OWN_ESCAPES = re.compile(r"\\[ubf]")
_WORDS = {"true": True, "false": False, "null": None, "none": None, "undefined": None, "nil": None}

FRAGMENTS_MAX = 40
STACK_MAX = 200
TOKENS_MAX = 20_000
# A longer piece has more tokens than are read, or too many to know.
STRICT_MAX = 4_000


class Fragment:
    """A parsed piece: its value (dict or list), where it starts and ends in its text, and how many strings it was nested in."""

    __slots__ = ("depth", "end", "start", "value")

    def __init__(self, value: Any, start: int, end: int, depth: int) -> None:
        self.value, self.start, self.end, self.depth = value, start, end, depth


def find(text: str) -> list[Fragment]:
    """The outermost fragments of a text in order, at most `FRAGMENTS_MAX`; strings inside them are not opened here."""
    found: list[Fragment] = []
    position, budget = 0, TOKENS_MAX
    while len(found) < FRAGMENTS_MAX and budget > 0:
        start = _STARTS.search(text, position)
        if start is None:
            break
        if not _OBJECT_START.match(text, start.start()):
            position = start.end()
            continue
        value, end, used = _strict(text, start.start()) or _parse(text, start.start(), budget)
        budget -= used
        if value:
            found.append(Fragment(value, start.start(), end, 0))
            position = end
        else:
            # Nothing in it: go past what was read, never back into it.
            position = max(end, start.end())
    return found


def _word(bare: str) -> Any:
    lower = bare.lower()
    if lower in _WORDS:
        return _WORDS[lower]
    if bare.isdigit() and bare.isascii() and len(bare) <= 18:
        return int(bare)
    return bare


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError  # which of two values counts, only the tolerant parser says
    return fields


_STRICT = json.JSONDecoder(parse_float=str, parse_int=_word, parse_constant=_word, object_pairs_hook=_pairs, strict=False)


def _strict(text: str, start: int) -> tuple[Any, int, int] | None:
    """What `_parse` gives, a few times faster, where the piece is JSON without anything that the two read differently; else None."""
    try:
        value, end = _STRICT.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    if end - start > STRICT_MAX or _OWN_ESCAPES.search(text, start, end):
        return None
    return value, end, (end - start) // 4


def looks_nested(text: str) -> bool:
    """Whether a string value may hold a fragment of its own."""
    return "{" in text and (":" in text or "=" in text)


def unescape(body: str) -> str:
    """The characters that a quoted string means."""
    if "\\" not in body:
        return body
    return _SIMPLE_ESCAPE.sub(_escape, body)


def _escape(found: re.Match[str]) -> str:
    mark = found.group(1)
    if len(mark) == 5:
        return normalise.character(int(mark[1:], 16))
    return _ESCAPES.get(mark, mark)


class _Frame:
    __slots__ = ("items", "key", "pairs", "pending", "pending_set")

    def __init__(self, *, is_list: bool) -> None:
        self.pairs: dict[str, Any] | None = None if is_list else {}
        self.items: list[Any] | None = [] if is_list else None
        self.key: str | None = None
        self.pending: Any = None
        self.pending_set = False

    def value(self, value: Any) -> None:
        if self.items is not None:
            self.items.append(value)
        elif self.key is not None and self.pairs is not None:
            kept = self.pairs.get(self.key)
            # A second value after one key is a class name before its object, or the rest of an unquoted sentence.
            if kept is None or isinstance(value, dict | list):
                self.pairs[self.key] = value
            elif isinstance(kept, str) and isinstance(value, str | int) and len(kept) < 4_000:
                self.pairs[self.key] = f"{kept} {value}"
        else:
            self.pending, self.pending_set = value, True

    def colon(self) -> None:
        if self.pairs is None:
            return
        if self.pending_set:
            self.key = str(self.pending)
            self.pairs.setdefault(self.key, None)
            self.pending_set = False

    def comma(self) -> None:
        self.key = None
        self.pending_set = False

    def result(self) -> Any:
        return self.items if self.items is not None else self.pairs


def _parse(text: str, start: int, budget: int) -> tuple[Any, int, int]:
    """Reads from an opening bracket to its end or the end of the text: value, end position, tokens used."""
    stack: list[_Frame] = []
    root: _Frame | None = None
    used, position = 0, start
    while used < budget and position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            position += 1
            continue
        position = token.end()
        kind = token.lastgroup
        if kind is None:
            continue
        used += 1
        if kind == "open":
            if len(stack) < STACK_MAX:
                frame = _Frame(is_list=token.group() == "[")
                if stack:
                    stack[-1].value(frame.result())
                stack.append(frame)
                root = root or frame
        elif kind == "close":
            stack.pop()
        else:
            _take(stack[-1], kind, token.group())
        if not stack:
            break
    return (None if root is None else root.result()), position, used


def _take(frame: _Frame, kind: str, token: str) -> None:
    if kind == "colon":
        frame.colon()
    elif kind == "comma":
        frame.comma()
    elif kind == "bare":
        frame.value(_word(token))
    else:
        frame.value(_string(token))


def _string(token: str) -> str:
    quote = token[0]
    body = token[1:-1] if len(token) > 1 and token[-1] == quote else token[1:]
    return unescape(body)
