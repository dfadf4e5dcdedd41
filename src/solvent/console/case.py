"""`/e/cases/{id}`: one error, how often it was seen, why its pastes are one; and for the operator whom it met and what may be done."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from solvent.console import chart, negotiation, refusals
from solvent.console.explained import case_title
from solvent.console.operator_site import OperatorSite
from solvent.console.site import PAGE_LENGTH, Site, gettext, href
from solvent.model.occurrence import Case
from solvent.operations.asking import Answered, Refused


async def show(site: Site, request: Request) -> Response:
    """The case and one page of its listed pastes; `?after=` continues them. What was merged leads to the case that holds it."""
    return await _show(site, request)


async def show_to_all(site: OperatorSite, request: Request) -> Response:
    """The same page, which tells whoever is signed in more."""
    return await _show(site, request, site if site.session_id(request) is not None else None)


async def _show(site: Site, request: Request, console: OperatorSite | None = None) -> Response:
    lang, case_id = site.lang(request), request.path_params["id"]
    case = await site.desk.case(case_id)
    if case is None:
        holder = await site.desk.merged_into(case_id)
        if holder is not None:
            return RedirectResponse(href(f"/e/cases/{holder}", lang))
        form = negotiation.accepted(request.headers.get("accept"))
        return site.refuse(request, lang, 404, refusals.missing("case", lang), form=form)
    page = await site.desk.occurrences(limit=PAGE_LENGTH, after=request.query_params.get("after"), case_id=case.id)
    history = (await site.desk.history(case))[case.id]
    known = case.provider in site.catalogue.parties
    return site.page(
        request,
        "case.html",
        lang,
        case=case,
        title=case_title(case, site.catalogue, lang),
        rule=None if case.rule is None else site.catalogue.rules.get(case.rule),
        provider=site.catalogue.label(case.provider) if known else gettext(lang, "unknown sender"),
        history=history,
        days=chart.chart(history.days),
        items=page.items,
        after=page.after,
        **(await _insight(console, case, lang) if console is not None else {"insight": None}),
    )


async def _insight(site: OperatorSite, case: Case, lang: str) -> dict[str, Any]:
    insight = await site.operations.casework.look(case)
    keys = [await site.operations.keys.get(key_id) for key_id, _ in insight.affected.keys]
    return {
        "insight": insight,
        "similar": [(like, case_title(like.case, site.catalogue, lang)) for like in insight.similar],
        "key_names": {state.key.id: state.key.name for state in keys if state is not None},
    }


async def resolve(site: OperatorSite, request: Request) -> Response:
    """The operator says that the case is over."""
    case_id = request.path_params["id"]
    posted = await site.posted(request, f"/e/cases/{case_id}")
    if isinstance(posted, Response):
        return posted
    done = await site.operations.casework.resolve(case_id, _shape, posted.key("resolve", case_id))
    return _done(site, request, posted.lang, done, "resolved")


async def merge(site: OperatorSite, request: Request) -> Response:
    """The operator puts the case into another."""
    case_id = request.path_params["id"]
    posted = await site.posted(request, f"/e/cases/{case_id}")
    if isinstance(posted, Response):
        return posted
    into = posted.text("into")
    done = await site.operations.casework.merge(case_id, into, _shape, posted.key("merge", case_id, into))
    return _done(site, request, posted.lang, done, "merged")


async def split(site: OperatorSite, request: Request) -> Response:
    """The operator takes a part out of the case."""
    case_id = request.path_params["id"]
    posted = await site.posted(request, f"/e/cases/{case_id}")
    if isinstance(posted, Response):
        return posted
    part = posted.text("part")
    done = await site.operations.casework.split(case_id, part, _shape, posted.key("split", case_id, part))
    return _done(site, request, posted.lang, done, "split")


def _shape(case: Case) -> dict[str, Any]:
    return {"id": case.id}


def _done(site: OperatorSite, request: Request, lang: str, done: Answered | Refused, word: str) -> Response:
    here = f"/e/cases/{request.path_params['id']}"
    if isinstance(done, Refused):
        return site.declined(request, lang, done, here, refusals.regrouping(lang), "case")
    return site.sent_on(f"/e/cases/{done.body['id']}", lang, done=word)
