"""`/requests`: requests that are over, each with its attempts; found by our id or an upstream's."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from solvent.console import refusals
from solvent.console.operator_site import OperatorSite
from solvent.console.site import PAGE_LENGTH
from solvent.ledger.journal import RequestDone

_KEYS_AT_ONCE = 100
_ID_LENGTH_MAX = 200


async def show(site: OperatorSite, request: Request) -> Response:
    """One page of the list, or what `?id=` finds; `?after=` continues the list."""
    lang, sought = site.lang(request), request.query_params.get("id", "").strip()[:_ID_LENGTH_MAX]
    if sought:
        items, after = await site.operations.requests.find(sought), None
    else:
        page = await site.operations.requests.page(limit=PAGE_LENGTH, after=request.query_params.get("after"))
        items, after = page.items, page.after
    names = await _key_names(site, items)
    return site.page(request, "requests.html", lang, items=items, after=after, sought=sought, key_names=names)


async def show_one(site: OperatorSite, request: Request) -> Response:
    """One request under its own address."""
    lang, request_id = site.lang(request), request.path_params["id"]
    found = await site.operations.requests.get(request_id)
    if found is None:
        return site.refused(request, lang, 404, refusals.missing("request", lang), "/requests")
    return site.page(request, "request.html", lang, done_request=found, key_names=await _key_names(site, (found,)))


async def _key_names(site: OperatorSite, items: Iterable[RequestDone]) -> dict[str, str]:
    """What the keys of these requests are called. Most are among the newest; the rest are asked for one by one."""
    wanted = {item.key_id for item in items if item.key_id}
    if not wanted:
        return {}
    page = await site.operations.keys.page(limit=_KEYS_AT_ONCE, after=None)
    names = {state.key.id: state.key.name for state in page.items}
    for key_id in sorted(wanted - set(names)) if page.after else ():
        state = await site.operations.keys.get(key_id)
        if state is not None:
            names[key_id] = state.key.name
    return names
