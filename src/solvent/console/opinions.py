"""`/opinions`: what models said about pastes, for a person to approve or to reject."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from solvent.base.errors import UsageError
from solvent.console import refusals
from solvent.console.operator_site import OperatorSite
from solvent.console.site import PAGE_LENGTH
from solvent.model.opinion import Standing


async def show(site: OperatorSite, request: Request) -> Response:
    """One page of the list, newest first: what waits for a person, or with `?standing=` what was decided; `?after=` continues it."""
    lang = site.lang(request)
    wanted = request.query_params.get("standing")
    standing = Standing(wanted) if wanted in set(Standing) else Standing.PENDING
    page = await site.operations.opinions.page(limit=PAGE_LENGTH, after=request.query_params.get("after"), standing=standing)
    return site.page(request, "opinions.html", lang, items=page.items, after=page.after, standing=standing.value, standings=list(Standing))


async def decide(site: OperatorSite, request: Request) -> Response:
    """Approves an opinion for everybody, or rejects it."""
    posted = await site.posted(request, "/opinions")
    if isinstance(posted, Response):
        return posted
    standing = posted.text("standing")
    try:
        found = await site.operations.opinions.decide(request.path_params["id"], standing)
    except UsageError:
        return site.refused(request, posted.lang, 400, refusals.standing(posted.lang), "/opinions")
    if found is None:
        return site.refused(request, posted.lang, 404, refusals.missing("opinion", posted.lang), "/opinions")
    return site.sent_on("/opinions", posted.lang, done=f"opinion_{found.standing.value}")
