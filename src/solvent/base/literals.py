"""Which literal pieces a text must hold for an expression to match it: what lets thousands of expressions be ruled out in one pass.

The grammar is the part of RE2's that people write: literals, escapes, classes, groups, alternatives, repetitions. An expression
that uses more is not refused; it only cannot be ruled out (`needs` is None).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product

# An expression of so few whole texts is looked for by them alone; more of them would cost more than a match does.
WHOLE_MAX = 256
_NEEDED_MAX = 1024
_CLASS_MAX = 4
# Looking for so many more pieces costs less than the match that they may spare.
_ALSO_MAX, _ALSO_LOOKED_AT = 8, 24
# Signs that errors, JSON and log lines are full of: a single one of them says nothing.
_COMMON_SIGNS = frozenset(" :;,.'\"-_/[]{}()=\n")
_PIECE_MIN = 2
_EVERYWHERE = re.compile(
    "[^a-z0-9\x80-\U0010ffff]|error|code|type|message|status|request|invalid|model|token|api|key|limit|exceeded|is|the|this|your"
)
# What one of these words says beside others: as much as so many characters.
_NEXT = 3
_PLAIN = re.compile(r"[^\\^$.|?*+()\[\]{}]+(?![?*+{])")
_LITERAL_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_REPEATS: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}
_OPEN_ESCAPES = "dDsSwW"
_PLACES = "bBAz"


class _UnreadError(Exception):
    """The expression uses what this reader does not know."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """`needs`: a text without any of these, in small letters, holds no match; None where nothing is sure.

    `whole`: all texts that the expression matches, where they are few, wherever they stand; else empty. `also`: a few other pieces, of
    which a text must hold one as well; empty where none are known.
    """

    needs: frozenset[str] | None
    whole: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Language:
    """What a part of an expression can match: `all` of it where it is little, and `needs`, of which one is always in it.

    `placed`: a match also depends on what stands beside it. `also`: of these, too, one is always in it, elsewhere.
    """

    all: frozenset[str] | None
    needs: frozenset[str] | None
    placed: bool = False
    also: frozenset[str] = frozenset()


_ANYTHING = _Language(None, None)


def fold(text: str) -> str:
    """The text as pieces are compared: in small letters."""
    small = text.lower()
    return small if small.isascii() else small.replace("ſ", "s")


@cache
def pieces(source: str) -> Pieces:
    """The pieces of an expression that is matched without regard to case."""
    try:
        language = _Reader(source).whole()
    except _UnreadError:
        return Pieces(None)
    if language.all is not None and _worth(language.all):
        return Pieces(_shortest(language.all), whole=frozenset() if language.placed else language.all)
    also = _shortest(language.also) if language.also else frozenset()
    return Pieces(language.needs and _shortest(language.needs), also=also if len(also) <= _ALSO_MAX else frozenset())


def rarity(source: str) -> int:
    """How much a text must hold for the expression to match: characters, of those that not every error has; -1 where nothing is sure."""
    needs = pieces(source).needs
    return -1 if needs is None else min(map(_rare, needs))


def _worth(texts: Iterable[str]) -> bool:
    return all(len(text) >= _PIECE_MIN for text in texts)


def _shortest(texts: frozenset[str]) -> frozenset[str]:
    """Those that hold no other: where a longer one is, so is the other in it."""
    lengths = sorted(set(map(len, texts)))
    return frozenset(
        text
        for text in texts
        if not any(
            text[start : start + length] in texts
            for length in lengths[: bisect_left(lengths, len(text))]
            for start in range(len(text) - length + 1)
        )
    )


def _better(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """Those of two sets of pieces that fewer texts hold, as far as lengths tell."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other, key=_tells)


def _tells(texts: frozenset[str]) -> tuple[int, int, int]:
    """How much it says of a text that it holds one of these: for comparison."""
    return min(map(_rare, texts)), min(map(len, texts)), -len(texts)


def _rare(piece: str) -> int:
    """How many characters of the piece say more than that the text is an error, in JSON or not.

    A word that every error has is seldom found right beside another, or beside other letters.
    """
    left = _EVERYWHERE.sub(lambda found: " " if found[0].isalpha() else "", piece)
    common = left.count(" ")
    others = len(left) - common
    return others + _NEXT * max(common - (not others), 0)


def _sure(language: _Language) -> frozenset[str] | None:
    """The best pieces of which one is in whatever it matches."""
    return _better(language.needs, language.all if language.all is not None and _worth(language.all) else None)


def _either(parts: list[_Language]) -> _Language:
    placed = any(part.placed for part in parts)
    if all(part.all is not None for part in parts):
        together = frozenset(text for part in parts for text in part.all or ())
        if len(together) <= WHOLE_MAX:
            return _Language(together, None, placed)
    sure = [_sure(part) for part in parts]
    if any(part is None for part in sure):
        return _Language(None, None, placed)
    needed = frozenset(text for part in sure for text in part or ())
    return _Language(None, needed if len(needed) <= _NEEDED_MAX else None, placed)


