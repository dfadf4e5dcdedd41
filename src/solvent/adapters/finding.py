"""What the filters of a list let through, looked at one by one: how the store in memory finds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from solvent.base import terms
from solvent.catalogue.load import packaged
from solvent.model.filters import COUNTED_MAX, NO_RULE, Filters, Found
from solvent.model.occurrence import Case, Occurrence, Page, View
from solvent.operations import naming

Item = TypeVar("Item")


def lets(filters: Filters, item: Occurrence, case: Case) -> bool:
    """Whether the filters let an occurrence of this case through."""
    return (
        _fits(filters, case)
        and (filters.since is None or item.at >= filters.since)
        and (filters.until is None or item.at < filters.until)
        and filters.via in ("", *item.via)
        and filters.source in ("", item.source)
        and filters.case_id in ("", item.case_id)
        and filters.words.found_in(terms.terms(f"{item.text} {item.id} {naming.words(case, packaged())}"))
    )


def lets_case(filters: Filters, case: Case, items: Iterable[Occurrence]) -> bool:
    """Whether the filters let a case through; `items` are what the view may know of."""
    template = "" if filters.view is View.PUBLIC else case.template
    return (
        _fits(filters, case)
        and (filters.since is None or case.last_at >= filters.since)
        and (filters.until is None or case.first_at < filters.until)
        and (not filters.via or any(filters.via in item.via for item in items if item.case_id == case.id))
        and filters.words.found_in(terms.terms(f"{case.id} {naming.words(case, packaged())} {template}"))
    )


def found(page: Page[Item], count: int) -> Found[Item]:
    """One page of so many."""
    return Found(page, min(count, COUNTED_MAX), count > COUNTED_MAX)


def _fits(filters: Filters, case: Case) -> bool:
    return (
        all(getattr(filters, name) in ("", getattr(case, name)) for name in ("category", "wallet", "provider", "state"))
        and filters.rule in ("", case.rule or NO_RULE)
        and not (filters.matched and case.rule is None)
    )
