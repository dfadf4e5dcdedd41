"""`/e`: the paste box, and below it an error already solved."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from solvent.base.errors import UsageError
from solvent.base.paste import PASTE_BYTES_MAX
from solvent.console import deletion, examples, explained, forms, handover, opinion, refusals
from solvent.console.csrf import Refusal
from solvent.console.site import Problem, Site, see_other


@dataclass(frozen=True, slots=True)
class Box:
    """What stands in the box: the text, and whether it shall be listed; None where that is not asked."""

    typed: str = ""
    listed: bool | None = None


_EMPTY = Box()


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
    # Only where the box is: the office lists what it is given.
    listed = posted.fields.get("listed") == "yes" if site.desk.public else None
    if posted.refusal is Refusal.OTHER_SITE:
        return site.refuse(request, lang, 403, refusals.csrf(posted.refusal, lang), typed=raw)
    if posted.refusal is not None:
        return _page(site, request, lang, status=403, problem=refusals.csrf(posted.refusal, lang), box=Box(raw, listed))
    try:
        opened = await site.desk.file(raw, lang, listed=listed)
    except UsageError:
        status, problem = refusals.paste(raw, lang)
        return _page(site, request, lang, status=status, problem=problem, box=Box(raw, listed))
    name, token = opened.occurrence.id, opened.deletion_token or ""
    if posted.fields.get("lang") or request.query_params.get("lang"):
        query = {handover.FIELD: site.handover.leave(name, token)} | opinion.asks_by_itself(site, opened)
        return see_other(f"/e/{name}", lang, **query)
    # Who sends the text alone is a program, which wants the bare address of the page.
    answer = see_other(f"/e/{name}", None)
    answer.headers["x-solvent-delete-url"] = deletion.address(site, request, name, token)
    answer.headers["cache-control"] = "no-store"
    return answer


def _page(site: Site, request: Request, lang: str, *, status: int = 200, problem: Problem | None = None, box: Box = _EMPTY) -> Response:
    example = examples.find(request.query_params.get("example"))
    code = explained.code_language(request.query_params.get("code"))
    explanation = site.desk.explain(example.text, lang, code)
    shown = explained.values(explanation, site.catalogue, "/e", code, example=example.slug) | {"top": 3}
    shown |= {"deleted": request.query_params.get("done") == "deleted", "example": example, "examples": examples.EXAMPLES}
    shown |= {"bytes_max": PASTE_BYTES_MAX}
    return site.page(request, "desk.html", lang, status=status, problem=problem, typed=box.typed, listed=box.listed, **shown)
