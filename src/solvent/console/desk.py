"""`/e`: the paste box, and below it an error already solved."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from solvent.base.errors import UsageError
from solvent.console import examples, explained, forms, refusals
from solvent.console.csrf import Refusal
from solvent.console.site import Problem, Site, see_other


async def show(site: Site, request: Request) -> Response:
    """The desk, opened on one of the examples."""
    return _page(site, request, site.lang(request))


async def submit(site: Site, request: Request) -> Response:
    """Files a paste and sends the reader to its page; what cannot be filed stays in the box."""
    lang = site.lang(request)
    posted = await forms.read(request, site.csrf, lang)
    if isinstance(posted, forms.Unread):
        return site.refuse(request, lang, posted.status, posted.problem)
    lang, raw = site.lang(request, posted.fields.get("lang")), posted.fields.get("raw", "")
    if posted.refusal is Refusal.OTHER_SITE:
        return site.refuse(request, lang, 403, refusals.csrf(posted.refusal, lang), typed=raw)
    if posted.refusal is not None:
        return _page(site, request, lang, status=403, problem=refusals.csrf(posted.refusal, lang), typed=raw)
    try:
        opened = await site.desk.file(raw, lang)
    except UsageError:
        status, problem = refusals.paste(raw, lang)
        return _page(site, request, lang, status=status, problem=problem, typed=raw)
    chosen = posted.fields.get("lang") or request.query_params.get("lang")
    return see_other(f"/e/{opened.occurrence.id}", lang if chosen else None)


def _page(site: Site, request: Request, lang: str, *, status: int = 200, problem: Problem | None = None, typed: str = "") -> Response:
    example = examples.find(request.query_params.get("example"))
    code = explained.code_language(request.query_params.get("code"))
    explanation = site.desk.explain(example.text, lang, code)
    shown = explained.values(explanation, site.catalogue, "/e", code, example=example.slug) | {"top": 3}
    return site.page(
        request, "desk.html", lang, status=status, problem=problem, typed=typed, example=example, examples=examples.EXAMPLES, **shown
    )
