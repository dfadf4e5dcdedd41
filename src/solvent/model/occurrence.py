"""Occurrences and cases: one paste, and the group that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from solvent.model.verdict import Category, Wallet

Item = TypeVar("Item")

FEEDBACK = ("helped", "not_helped")
GATEWAY = "gateway"  # what a failed attempt of our own told
SOURCES = ("paste", "api", GATEWAY)


class View(StrEnum):
    """Whose eyes something is for."""

    OPERATOR = "operator"  # everything
    DESK = "desk"  # what is listed
    PUBLIC = "public"  # of what strangers pasted at the public desk, that which is listed


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One paste. `text` has no secrets, `struck` counts those removed by kind, `took_us` is the time that the verdict took.

    `public`: it was pasted at the public desk, which shows nothing else. `deletion`: the hash of the token that deletes it, None where
    none was given.
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


@dataclass(frozen=True, slots=True)
class Case:
    """The group of all occurrences with one fingerprint, which is its id. `template` is the masked sentence, never a raw text."""

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
class Page(Generic[Item]):
    """One page of a list, newest first; `after` continues it, None at the end."""

    items: tuple[Item, ...]
    after: str | None
