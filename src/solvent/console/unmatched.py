"""`/unmatched`: what no rule explains and what readers doubt, for whoever writes the rules; each with a draft to fill in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from solvent.console import refusals
from solvent.console.explained import case_title
from solvent.console.operator_site import OperatorSite
from solvent.console.site import PAGE_LENGTH
from solvent.model.occurrence import Case


@dataclass(frozen=True, slots=True)
class Open:
    """A case that no rule explained when it was opened. `rule`: the one that explains its newest text by now, else None."""

    case: Case
    title: str
    rule: str | None


async def show(site: OperatorSite, request: Request) -> Response:
    """One page of the list, the most frequent first; `?after=` continues it. Above the first, what readers doubt."""
    lang, after = site.lang(request), request.query_params.get("after")
    casework = site.operations.casework
    page = await casework.unexplained(limit=PAGE_LENGTH, after=after)
    items = [Open(case, case_title(case, site.catalogue, lang), await _rule(site, case, lang)) for case in page.items]
    doubted = () if after else await casework.criticised()
    feedback = await casework.feedback(*(case.id for case in doubted))
    told = [(case, case_title(case, site.catalogue, lang), feedback[case.id]) for case in doubted]
    return site.page(request, "unmatched.html", lang, items=items, after=page.after, doubted=told)


async def show_draft(site: OperatorSite, request: Request) -> Response:
    """The draft of a rule for one case, with the text that it was made from."""
    lang, case_id = site.lang(request), request.path_params["id"]
    draft, case = await site.operations.casework.draft(case_id), await site.desk.case(case_id)
    if draft is None or case is None:
        return site.refused(request, lang, 404, refusals.missing("case", lang), "/unmatched")
    latest = await site.desk.everything(limit=1, after=None, case_id=case_id)
    samples = [occurrence for occurrence, _ in latest.items]
    title = case_title(case, site.catalogue, lang)
    return site.page(request, "draft.html", lang, case=case, title=title, draft=draft, samples=samples)


async def _rule(site: OperatorSite, case: Case, lang: str) -> str | None:
    """The rule that explains the newest text of a case today: the catalogue may have learned it since."""
    for occurrence, _ in (await site.desk.everything(limit=1, after=None, case_id=case.id)).items:
        opened = await site.desk.open(occurrence.id, lang)
        if opened is not None:
            return opened.explanation.verdict.rule
    return None
