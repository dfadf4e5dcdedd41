"""Cases that may be the same trouble as another, and why one may think so. Cheap and always the same: it compares words and names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from solvent.model.occurrence import Case

SHOWN_MAX = 6
_WORD = re.compile(r"[a-z0-9_]{2,40}|<[a-z]{1,10}>|[一-鿿]")
_SHARE_MIN_PERCENT = 60
_WORDS_MIN = 3


class Why(StrEnum):
    """Why a case is shown beside another, the strongest reason first."""

    SAME_RULE = "same_rule"  # the same defect, somebody else's wallet or provider
    NEAR_WORDS = "near_words"  # most words of the masked sentences are the same
    SAME_KIND = "same_kind"  # the same category at the same provider


_ORDER = tuple(Why)


@dataclass(frozen=True, slots=True)
class Similar:
    """A case and why it is like the one that was asked about; `share_percent`: of their words that both have."""

    case: Case
    why: Why
    share_percent: int


def similar(case: Case, candidates: Iterable[Case]) -> tuple[Similar, ...]:
    """Those like `case`, the strongest reason first, then the more words they share, then the one seen last."""
    found = {other.id: like for other in candidates if other.id != case.id and (like := _like(case, other)) is not None}
    ordered = sorted(found.values(), key=lambda like: (like.case.last_at, like.case.id), reverse=True)
    ordered.sort(key=lambda like: (_ORDER.index(like.why), -like.share_percent))
    return tuple(ordered[:SHOWN_MAX])


def _like(case: Case, other: Case) -> Similar | None:
    share = _share_percent(_words(case.template), _words(other.template))
    if case.rule is not None and case.rule == other.rule:
        return Similar(other, Why.SAME_RULE, share)
    if share >= _SHARE_MIN_PERCENT:
        return Similar(other, Why.NEAR_WORDS, share)
    known = case.rule is not None and other.rule is not None
    if known and (case.category, case.provider) == (other.category, other.provider):
        return Similar(other, Why.SAME_KIND, share)
    return None


def _words(template: str) -> frozenset[str]:
    return frozenset(_WORD.findall(template))


def _share_percent(one: frozenset[str], other: frozenset[str]) -> int:
    """How many of all words of both stand in both; too few words tell nothing."""
    if min(len(one), len(other)) < _WORDS_MIN:
        return 0
    return 100 * len(one & other) // len(one | other)
