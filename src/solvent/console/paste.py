"""`/e/{id}`: one paste with its report, as a page, as Markdown or as problem details; and the reader's word whether it helped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from solvent.base.errors import UsageError
from solvent.console import again, deletion, documents, explained, forms, handover, negotiation, opinion, refusals
from solvent.console.negotiation import Form
from solvent.console.site import Site, markdown, problem_json, see_other
from solvent.model.occurrence import GATEWAY, Occurrence
from solvent.model.opinion import Assisted
from solvent.operations.cases import Opened


async def show(site: Site, request: Request) -> Response:
    """The paste in the form that is asked for."""
    lang = site.lang(request)
    name, suffix = negotiation.split(request.path_params["id"])
    form = suffix or negotiation.accepted(request.headers.get("accept"))
    code = explained.code_language(request.query_params.get("code"))
    opened = await site.desk.open(name, lang, code)
    if opened is None:
        return site.refuse(request, lang, 404, refusals.missing("paste", lang), form=form)
    answer = await _answer(site, request, lang, form, opened)
    if not found_by_all(opened.occurrence):
        answer.headers["x-robots-tag"] = "noindex"
    return answer


def found_by_all(occurrence: Occurrence) -> bool:
    """Whether search engines may know of it: those of the office are nobody's business, and what is not listed is found by its link."""
    return occurrence.public and occurrence.listed


async def _answer(site: Site, request: Request, lang: str, form: Form, opened: Opened) -> Response:
    beside = await opinion.shown(site, request, opened, lang)
    if form is Form.JSON:
        return problem_json(details(opened, site.public_url, beside.assisted), lang=lang)
    # What was removed is known only from the filing: nothing is left to remove when the kept text is read again.
    explanation = replace(opened.explanation, struck=opened.occurrence.struck)
    if form is Form.MARKDOWN:
        return markdown(documents.markdown(explanation, site.catalogue, lang, beside.assisted), lang=lang)
    name, code = opened.occurrence.id, explained.code_language(request.query_params.get("code"))
    shown = explained.values(explanation, site.catalogue, f"/e/{name}", code)
    token = site.handover.take(request.query_params.get(handover.FIELD), name) if request.method == "GET" else None
    link = None if token is None else deletion.address(site, request, name, token, lang)
    filed, history = opened.occurrence, (await site.desk.history(opened.case))[opened.case.id]
    back = again.of(explanation.verdict, site.desk.now(), filed.at, as_it_failed=filed.source == GATEWAY)
    shown |= {"deletion_link": link, "deletion_token": token, "indexed": found_by_all(filed)}
    shown |= {"history": history, "again": back, "opinion": beside}
    answer = site.page(request, "paste.html", lang, occurrence=filed, case=opened.case, **shown)
    if link is not None:
        answer.headers["cache-control"] = "no-store"
    return answer


async def give_feedback(site: Site, request: Request) -> Response:
    """Takes the reader's word and leads back to the report."""
    taken = await forms.taken(site, request)
    if isinstance(taken, Response):
        return taken
    lang, fields = taken
    name = request.path_params["id"]
    try:
        known = await site.desk.give_feedback(name, fields.get("feedback", ""), fields.get("correction", ""))
    except UsageError:
        return site.refuse(request, lang, 400, refusals.feedback(lang))
    if not known:
        return site.refuse(request, lang, 404, refusals.missing("paste", lang))
    chosen = fields.get("lang") or request.query_params.get("lang")
    return see_other(f"/e/{name}", lang if chosen else None, "#feedback")


def details(opened: Opened, public_url: str | None, assisted: Assisted | None = None) -> dict[str, Any]:
    """Problem details (RFC 9457) with the whole verdict. Addresses are absolute only where a public one is set."""
    verdict, report = opened.explanation.verdict, opened.explanation.report
    base = public_url or ""
    body: dict[str, Any] = {"type": "about:blank" if verdict.doc_url is None else f"{base}{verdict.doc_url}", "title": report.title}
    if verdict.http_status_should_be is not None:
        body["status"] = verdict.http_status_should_be
    body |= {"detail": report.summary, "instance": f"{base}/e/{opened.occurrence.id}"}
    body |= verdict.as_json(report if assisted is None else assisted.opinion.report(report))
    if assisted is not None:
        body |= {"assisted": assisted.as_json(verdict), "catalogue_report": report.as_json()}
    body |= {
        "id": opened.occurrence.id,
        "at": opened.occurrence.at.isoformat(),
        "took_us": opened.occurrence.took_us,
        "case": {"id": opened.case.id, "state": opened.case.state, "count": opened.case.count},
        "redacted": dict(opened.occurrence.struck),
    }
    return body
