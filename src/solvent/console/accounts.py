"""`/`: the accounts held at providers, what of them is closed and why, and the three things that an operator does about it."""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response

from solvent.base.money import ZERO
from solvent.console import key_form, refusals
from solvent.console.labels import ACCOUNT_STATES
from solvent.console.operator_site import OperatorSite
from solvent.operations.asking import Refused
from solvent.operations.topups import Payment

DRILL_S = 60
_REFERENCE = "console"


async def show(site: OperatorSite, request: Request) -> Response:
    """Every configured account, in the order of the config."""
    accounts = await site.operations.accounts.list()
    counted = Counter(one.health.state for one in accounts)
    states = [(state, counted[state]) for state in ACCOUNT_STATES if counted[state]]
    changed = request.query_params.get("account")
    return site.page(request, "accounts.html", site.lang(request), accounts=accounts, states=states, changed=changed, drill_s=DRILL_S)


async def top_up(site: OperatorSite, request: Request) -> Response:
    """Notes what was paid in at the provider; all that is closed opens again."""
    name, posted = request.path_params["name"], await site.posted(request, "/")
    if isinstance(posted, Response):
        return posted
    amount = key_form.amount(posted.text("usd"))
    if amount is None or amount <= ZERO:
        return site.refused(request, posted.lang, 400, refusals.amount(posted.lang), "/")
    done = await site.operations.topups.to_account(name, Payment(amount, _REFERENCE, posted.key("top up account", name)))
    if isinstance(done, Refused):
        return site.declined(request, posted.lang, done, "/", refusals.too_much_money(posted.lang), "account")
    return site.sent_on("/", posted.lang, done="topped_up", account=name)


async def rearm(site: OperatorSite, request: Request) -> Response:
    """Opens again what is closed, without any money."""
    name, posted = request.path_params["name"], await site.posted(request, "/")
    if isinstance(posted, Response):
        return posted
    done = await site.operations.topups.rearm(name)
    if isinstance(done, Refused):
        return site.declined(request, posted.lang, done, "/", refusals.missing("account", posted.lang), "account")
    return site.sent_on("/", posted.lang, done="rearmed", account=name)


async def drill(site: OperatorSite, request: Request) -> Response:
    """Pretends that the account is dry, for `DRILL_S` seconds."""
    name, posted = request.path_params["name"], await site.posted(request, "/")
    if isinstance(posted, Response):
        return posted
    done = await site.operations.accounts.drill(name, DRILL_S * 1000, posted.key("drill", name))
    if isinstance(done, Refused):
        return site.declined(request, posted.lang, done, "/", refusals.missing("account", posted.lang), "account")
    return site.sent_on("/", posted.lang, done="drilled", account=name)
