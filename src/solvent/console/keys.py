"""`/keys`: callers' keys with their money and limits. A key's text is on one page, once, and kept by nobody here."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from solvent.base.money import ZERO
from solvent.console import key_form, refusals
from solvent.console.operator_site import OperatorSite
from solvent.console.site import PAGE_LENGTH, Problem
from solvent.model.key import Key
from solvent.operations.asking import Refused
from solvent.operations.topups import Payment

_REFERENCE = "console"


async def show(site: OperatorSite, request: Request) -> Response:
    """One page of the list, newest first; `?after=` continues it."""
    return await _list(site, request, site.lang(request))


async def create(site: OperatorSite, request: Request) -> Response:
    """Makes a key and shows it, without a switch of languages: to leave the page is to lose the key.

    A form that is sent again shows the same key and makes no second one.
    """
    posted = await site.posted(request, "/keys")
    if isinstance(posted, Response):
        return posted
    wish = key_form.read(posted.fields, posted.lang)
    if isinstance(wish, Problem):
        return await _list(site, request, posted.lang, 400, wish, posted.fields)
    done = await site.operations.keys.create(wish, key_form.asked(wish), posted.key("create key"))
    if isinstance(done, Refused):
        return site.declined(request, posted.lang, done, "/keys", refusals.too_much_money(posted.lang), "key")
    return site.page(request, "key_made.html", posted.lang, status=201, here="/keys", languages=[], made=done.body)


async def show_one(site: OperatorSite, request: Request) -> Response:
    """One key with its money, its limits and what can be done about it."""
    lang = site.lang(request)
    state = await site.operations.keys.get(request.path_params["id"])
    if state is None:
        return site.refused(request, lang, 404, refusals.missing("key", lang), "/keys")
    return site.page(request, "key.html", lang, state=state)


async def top_up(site: OperatorSite, request: Request) -> Response:
    """Pays into a prepaid key."""
    key_id = request.path_params["id"]
    here, posted = f"/keys/{key_id}", await site.posted(request, "/keys")
    if isinstance(posted, Response):
        return posted
    amount = key_form.amount(posted.text("usd"))
    if amount is None or amount <= ZERO:
        return site.refused(request, posted.lang, 400, refusals.amount(posted.lang), here)
    done = await site.operations.topups.to_key(key_id, Payment(amount, _REFERENCE, posted.key("top up key", key_id)))
    if isinstance(done, Refused):
        state = await site.operations.keys.get(key_id)
        return site.declined(request, posted.lang, done, "/keys", _conflict(None if state is None else state.key, posted.lang), "key")
    return site.sent_on(here, posted.lang, done="key_topped_up")


async def revoke(site: OperatorSite, request: Request) -> Response:
    """Ends a key, where the box that confirms it is ticked."""
    key_id = request.path_params["id"]
    here, posted = f"/keys/{key_id}", await site.posted(request, "/keys")
    if isinstance(posted, Response):
        return posted
    if posted.fields.get("sure") != "yes":
        return site.refused(request, posted.lang, 400, refusals.not_confirmed(posted.lang), here)
    if await site.operations.keys.revoke(key_id) is None:
        return site.refused(request, posted.lang, 404, refusals.missing("key", posted.lang), "/keys")
    return site.sent_on(here, posted.lang, done="revoked")


def _conflict(key: Key | None, lang: str) -> Problem:
    """Why a key that is there took no money."""
    if key is None or (key.prepaid and not key.revoked):
        return refusals.too_much_money(lang)
    return refusals.no_balance(lang, revoked=key.revoked)


async def _list(
    site: OperatorSite,
    request: Request,
    lang: str,
    status: int = 200,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    page = await site.operations.keys.page(limit=PAGE_LENGTH, after=request.query_params.get("after"))
    values = {name: (typed or {}).get(name, "") for name in (*key_form.FIELDS, "reveal")}
    return site.page(
        request, "keys.html", lang, status=status, here="/keys", items=page.items, after=page.after, problem=problem, typed=values
    )
