"""`/e/cases`: the groups of pastes that are one error; searched and filtered by the address."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from solvent.console import filtering
from solvent.console.explained import case_title
from solvent.console.site import PAGE_LENGTH, Site

PATH = "/e/cases"


async def show(site: Site, request: Request) -> Response:
    """One page of the list, the case seen last first; `?after=` continues it, with the filters as they are."""
    if (tidied := filtering.tidied(request)) is not None:
        return RedirectResponse(tidied, status_code=303)
    lang, asked = site.lang(request), filtering.asked(site, request)
    shown = filtering.values(site, lang, PATH, asked)
    if asked.wrong:
        return site.page(request, "cases.html", lang, status=400, items=[], found=None, **shown)
    found = await site.desk.find_cases(asked.filters, limit=PAGE_LENGTH, after=request.query_params.get("after"))
    histories = await site.desk.history(*found.page.items)
    items = [(case, case_title(case, site.catalogue, lang), histories[case.id].outbreak) for case in found.page.items]
    return site.page(request, "cases.html", lang, items=items, found=found, **shown)
