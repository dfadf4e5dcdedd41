"""Regular expressions with a linear-time guarantee.

Every expression that meets a stranger's text comes from here, because a paste is hostile until proven otherwise: RE2 has no
backtracking, so no text can make a match take longer than its length. `PatternSet` finds, in one pass, which of several hundred
expressions occur; that is what makes a verdict cheap.
"""

from __future__ import annotations

from typing import Any

import re2

# The lazily built automaton of a set of several hundred expressions; the default of 8 MiB makes a set fail on varied text.
_SET_MEMORY_BYTES = 256 << 20


class PatternError(ValueError):
    """An expression that RE2 does not read; the message names the expression and what is wrong with it."""


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _SET_MEMORY_BYTES
    return options


class Pattern:
    """One case-insensitive RE2 expression."""

    __slots__ = ("_compiled", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        try:
            self._compiled = re2.compile(source, _options())
        except re2.error as problem:
            message = f"`{source}` is not an RE2 expression: {problem}"
            raise PatternError(message) from problem

    def span(self, text: str) -> tuple[int, int] | None:
        """Start and end of the first match in characters, or None."""
        found = self._compiled.search(text)
        return None if found is None else (found.start(), found.end())

    def groups(self, text: str) -> tuple[str | None, ...] | None:
        """The groups of the first match, or None where there is none."""
        found = self._compiled.search(text)
        return None if found is None else found.groups()

    def each(self, text: str) -> list[tuple[int, int, tuple[str | None, ...]]]:
        """Start, end and groups of every match that does not overlap the one before, in order."""
        return [(found.start(), found.end(), found.groups()) for found in self._compiled.finditer(text)]


class PatternSet:
    """Several hundred expressions matched in one pass over a text."""

    __slots__ = ("_set", "_size")

    def __init__(self, sources: list[str]) -> None:
        self._set = re2.Set.SearchSet(_options())
        self._size = len(sources)
        for source in sources:
            try:
                self._set.Add(source)
            except re2.error as problem:
                message = f"`{source}` is not an RE2 expression: {problem}"
                raise PatternError(message) from problem
        if sources:
            self._set.Compile()

    def found_in(self, text: str) -> frozenset[int]:
        """The positions, in the list given at construction, of the expressions that occur in `text`."""
        if not self._size:
            return frozenset()
        return frozenset(self._set.Match(text) or ())