def _in_a_row(parts: list[_Language]) -> _Language:
    run: frozenset[str] = frozenset({""})
    sure: list[frozenset[str]] = []
    whole = True
    for part in parts:
        if part.all is not None and len(run) * len(part.all) <= WHOLE_MAX:
            run = frozenset(before + after for before, after in product(run, part.all))
            continue
        sure += [run, part.needs or frozenset(), part.also]
        run, whole = part.all if part.all is not None else frozenset({""}), False
    placed = any(part.placed for part in parts)
    if whole:
        return _Language(run, None, placed)
    sure = sorted((texts for texts in (*sure, run) if texts and "" not in texts), key=_tells, reverse=True)
    needs = next(filter(_worth, sure), None)
    others = (texts for texts in sure if texts is not needs and _COMMON_SIGNS.isdisjoint(texts))
    also = next((texts for texts in others if len(texts) <= _ALSO_LOOKED_AT), frozenset())
    return _Language(None, needs, placed, also)


def _repeated(part: _Language, least: int, most: int | None) -> _Language:
    if part.all is not None and most is not None and most <= _CLASS_MAX:
        return _either([_in_a_row([part] * times) for times in range(least, most + 1)])
    return _Language(None, _sure(part) if least else None, part.placed, part.also if least else frozenset())


class _Reader:
    """Reads one expression from left to right."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0

    def whole(self) -> _Language:
        language = self._alternatives()
        if self._at < len(self._source):
            raise _UnreadError
        return language

    def _peek(self) -> str:
        return self._source[self._at : self._at + 1]

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise _UnreadError
        self._at += 1
        return char

    def _taken(self, text: str) -> bool:
        found = self._source.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _alternatives(self) -> _Language:
        parts = [self._sequence()]
        while self._taken("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else _either(parts)

    def _sequence(self) -> _Language:
        parts: list[_Language] = []
        while self._peek() not in ("", "|", ")"):
            plain = _PLAIN.match(self._source, self._at)
            if plain is None:
                parts.append(self._quantified(self._atom()))
            else:
                parts.append(_literal(plain.group()))
                self._at = plain.end()
        return _in_a_row(parts)

    def _atom(self) -> _Language:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == ".":
            return _ANYTHING
        if char in "^$":
            return _Language(frozenset({""}), None, placed=True)
        if char == "\\":
            return self._escape()
        if char in "*+?":
            raise _UnreadError
        return _literal(char)

    def _group(self) -> _Language:
        exact = self._taken("?-i:")  # what it needs in capitals, it needs in small letters too
        if not exact and not self._taken("?:") and self._peek() == "?":
            raise _UnreadError
        language = self._alternatives()
        if self._take() != ")":
            raise _UnreadError
        return _Language(language.all, language.needs, language.placed or exact, language.also)

    def _escape(self) -> _Language:
        char = self._escaped()
        if char is None:
            return _Language(frozenset({""}), None, placed=True) if self._source[self._at - 1] in _PLACES else _ANYTHING
        return _literal(char)

    def _escaped(self) -> str | None:
        """The character that an escape means; None where it means several or a place."""
        char = self._take()
        if char in _OPEN_ESCAPES or char in _PLACES:
            return None
        if char == "x" and not self._source.startswith("{", self._at):
            digits = self._take() + self._take()
            if not all(digit in "0123456789abcdefABCDEF" for digit in digits):
                raise _UnreadError
            return chr(int(digits, 16))
        if char in _LITERAL_ESCAPES:
            return _LITERAL_ESCAPES[char]
        if char.isalnum():
            raise _UnreadError
        return char

    def _class(self) -> _Language:
        negated = self._taken("^")
        chars: set[str] | None = set()
        first = True
        while first or self._peek() != "]":
            first = False
            if self._source.startswith("[:", self._at):
                raise _UnreadError
            char: str | None = self._take()
            if char == "\\":
                char = self._escaped()
            if self._peek() == "-" and self._source[self._at + 1 : self._at + 2] not in ("", "]"):
                self._take()
                if self._take() == "\\":
                    self._escaped()
                char = None
            chars = None if char is None or chars is None else chars | {fold(char)}
        self._take()
        return _ANYTHING if negated or chars is None or len(chars) > _CLASS_MAX else _Language(frozenset(chars), None)

    def _quantified(self, part: _Language) -> _Language:
        bounds = self._bounds()
        if bounds is None:
            return part
        self._taken("?")
        if self._peek() in ("*", "+", "?"):
            raise _UnreadError
        return _repeated(part, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        sign = self._peek()
        if sign in _REPEATS:
            self._at += 1
            return _REPEATS[sign]
        if sign != "{":
            return None
        end = self._source.find("}", self._at)
        least, comma, most = self._source[self._at + 1 : end].partition(",")
        if end < 0 or not least.isdigit() or (most and not most.isdigit()):
            return None
        self._at = end + 1
        return int(least), int(most) if most else None if comma else int(least)


def _literal(text: str) -> _Language:
    return _Language(frozenset({fold(text)}), None)
