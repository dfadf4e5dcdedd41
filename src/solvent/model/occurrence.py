"""Occurrences and cases: one paste, and the group that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from solvent.model.verdict import Category, Wallet

Item = TypeVar("Item")

CORRECTED = "corrected"  # the reader knows better, and may say what
FEEDBACK = ("helped", "not_helped", CORRECTED)
CORRECTION_MAX = 2_000  # characters of what a reader says instead
GATEWAY = "gateway"  # what a failed attempt of our own told
SOURCES = ("paste", "api", GATEWAY)


class View(StrEnum):
    """Whose eyes something is for."""

    OPERATOR = "operator"  # everything
    DESK = "desk"  # what is listed
    PUBLIC = "public"  # of what strangers pasted at the public desk, that which is listed


@dataclass(frozen=True, slots=True)
class Attempted:
    """Where an attempt of the gateway failed: whose key, which account and model, and the ids on both sides. For the operator alone."""

    key_id: str
    account: str
    model: str
    request_id: str
    upstream_request_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One paste. `text` has no secrets, `struck` counts those removed by kind, `took_us` is the time that the verdict took.

    `case_id` is the fingerprint when it is filed, and afterwards the case that holds it. `public`: it was pasted at the public desk,
    which shows nothing else. `deletion`: the hash of the token that deletes it, None where none was given. `template` is its own masked
    sentence, `part` one name for all of its fingerprint that share this sentence: what a case can be split by. `correction` is what
    its reader says instead, for the operator alone. `via` names what wrapped the error, as the verdict said when this was filed.
    """

    id: str
    case_id: str
    at: datetime
    source: str
    text: str
    struck: tuple[tuple[str, int], ...]
    language: str
    listed: bool
    took_us: int
    feedback: str | None = None
    public: bool = False
    deletion: str | None = None
    correction: str | None = None
    template: str = ""
    part: str = ""
    attempted: Attempted | None = None
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A group of occurrences: those of one fingerprint, which is its id, with what a person merged into it or split from it.

    `template` is the masked sentence of the first, never a raw text.
    """

    id: str
    state: str
    rule: str | None
    category: Category
    wallet: Wallet
    provider: str
    template: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """What can be taken out of a case again: a case that was merged into it (`merged`), or all that share one masked sentence."""

    id: str
    merged: bool
    template: str
    count: int


class NotRegrouped(StrEnum):
    """Why cases were left as they are."""

    NO_CASE = "no_case"  # there is no such case
    NO_TARGET = "no_target"  # there is no such case to merge into
    SAME = "same"  # both names are one case
    NO_PART = "no_part"  # nothing in the case has this name
    ALL_OF_IT = "all_of_it"  # the case is made of this part: nothing would be left of it


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom a case met on the gateway's way: names with how often, the most often first."""

    keys: tuple[tuple[str, int], ...] = ()
    accounts: tuple[tuple[str, int], ...] = ()
    models: tuple[tuple[str, int], ...] = ()


Hours = tuple[tuple[datetime, int], ...]
"""How many occurrences began in which hour (its first instant), in order; hours without any are left out."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list, newest first; `after` continues it, None at the end."""

    items: tuple[Item, ...]
    after: str | None


PAGE_LENGTH_MAX = 100


def page_length(wanted: int) -> int:
    """How many items a page may have where so many are wanted."""
    return max(1, min(wanted, PAGE_LENGTH_MAX))
