"""`/e/{id}/delete`: whoever has the link that was given when a paste was filed takes it away again, for good.

The link holds a secret: no other page names it, no link on this page repeats it, and no page that is left for another tells where the
reader came from.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from solvent.console import forms, refusals
from solvent.console.site import Site, see_other

FIELD = "token"
# The token stands in this page's address. An origin must still be told, by which a browser's post is known to be ours.
_HEADERS = {"cache-control": "no-store", "referrer-policy": "strict-origin", "x-robots-tag": "noindex"}


def address(site: Site, request: Request, occurrence_id: str, token: str, lang: str | None = None) -> str:
    """The whole link, to be kept; with the language in which its reader reads."""
    return f"{site.base(request)}/e/{occurrence_id}/delete?{FIELD}={token}{f'&lang={lang}' if lang else ''}"


async def show(site: Site, request: Request) -> Response:
    """Asks whether it is meant."""
    lang, name, token = site.lang(request), request.path_params["id"], request.query_params.get(FIELD, "")
    refused = await _refused(site, request, lang, name, token)
    opened = None if refused else await site.desk.open(name, lang)
    if refused or opened is None:
        return refused or site.refuse(request, lang, 404, refusals.missing("paste", lang))
    report, occurrence = opened.explanation.report, opened.occurrence
    # A switch of the language would need the token in its address.
    answer = site.page(request, "deletion.html", lang, languages=[], occurrence=occurrence, report=report, token=token, field=FIELD)
    answer.headers.update(_HEADERS)
    return answer


async def submit(site: Site, request: Request) -> Response:
    """Deletes it."""
    taken = await forms.taken(site, request)
    if isinstance(taken, Response):
        return taken
    (lang, fields), name = taken, request.path_params["id"]
    token = fields.get(FIELD, "")
    if refused := await _refused(site, request, lang, name, token):
        return refused
    if not await site.desk.delete(name, token):
        return site.refuse(request, lang, 404, refusals.missing("paste", lang))
    return see_other("/e", lang, "#done", done="deleted")


async def _refused(site: Site, request: Request, lang: str, name: str, token: str) -> Response | None:
    allowed = await site.desk.may_delete(name, token)
    if allowed is None:
        return site.refuse(request, lang, 404, refusals.missing("paste", lang))
    return None if allowed else site.refuse(request, lang, 403, refusals.deletion(lang), languages=[])
