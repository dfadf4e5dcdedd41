"""Regular expressions with a linear-time guarantee.

Every expression that meets a stranger's text comes from here, because a paste is hostile until proven otherwise: RE2 has no
backtracking, so no text can make a match take longer than its length. `PatternSet` finds which of several thousand expressions
occur: one pass over the text finds the literal pieces that they need, and only expressions whose pieces are all there are run. That
is what makes a verdict cheap, and it stays cheap where a single automaton of all expressions grows without bound.
"""

from __future__ import annotations

from typing import Any

import re2


class PatternError(ValueError):
    """An expression that RE2 does not read; the message names the expression and what is wrong with it."""


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
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
    """Several thousand case-insensitive RE2 expressions matched together."""

    __slots__ = ("_filter", "_size")

    def __init__(self, sources: list[str]) -> None:
        self._filter = re2.Filter()
        self._size = len(sources)
        for source in sources:
            try:
                self._filter.Add(source, _options())
            except re2.error as problem:
                message = f"`{source}` is not an RE2 expression: {problem}"
                raise PatternError(message) from problem
        if sources:
            self._filter.Compile()

    def found_in(self, text: str) -> frozenset[int]:
        """The positions, in the list given at construction, of the expressions that occur in `text`."""
        if not self._size:
            return frozenset()
        return frozenset(self._filter.Match(text) or ())
