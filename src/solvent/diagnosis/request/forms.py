"""A form of sentence that says what is wrong with a request, and a table that finds the forms which a text may hold.

A form is tried only around its hint, a piece of the sentence that a plain search finds, and every repetition is bounded: so a text
costs little, whatever stands in it. Named groups: `field`, `sent`, `allowed` (a list, read by `options`), `min`, `max` and `got`
(numbers), `name` and `unit`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick

_PARTS = {
    "<Q>": r"[\"'`‘’“”]{0,2}",
    # A name begins where no sign of a name stands before it: so a long run of them is tried once and not from each of its signs.
    "<FIELD>": r"(?<![\w.$\[\]-])(?P<field>[A-Za-z_][\w.$\[\]-]{0,199}(?<![.]))",
    "<NAME>": r"(?<![\w.\[\]])(?P<field>[A-Za-z_][\w.\[\]]{0,80})",
    "<PATH>": r"[\w.\[\]-]{1,160}",
    "<HEAD>": r"(?:(?<![\w.\[\]])(?P<field>[a-z_][\w.\[\]]{0,180}): )?",
    "<SENT>": r"(?P<sent>[^\"'`‘’“”]{1,120})",
    "<WORD>": r"(?P<sent>[^\s\"'`,;]{1,80}(?<![.]))",
    "<LIST>": r"(?P<allowed>\S.{0,500})",
    "<MIN>": r"(?P<min>-?\d[\d,_]{0,15}(?:\.\d{1,6})?)",
    "<MAX>": r"(?P<max>-?\d[\d,_]{0,15}(?:\.\d{1,6})?)",
    "<GOT>": r"(?P<got>-?\d[\d,_]{0,15}(?:\.\d{1,6})?)",
}


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say it. `hint` is lower-case; the sentence begins at most `back` characters before it."""

    hint: str
    source: str
    back: int
    name: str | None
    unit: str | None

    @property
    def pattern(self) -> re.Pattern[str]:
        """The expression, compiled when it is first asked for: most forms never are."""
        return _compiled(self.source)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE | re.ASCII)


class Table:
    """Forms in order, all hints of which are found in one pass, so that a text is asked only for what it holds."""

    def __init__(self, *forms: Form) -> None:
        self.all = forms
        self._hints = list(dict.fromkeys(form.hint for form in forms))
        self._numbers = [[number for number, form in enumerate(forms) if form.hint == hint] for hint in self._hints]
        self._automaton = AhoCorasick(self._hints)

    def fitting(self, lower: str) -> list[tuple[Form, int]]:
        """The forms whose hints occur in `lower`, a text in small letters, each with the place of the first."""
        if not lower.isascii():
            lower = lower.encode("utf-8", "replace").decode()  # halves of pairs, which no automaton reads, as one sign each
        places: dict[int, int] = {}
        for hint, start, _ in self._automaton.find_matches_as_indexes(lower, overlapping=True):
            for number in self._numbers[hint]:
                places.setdefault(number, start)
        return [(self.all[number], places[number]) for number in sorted(places)]


def form(hint: str, pattern: str, back: int = 0, name: str | None = None, unit: str | None = None) -> Form:
    """A form whose pattern may hold the marks of `_PARTS`; without `back` the sentence begins with its hint."""
    for mark, meaning in _PARTS.items():
        pattern = pattern.replace(mark, meaning)
    return Form(hint, pattern, back, name, unit)
