"""What a text is found by: its words, and for scripts that set none apart each sign and each pair of neighbours.

Chinese writes no blanks, so `余额不足` is filed under `余`, `额`, … and `余额`, `额不`, `不足`; a search for one or two signs is then a
search for one term. Text and search are split by the same rules, and a term holds letters, digits and nothing else: no sign that a
search engine takes for an operator is ever left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from solvent.base.composed import composed

TERM_CHARS_MAX = 64
TERMS_MAX = 4_000  # of one text: what stands far down in a huge log is not searched
# A beginning needs these many letters in front, or these many signs of any kind: shorter ones would find nearly everything.
BEGINNING_LETTERS, BEGINNING_CHARS = 3, 8

# Han, kana, bopomofo and hangul, with the planes above that hold rarer Han signs.
_JOINED = (
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"(?P<joined>[{_JOINED}]+)|(?P<word>[^\W_{_JOINED}]+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for: every one of `terms`, and a word that begins with `beginning`; that is empty where none is open."""

    terms: tuple[str, ...]
    beginning: str = ""

    def __bool__(self) -> bool:
        return bool(self.terms or self.beginning)

    def found_in(self, terms: Collection[str]) -> bool:
        """Whether a text with these terms is one of those wanted."""
        return all(term in terms for term in self.terms) and (not self.beginning or any(term.startswith(self.beginning) for term in terms))


def terms(text: str, most: int = TERMS_MAX) -> tuple[str, ...]:
    """The terms of a text, each once, at most `most` of them, in the order of their first occurrence."""
    found: dict[str, None] = {}
    for run, joined in _runs(text):
        found.update(dict.fromkeys((*run, *_pairs(run)) if joined else (run,)))
        if len(found) >= most:
            return tuple(found)[:most]
    return tuple(found)


def wanted(search: str) -> Wanted:
    """What somebody who typed this looks for. The last word may still be under way; nothing in it is an operator."""
    runs = list(_runs(search))
    found: dict[str, None] = {}
    for run, joined in runs:
        found.update(dict.fromkeys(_pairs(run) or (run,)) if joined else {run: None})
    if not runs or runs[-1][1] or not _opens(runs[-1][0]):
        return Wanted(tuple(found))
    last = runs[-1][0]
    return Wanted(tuple(term for term in found if term != last), last)


def listed_as_word(term: str) -> bool:
    """Whether a beginning of letters can find the term."""
    return len(term) >= BEGINNING_LETTERS and term[:BEGINNING_LETTERS].isalpha() and _RUN.fullmatch(term)["joined"] is None  # type: ignore[index]


def _opens(word: str) -> bool:
    return len(word) >= BEGINNING_CHARS or listed_as_word(word)


def _pairs(run: str) -> tuple[str, ...]:
    return tuple(one + other for one, other in pairwise(run))


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """The runs of letters and digits, and whether each is of a script without blanks; a long word is cut."""
    for found in _RUN.finditer(_plain(text)):
        joined = found["joined"] is not None
        yield (found[0] if joined else found[0][:TERM_CHARS_MAX]), joined


def _plain(text: str) -> str:
    """The text without differences of case, width and accents."""
    if text.isascii():
        return text.lower()
    bare = composed(text.casefold(), "NFKD")
    bare = "".join(sign for sign in bare if not unicodedata.category(sign).startswith("M"))
    return composed(bare, "NFKC").casefold()
