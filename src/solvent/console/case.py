"""`/e/cases/{id}`: one error, how often it was seen, and the pastes of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from solvent.console import negotiation, refusals
from solvent.console.explained import case_title
from solvent.console.site import Site, gettext

PAGE_LENGTH = 25


async def show(site: Site, request: Request) -> Response:
    """The case and one page of its listed pastes; `?after=` continues them."""
    lang = site.lang(request)
    case = await site.desk.case(request.path_params["id"])
    if case is None:
        form = negotiation.accepted(request.headers.get("accept"))
        return site.refuse(request, lang, 404, refusals.missing("case", lang), form=form)
    page = await site.desk.occurrences(limit=PAGE_LENGTH, after=request.query_params.get("after"), case_id=case.id)
    known = case.provider in site.catalogue.parties
    return site.page(
        request,
        "case.html",
        lang,
        case=case,
        title=case_title(case, site.catalogue, lang),
        rule=None if case.rule is None else site.catalogue.rules.get(case.rule),
        provider=site.catalogue.label(case.provider) if known else gettext(lang, "unknown sender"),
        items=page.items,
        after=page.after,
    )
