"""Regular expressions with a linear-time guarantee.

Every expression that meets a stranger's text comes from here, because a paste is hostile until proven otherwise: RE2 has no
backtracking, so no text can make a match take longer than its length. `PatternSet` finds which of several thousand expressions
occur: one pass over the text finds the literal pieces that they need (`literals`), and only expressions of which a piece is there are
run, where the piece alone does not tell. That is what makes a verdict cheap, whatever the text, and it stays cheap where an automaton
of all expressions grows without bound.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import Any

import re2
from ahocorasick_rs import AhoCorasick

from solvent.base import literals

# Finding so many texts costs less than asking RE2 for a place.
_TEXTS_MAX = 16


class PatternError(ValueError):
    """An expression that RE2 does not read; the message names the expression and what is wrong with it."""


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options


class Pattern:
    """One case-insensitive RE2 expression."""

    __slots__ = ("_check", "_compiled", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._compiled = _compiled(source, source)
        self._check = _check(source)

    def occurs(self, text: str) -> bool:
        """Whether the text holds a match: cheaper than asking where."""
        return self._check.Match(text.encode("utf-8", "replace")) is not None

    def span(self, text: str) -> tuple[int, int] | None:
        """Start and end of the first match in characters, or None."""
        found = self._compiled.search(text)
        return None if found is None else (found.start(), found.end())

    def spans(self, text: str, most: int) -> list[tuple[int, int]]:
        """Start and end in characters of the first matches that do not overlap, so many at most."""
        # Bytes of plain letters stand where their characters do, and asking for them spares the counting.
        searched = text.encode() if text.isascii() else text
        return [found.span() for found in islice(self._compiled.finditer(searched), most)]


class Occurrences:
    """Which expressions of a set occur in one text; those that take a match to tell are matched once they are asked for."""

    __slots__ = ("_bytes", "_folded", "_found", "_open", "_set", "_text")

    def __init__(self, patterns: PatternSet, text: str, folded: str, found: set[int], undecided: set[int]) -> None:
        self._set = patterns
        self._text = text
        self._folded = folded
        self._bytes = text.encode("utf-8", "replace")
        self._found = found
        self._open = undecided

    def among(self, numbers: frozenset[int]) -> set[int]:
        """Those of these expressions that occur."""
        self._settle(numbers)
        return self._found & numbers

    def any(self, numbers: frozenset[int]) -> bool:
        """Whether one of these expressions occurs."""
        self._settle(numbers)
        return not self._found.isdisjoint(numbers)

    def all(self, numbers: frozenset[int]) -> bool:
        """Whether each of these expressions occurs."""
        self._settle(numbers)
        return self._found >= numbers

    def _settle(self, numbers: frozenset[int]) -> None:
        if self._open.isdisjoint(numbers):
            return
        asked = numbers & self._open
        self._open -= asked
        checks, also, text, held = self._set.checks, self._set.also, self._bytes, self._folded.__contains__
        for number in asked:
            others = also[number]
            if (not others or any(map(held, others))) and checks[number].Match(text) is not None:
                self._found.add(number)

    def span(self, number: int) -> tuple[int, int] | None:
        """Start and end, in characters, of the first match of an expression, the longest of those that begin there; or None."""
        texts = self._set.texts.get(number)
        if texts is not None and len(self._folded) == len(self._text):
            place, length = min(((place, -len(text)) for text in texts if (place := self._folded.find(text)) >= 0), default=(-1, 0))
            return None if place < 0 else (place, place - length)
        match = self._set.compiled(number).search(self._bytes)
        if match is None:
            return None
        start, end = match.span()
        if len(self._bytes) == len(self._text):
            return start, end
        begun = len(self._bytes[:start].decode())
        return begun, begun + len(self._bytes[start:end].decode())


class PatternSet:
    """Several thousand case-insensitive RE2 expressions matched together.

    `checks` tell whether one occurs that no piece decides: a set of one expression, since asking whether is cheaper than asking where.
    `also` are pieces of which a text must hold one before it is asked. `texts` are all that an expression matches, where they are few.
    Where another stands is asked of few: these are compiled then.
    """

    __slots__ = ("_all", "_always", "_compiled", "_decided", "_pieces", "_sources", "_undecided", "also", "checks", "texts")

    def __init__(self, sources: list[str]) -> None:
        self._sources = sources
        self._compiled: dict[int, Any] = {}
        self.checks: dict[int, Any] = {}
        self.also: list[tuple[str, ...]] = []
        self.texts: dict[int, frozenset[str]] = {}
        self._all = frozenset(range(len(sources)))
        always: list[int] = []
        decided: dict[str, list[int]] = defaultdict(list)
        undecided: dict[str, list[int]] = defaultdict(list)
        for number, source in enumerate(sources):
            found = literals.pieces(source)
            if not found.whole:
                self.checks[number] = _check(source)
            elif len(found.whole) <= _TEXTS_MAX:
                self.texts[number] = found.whole
            self.also.append(tuple(sorted(found.also)))
            if found.needs is None:
                always.append(number)
            for piece in found.needs or ():
                (decided if found.whole else undecided)[piece].append(number)
        self._always = frozenset(always)
        every = sorted(decided.keys() | undecided.keys())
        self._pieces = AhoCorasick(every, store_patterns=False)
        # For each piece: the expressions that it decides, and those that it makes worth a match.
        self._decided = [frozenset(decided.get(piece, ())) for piece in every]
        self._undecided = [frozenset(undecided.get(piece, ())) for piece in every]

    def look(self, text: str) -> Occurrences:
        """What occurs in `text`."""
        folded = literals.fold(text)
        pieces = {hit[0] for hit in self._pieces.find_matches_as_indexes(folded, overlapping=True)}
        found = set().union(*map(self._decided.__getitem__, pieces))
        undecided = set().union(self._always, *map(self._undecided.__getitem__, pieces))
        return Occurrences(self, text, folded, found, undecided)

    def compiled(self, number: int) -> Any:
        """The expression at this position of the list given at construction."""
        if number not in self._compiled:
            self._compiled[number] = _compiled(self._sources[number], self._sources[number].encode())
        return self._compiled[number]

    def found_in(self, text: str) -> set[int]:
        """The positions, in the list given at construction, of the expressions that occur in `text`."""
        return self.look(text).among(self._all)


def _compiled(source: str, text: str | bytes) -> Any:
    try:
        return re2.compile(text, _options())
    except re2.error as problem:
        message = f"`{source}` is not an RE2 expression: {problem}"
        raise PatternError(message) from problem


def _check(source: str) -> Any:
    check = re2.Set.SearchSet(_options())
    try:
        check.Add(source.encode())
        check.Compile()
    except re2.error:
        _compiled(source, source)  # says what is wrong with it
        raise
    return check
