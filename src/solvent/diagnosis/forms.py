"""A form of sentence that says what is wrong with a request, and a table that finds the forms which a text may hold.

A form is tried only around its hint, a piece of the sentence that a plain search finds, and every repetition is bounded: so a text
costs little, whatever stands in it. Named groups: `field`, `sent`, `allowed` (a list, read by `options`), `min`, `max` and `got`
(numbers), `name` and `unit`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PARTS = {
    "<Q>": r"[\"'`‘’“”]{0,2}",
    "<FIELD>": r"(?P<field>[A-Za-z_][\w.$\[\]-]{0,199}(?<![.]))",
    "<PATH>": r"[\w.\[\]-]{1,160}",
    "<HEAD>": r"(?:(?P<field>[a-z_][\w.]{0,60}(?:\[\d{1,4}\])?(?:\.[\w\[\].]{1,120})?): )?",
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
    pattern: re.Pattern[str]
    back: int
    name: str | None
    unit: str | None


class Table:
    """Forms in order, found by a word of their hints, so that a text is asked only for what it may hold."""

    def __init__(self, *forms: Form) -> None:
        self.all = forms
        self._always: list[tuple[int, Form]] = []
        self._by_word: dict[str, list[tuple[int, Form]]] = {}
        for numbered in enumerate(forms):
            word = _whole_word(numbered[1].hint)
            if word is None:
                self._always.append(numbered)
            else:
                self._by_word.setdefault(word, []).append(numbered)
        self._words = frozenset(self._by_word)

    def fitting(self, lower: str, words: set[str]) -> list[Form]:
        """The forms whose hints occur in `lower`, a text in small letters of which `words` are what stands between its spaces."""
        found = [numbered for numbered in self._always if numbered[1].hint in lower]
        for word in self._words & words:
            found += [numbered for numbered in self._by_word[word] if numbered[1].hint in lower]
        return [form for _, form in sorted(found, key=_place)] if len(found) > 1 else [form for _, form in found]


def _place(numbered: tuple[int, Form]) -> int:
    return numbered[0]


def _whole_word(hint: str) -> str | None:
    """The longest word of a hint that has a space on both sides, so that it stands alone in any text that holds the hint."""
    inner = hint.split(" ")[1:-1]
    return max(filter(None, inner), key=len, default=None)


def form(hint: str, pattern: str, back: int = 0, name: str | None = None, unit: str | None = None) -> Form:
    """A form whose pattern may hold the marks of `_PARTS`; without `back` the sentence begins with its hint."""
    for mark, meaning in _PARTS.items():
        pattern = pattern.replace(mark, meaning)
    return Form(hint, re.compile(pattern, re.IGNORECASE | re.ASCII), back, name, unit)
