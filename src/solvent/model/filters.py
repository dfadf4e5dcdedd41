"""What of a list is wanted: a search and any of the filters, all of which must hold."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Generic, TypeVar

from solvent.base.terms import Wanted
from solvent.model.occurrence import Page, View

Item = TypeVar("Item")

COUNTED_MAX = 1_000
NO_RULE = "none"


@dataclass(frozen=True, slots=True)
class Filters:
    """Empty fields ask for nothing. `since` is the first instant and `until` the first one after; `rule` may be `none`: unexplained.

    `via` is a party that passed the error on: a relay, a gateway, an SDK or an app. `source` and `case_id` are of
    occurrences alone; `matched` wants only what a rule explained. `view`: who looks; nobody finds what the view does not show.
    """

    words: Wanted = field(default_factory=lambda: Wanted(()))
    category: str = ""
    wallet: str = ""
    provider: str = ""
    via: str = ""
    rule: str = ""
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None
    source: str = ""
    case_id: str = ""
    matched: bool = False
    view: View = View.OPERATOR

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self) if each.name != "view")


@dataclass(frozen=True, slots=True)
class Found(Generic[Item]):
    """One page of what was found. `count` is of all pages and exact up to `COUNTED_MAX`; above it says that much and `more` is true."""

    page: Page[Item]
    count: int
    more: bool
