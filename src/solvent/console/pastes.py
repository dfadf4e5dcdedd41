"""`/e/pastes`: every listed paste, newest first, under a title that holds nothing of its text."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from solvent.console.explained import case_title
from solvent.console.site import Site

PAGE_LENGTH = 25


async def show(site: Site, request: Request) -> Response:
    """One page of the list; `?after=` continues it."""
    lang = site.lang(request)
    page = await site.desk.occurrences(limit=PAGE_LENGTH, after=request.query_params.get("after"))
    items = [(occurrence, case, case_title(case, site.catalogue, lang)) for occurrence, case in page.items]
    total, _cases = await site.desk.counts()
    return site.page(request, "pastes.html", lang, items=items, after=page.after, total=total)
