"""`/occurrences`: what the gateway filed of its own failed attempts, and what was pasted; and what the operator deletes of either.

What the gateway filed is private: no list of the desk shows it. Pastes stand here whether they are listed or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from solvent.console import refusals
from solvent.console.explained import case_title
from solvent.console.labels import SOURCES as SOURCE_NAMES
from solvent.console.operator_site import OperatorSite
from solvent.console.site import PAGE_LENGTH
from solvent.model.occurrence import GATEWAY, SOURCES, Case, Occurrence


@dataclass(frozen=True, slots=True)
class Filed:
    """One occurrence for the list."""

    occurrence: Occurrence
    case: Case
    title: str


async def show(site: OperatorSite, request: Request) -> Response:
    """One page of the list, newest first; `?source=` chooses what was pasted instead, `?after=` continues it."""
    lang, wanted = site.lang(request), request.query_params.get("source", "")
    source = wanted if wanted in SOURCES else GATEWAY
    page = await site.desk.everything(limit=PAGE_LENGTH, after=request.query_params.get("after"), source=source)
    items = [Filed(occurrence, case, case_title(case, site.catalogue, lang)) for occurrence, case in page.items]
    return site.page(request, "occurrences.html", lang, items=items, after=page.after, source=source, sources=SOURCE_NAMES)


async def delete(site: OperatorSite, request: Request) -> Response:
    """Deletes one for good, where the box that confirms it is ticked."""
    occurrence_id, posted = request.path_params["id"], await site.posted(request, "/occurrences")
    if isinstance(posted, Response):
        return posted
    if posted.fields.get("sure") != "yes":
        return site.refused(request, posted.lang, 400, refusals.deletion_not_confirmed(posted.lang), "/occurrences")
    if not await site.desk.remove(occurrence_id):
        return site.refused(request, posted.lang, 404, refusals.missing("occurrence", posted.lang), "/occurrences")
    return site.sent_on("/occurrences", posted.lang, done="deleted", source=posted.text("source"))
