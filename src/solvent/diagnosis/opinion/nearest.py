"""Which rules and cases are nearest to an error that no rule explains: by the words that they share, rare ones first."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

from solvent.catalogue.load import Catalogue

Name = TypeVar("Name", bound=Hashable)
_WORD = re.compile(r"[A-Za-z][A-Za-z_]{2,}|[㐀-鿿]{2}")
_WORDS_MAX = 400


class Nearest(Generic[Name]):
    """Texts by name; made once, asked often."""

    def __init__(self, texts: Iterable[tuple[Name, str]]) -> None:
        self._words = {name: _words(text) for name, text in texts}
        self._spread = Counter(word for words in self._words.values() for word in words)

    def to(self, text: str, count: int) -> tuple[Name, ...]:
        """The names of the nearest texts, the nearest first; those that share nothing are none of them."""
        wanted = _words(text)
        total = len(self._words) + 1
        scores = []
        for name, words in self._words.items():
            score = sum(math.log(total / self._spread[word]) for word in words & wanted)
            if score > 0:
                scores.append((score / math.sqrt(len(words)), name))
        scores.sort(key=lambda scored: -scored[0])
        return tuple(name for _, name in scores[:count])


def rules(catalogue: Catalogue) -> Nearest[str]:
    """The rules of a catalogue by what they are about."""
    return Nearest(
        (rule.id, " ".join([rule.title.en, rule.title.zh, *(example.text[:2_000] for example in rule.examples[:3])]))
        for rule in catalogue.rules.values()
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text)[:_WORDS_MAX])
