"""The acts of the admin API: keys, money paid in, accounts, drills, and taking a changed config."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from solvent.office import forms
from solvent.office.endpoints import Call, Endpoint, answered, missing, page, page_of
from solvent.office.forms import Form
from solvent.office.problems import problem
from solvent.operations.accounts import Accounts
from solvent.operations.alerts import Alerts
from solvent.operations.asking import Answered
from solvent.operations.keys import Keys, KeyWish
from solvent.operations.topups import Payment, TopUps

DRILL_MS = 60_000


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of a changed config: its mistakes, for which it is refused, else the settings that count only after a restart."""

    mistakes: tuple[str, ...] = ()
    after_restart: tuple[str, ...] = ()


Reload = Callable[[], Awaitable[Reloaded]]

_KEY = Form(
    {
        "name": forms.text(needed=True),
        "balance_usd": forms.usd(zero=True),
        "budgets": forms.budgets(),
        "rpm": forms.count(),
        "tpm": forms.count(),
        "models": forms.texts(),
        "reveal": forms.flag(),
    },
    '{"name": "app", "balance_usd": "1.00"}',
)
_TOPUP = Form({"usd": forms.usd(needed=True), "reference": forms.text()}, '{"usd": "25.00", "reference": "invoice 7"}')
_DRILL = Form({"account": forms.text(needed=True), "for": forms.duration_ms(DRILL_MS)}, '{"account": "relay", "for": "60s"}')


def key_endpoints(keys: Keys, topups: TopUps) -> list[Endpoint]:
    """Making, listing, topping up and revoking callers' keys."""

    async def create(call: Call) -> Response:
        given = call.values
        wish = KeyWish(
            name=given["name"],
            balance=given["balance_usd"],
            budgets=given["budgets"],
            rpm=given["rpm"],
            tpm=given["tpm"],
            models=given["models"],
            reveal=given["reveal"],
        )
        made = answered(await keys.create(wish, call.sent, call.idempotency_key), 201)
        # It holds a key: nobody between may keep it.
        made.headers["cache-control"] = "no-store"
        return made

    async def list_(call: Call) -> Response:
        return page_of(await keys.page(limit=call.limit, after=call.after), lambda state: state.as_json())

    async def get(call: Call) -> Response:
        state = await keys.get(call.path["id"])
        return missing("key", call.path["id"], "/api/keys") if state is None else JSONResponse(state.as_json())

    async def revoke(call: Call) -> Response:
        state = await keys.revoke(call.path["id"])
        return missing("key", call.path["id"], "/api/keys") if state is None else JSONResponse(state.as_json())

    async def top_up(call: Call) -> Response:
        return answered(await topups.to_key(call.path["id"], _payment(call)), 201)

    return [
        Endpoint("GET", "/api/keys", "Callers' keys with their money, newest first", list_, paged=True),
        Endpoint("POST", "/api/keys", "Make a key; its text is shown this once", create, _KEY, status=201),
        Endpoint("GET", "/api/keys/{id}", "One key with its money", get),
        Endpoint("DELETE", "/api/keys/{id}", "Revoke a key", revoke),
        Endpoint("POST", "/api/keys/{id}/topups", "Pay into a prepaid key", top_up, _TOPUP, status=201),
    ]


def account_endpoints(accounts: Accounts, topups: TopUps) -> list[Endpoint]:
    """The accounts held at providers, and drills on them."""

    async def list_(_: Call) -> Response:
        return page([state.as_json() for state in await accounts.list()])

    async def top_up(call: Call) -> Response:
        return answered(await topups.to_account(call.path["name"], _payment(call)), 201)

    async def probe(call: Call) -> Response:
        return answered(accounts.probe(call.path["name"]))

    async def drill(call: Call) -> Response:
        return answered(await accounts.drill(call.values["account"], call.values["for"], call.idempotency_key), 201)

    topped = "Note money that was paid in at the provider; what was closed for want of it is re-armed"
    return [
        Endpoint("GET", "/api/accounts", "The accounts held at providers", list_),
        Endpoint("POST", "/api/accounts/{name}/topups", topped, top_up, _TOPUP, status=201),
        Endpoint("POST", "/api/accounts/{name}/probe", "Read the balance at the provider", probe),
        Endpoint("POST", "/api/drills", "Treat an account as dry for a while", drill, _DRILL, status=201),
    ]


def alert_endpoint(alerts: Alerts) -> Endpoint:
    """What the operator must act on."""

    async def list_(_: Call) -> Response:
        return page([alert.as_json() for alert in await alerts.look()])

    return Endpoint("GET", "/api/alerts", "What the operator must act on now, by account", list_)


def reload_endpoint(reload: Reload) -> Endpoint:
    """Taking the changed config."""

    async def take(_: Call) -> Response:
        done = await reload()
        if done.mistakes:
            detail = "The old one stays in force."
            return problem(422, "The changed config is refused", detail, mistakes=list(done.mistakes))
        return answered(Answered({"reloaded": True, "after_restart": list(done.after_restart)}))

    return Endpoint("POST", "/api/reload", "Put the changed config in force, or tell its mistakes", take)


def _payment(call: Call) -> Payment:
    return Payment(call.values["usd"], call.values["reference"], call.idempotency_key)
