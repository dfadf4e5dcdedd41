"""`/e/pastes`: every listed paste, newest first, under a title that holds nothing of its text; searched and filtered by the address."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from solvent.console import filtering
from solvent.console.explained import case_title
from solvent.console.site import PAGE_LENGTH, Site

PATH = "/e/pastes"


async def show(site: Site, request: Request) -> Response:
    """One page of the list; `?after=` continues it, with the filters as they are."""
    if (tidied := filtering.tidied(request)) is not None:
        return RedirectResponse(tidied, status_code=303)
    lang, asked = site.lang(request), filtering.asked(site, request)
    shown = filtering.values(site, lang, PATH, asked)
    if asked.wrong:
        return site.page(request, "pastes.html", lang, status=400, items=[], found=None, **shown)
    found = await site.desk.find(asked.filters, limit=PAGE_LENGTH, after=request.query_params.get("after"))
    items = [(occurrence, case, case_title(case, site.catalogue, lang)) for occurrence, case in found.page.items]
    return site.page(request, "pastes.html", lang, items=items, found=found, **shown)
