"""`/occurrences`: what the gateway filed of its own failed attempts. They are private: no list of the desk shows them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from solvent.catalogue import names
from solvent.console.explained import case_title
from solvent.console.operator_site import OperatorSite
from solvent.model.occurrence import GATEWAY, Case, Occurrence

PAGE_LENGTH = 25


@dataclass(frozen=True, slots=True)
class Filed:
    """One occurrence for the list."""

    occurrence: Occurrence
    case: Case
    title: str


async def show(site: OperatorSite, request: Request) -> Response:
    """One page of the list, newest first; `?after=` continues it."""
    lang = site.lang(request)
    page = await site.desk.everything(limit=PAGE_LENGTH, after=request.query_params.get("after"), source=GATEWAY)
    items = [Filed(occurrence, case, _title(site, case, lang)) for occurrence, case in page.items]
    return site.page(request, "occurrences.html", lang, items=items, after=page.after)


def _title(site: OperatorSite, case: Case, lang: str) -> str:
    """The case's title; where it has no words at all, as after a timeout, what failed."""
    title = case_title(case, site.catalogue, lang)
    return names.CATEGORIES[case.category].of(lang) if title == case.id else title
