"""Words that the client sent itself and the provider sends back are no evidence.

A provider quotes a request in its own errors: a tool's name, a value that does not fit a schema, a piece of the prompt. So the words
that made a rule match are looked for in the request, both in a form without case, quotes, escapes, spaces and signs, in which no
disguise is left: in the request as it was sent, and in its values put together, however it was split. Work is bounded: a request
that is larger than is compared, or that costs more to compare, counts as holding everything.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

from solvent.base.composed import composed
from solvent.diagnosis.attempt.answer import STRUCK
from solvent.diagnosis.paste import normalise

REQUEST_BYTES_MAX = 256 * 1024

_WHOLE_MIN = 3
# Longer pieces that both hold are no chance; they are found by probes of so many letters, and so many characters around.
_RUN_MIN, _SIGNS_MIN, _OUTSIDE_MIN = 11, 9, 8
_PROBE, _AROUND = 6, 80
# Bytes of the request that are searched for one judgement, all searches together, and signs of each kind that are resolved.
_SEARCHED_MAX = 8 * 1024 * 1024
_RESOLVED_MAX = 4_000

_BETWEEN = frozenset({"type", "role"})
_BREAKS = re.compile(r"[\W_]+")
_PERCENT = re.compile(r"%([2-7][0-9a-fA-F])")
_LINE_ESCAPES = (b"\\n", b"\\r", b"\\t")
_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_SIGN = re.compile(r"[\x00-/:-@\[-`{-\x7f\s]|" + normalise.CONTROL.pattern)
# Anything but signs that are what they are: what is left may be a space, or no sign at all, or be written in two ways.
_ODD = re.compile(
    "[^\x00-\x7f\u00a1-\u00ac\u00ae-\u00ff\u2010-\u2027\u2190-\u2bff\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff"
    "\uff01-\uff9d\U0001f300-\U0001faff]"
)


class Sent:
    """What a client sent, in the form that is compared. It is built when it is first asked for, and serves one judgement."""

    __slots__ = ("_body", "_left", "_raw", "_values")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._raw: bytes | None = None
        self._values: bytes | None = None
        self._left = _SEARCHED_MAX if len(body) <= REQUEST_BYTES_MAX else -1

    @property
    def beyond(self) -> bool:
        """Whether the request is larger than is compared, or was too costly to compare: then nothing is known of it."""
        return self._left < 0

    def holds(self, words: str) -> bool:
        """Whether the request holds the words, whatever their disguise; False for fewer than 3 letters and digits."""
        bare = bare_of(words)
        return len(bare) >= _WHOLE_MIN and bool(self._body) and self._finds(bare)

    def shares(self, words: str, text: str) -> tuple[bytes, ...]:
        """What a text has of the request where these words stand in it, as `bare_of` makes it.

        That is the words themselves, most of them in one piece, or a longer piece of which they are the beginning or the end: then
        only both together say what they say. Pieces in their middle are names that anybody would put there.
        """
        bare = bare_of(words)
        if len(bare) < _WHOLE_MIN or not self._body:
            return ()
        at, whole_words = text.find(words), self._finds(bare)
        if whole_words and (at < 0 or len(bare) < _PROBE or self.beyond):
            return (bare,)
        before = bare_of(text[max(at - _AROUND, 0) : at]) if at >= 0 else b""
        after = bare_of(text[at + len(words) : at + len(words) + _AROUND]) if at >= 0 else b""
        whole, start, end = before + bare + after, len(before), len(before) + len(bare)
        if whole_words:
            # With them goes what stands around them in the request: the rest of an echo says nothing either.
            left, right = self._grown(whole, start)
            return tuple(dict.fromkeys((bare, whole[left:right])))
        found = []
        # The last two stand across an end of the words: few letters of them may be the rest of a longer piece.
        probes = (start, end - _PROBE, (start + end - _PROBE) // 2, start - _PROBE // 2, end - _PROBE // 2)
        for probe in dict.fromkeys(probes):
            if 0 <= probe <= len(whole) - _PROBE and self._finds(whole[probe : probe + _PROBE]):
                left, right = self._grown(whole, probe)
                inside = whole[max(left, start) : min(right, end)]
                at_an_end = (left <= start or right >= end) and _is_long(inside, right - left, words, bare)
                if at_an_end or 5 * len(inside) >= 4 * len(bare):
                    found.append(whole[left:right])
        return tuple(dict.fromkeys(found))

    def _grown(self, whole: bytes, probe: int) -> tuple[int, int]:
        """The piece around a probe that the request holds, grown first to the right and then to the left."""
        right = probe + _PROBE + _farthest(len(whole) - probe - _PROBE, lambda more: self._finds(whole[probe : probe + _PROBE + more]))
        return probe - _farthest(probe, lambda more: self._finds(whole[probe - more : right])), right

    def _finds(self, bare: bytes) -> bool:
        """Whether the request holds this; a request of which nothing is known holds everything."""
        if self.beyond:
            return True
        if self._raw is None:
            self._raw = self._body.lower().translate(None, _ASCII_SIGNS)
        self._left -= len(self._raw)
        if bare in self._raw:
            return True
        if self._values is None:
            self._values = self._put_together()
        self._left -= len(self._values)
        return self.beyond or bare in self._values

    def _put_together(self) -> bytes:
        try:
            text = "".join(_texts(json.loads(self._body)))
        except (ValueError, RecursionError):
            # No JSON that can be read: its own bytes must do.
            text = self._body.decode("utf-8", "replace")
        if max(text.count("&"), text.count("%"), text.count("\\u"), text.count("\x1b")) > _RESOLVED_MAX:
            self._left = -1
            return b""
        return bare_of(text)


def _is_long(inside: bytes, length: int, words: str, bare: bytes) -> bool:
    """Whether a piece at an end of the words is too long to be shared by chance: it goes on outside, or is half of them and no one word."""
    if length < (_RUN_MIN if inside.isascii() else _SIGNS_MIN):
        return False
    one_word = any(inside in bare_of(word) for word in _BREAKS.split(words) if word.isascii())
    return length - len(inside) >= _OUTSIDE_MIN or (2 * len(inside) >= len(bare) and not one_word)


def bare_of(text: str) -> bytes:
    """Letters and digits alone, in lower case; escapes of any kind are resolved as the reader of texts resolves them."""
    plain = _resolved(text)
    if not plain.isascii() and _ODD.search(plain):
        plain = composed(normalise.CONTROL.sub("", "".join(plain.split())))
    made = plain.encode("utf-8", "replace")
    if b"\\" in made:
        for escape in _LINE_ESCAPES:
            made = made.replace(escape, b"")
    return made.lower().translate(None, _ASCII_SIGNS)


def striker(wanted: tuple[bytes, ...]) -> Callable[[str], str]:
    """A function that replaces every place of these pieces (as `bare_of` makes them) in a text by `…`, whatever their disguise."""

    def strike(text: str) -> str:
        if not any(bare in bare_of(text) for bare in wanted):
            return text
        plain = _resolved(text)
        for escape in _LINE_ESCAPES:
            plain = plain.replace(escape.decode(), " ")
        bare, places = _placed(plain)
        spans = []
        for one in wanted:
            at = bare.find(one)
            while at >= 0:
                spans.append((places[at], places[at + len(one) - 1] + 1))
                at = bare.find(one, at + len(one))
        # Where letters only come together once blanks and marks are gone, no place can be told: then nothing of it is left.
        return _without(plain, spans) if spans else STRUCK

    return strike


def _texts(value: Any) -> list[str]:
    """Every text in a value, in its order; names of fields and what stands between pieces of one message left out."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            waiting.extend(inner for name, inner in reversed(item.items()) if name not in _BETWEEN)
        elif isinstance(item, list):
            waiting.extend(reversed(item))
    return found


def _farthest(most: int, holds: Callable[[int], bool]) -> int:
    """The largest length up to `most` that holds, where every shorter one does too."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _without(plain: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start >= position:
            pieces += [plain[position:start], STRUCK]
        position = max(position, end)
    return "".join((*pieces, plain[position:]))


def _resolved(text: str) -> str:
    """The text with the escapes of terminals, HTML, JSON and addresses resolved."""
    text = normalise.unsteered(text)
    if "&" in text:
        text = html.unescape(text)
    if "\\u" in text:
        text = normalise.unescaped(text)
    if "%" in text:
        text = _PERCENT.sub(lambda found: chr(int(found.group(1), 16)), text)
    return text


def _placed(plain: str) -> tuple[bytes, list[int]]:
    """As `bare_of` makes of a text that is resolved, with the character of the text that each byte comes from."""
    made = bytearray()
    places: list[int] = []
    for at, char in enumerate(plain):
        if not _SIGN.match(char):
            part = char.encode("utf-8", "replace").lower()
            made += part
            places += [at] * len(part)
    return bytes(made), places
