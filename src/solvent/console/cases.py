"""`/e/cases`: the groups of pastes that are one error."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from solvent.console.explained import case_title
from solvent.console.site import Site

PAGE_LENGTH = 25


async def show(site: Site, request: Request) -> Response:
    """One page of the list, the case seen last first; `?after=` continues it."""
    lang = site.lang(request)
    page = await site.desk.cases(limit=PAGE_LENGTH, after=request.query_params.get("after"))
    histories = await site.desk.history(*(case.id for case in page.items))
    items = [(case, case_title(case, site.catalogue, lang), histories[case.id].outbreak) for case in page.items]
    return site.page(request, "cases.html", lang, items=items, after=page.after)
