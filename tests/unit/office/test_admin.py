from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.routing import Router

from solvent.access import keys as access
from solvent.base.money import Money
from solvent.model.health import Closed, Health
from solvent.office.admin import Reloaded, account_endpoints, alert_endpoint, key_endpoints, reload_endpoint
from solvent.office.endpoints import routes
from solvent.operations.accounts import Accounts
from solvent.operations.alerts import Alerts
from solvent.operations.folding import Batch, Place
from solvent.operations.keys import Keys
from solvent.operations.topups import TopUps
from tests.asgi import Answer, call
from tests.books import AT_US, World, served

pytestmark = pytest.mark.anyio
TOKEN = "adm1n-t0ken"
DONE = Reloaded()


async def send(world: World, method: str, path: str, body: Any = None, *, once: str | None = None, reloaded: Reloaded = DONE) -> Answer:
    async def reload() -> Reloaded:
        return reloaded

    keys, topups = Keys(world.around), TopUps(world.around)
    accounts = Accounts(world.around)
    alerts = Alerts(accounts, lambda: {"main": Money.parse("30.00")}, world.around.now_us)
    endpoints = [*key_endpoints(keys, topups), *account_endpoints(accounts, topups), alert_endpoint(alerts), reload_endpoint(reload)]
    app = Router(routes=routes(endpoints, TOKEN), redirect_slashes=False)
    headers = {"authorization": f"Bearer {TOKEN}"} | ({} if once is None else {"idempotency-key": once})
    return await call(app, method, path, headers=headers, chunks=[b"" if body is None else json.dumps(body).encode()])


async def made(world: World, **wish: Any) -> dict[str, Any]:
    answer = await send(world, "POST", "/api/keys", {"name": "app", "balance_usd": "1.00"} | wish)
    assert answer.status == 201
    return dict(answer.json)


async def test_a_key_is_made_as_the_contract_has_it(world: World) -> None:
    wish = {"budgets": [{"window": "day", "usd": "5.00"}], "rpm": 3, "tpm": None, "models": ["m"], "reveal": True}
    answer = await send(world, "POST", "/api/keys", {"name": "app", "balance_usd": "1.00"} | wish)
    assert (answer.status, answer.headers["cache-control"]) == (201, "no-store")
    told = answer.json
    assert list(told)[:3] == ["id", "name", "key"]
    assert access.has_form(told.pop("key"))
    assert told == {
        "id": told["id"],
        "name": "app",
        "prepaid": True,
        "budgets": [{"window": "day", "usd": "5.00"}],
        "rpm": 3,
        "tpm": None,
        "models": ["m"],
        "reveal": True,
        "revoked": False,
        "created_at": "2026-11-25T12:00:00Z",
        "balance_usd": "1.00",
        "held_usd": "0.00",
        "leased_usd": "0.00",
        "available_usd": "1.00",
        "spent_usd": "0.00",
        "requests": 0,
    }
    assert world.workers.told[0].keys[0].id == told["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a", "balance_usd": 1}, "balance_usd"),
        ({"name": "a", "balance_usd": "-1"}, "balance_usd"),
        ({"name": "a", "budgets": [{"window": "week", "usd": "1"}]}, "budgets"),
        ({"name": "a", "rpm": 0}, "rpm"),
        ({"name": "a", "balance": "1.00"}, "balance"),
    ],
)
async def test_a_wish_that_is_wrong_makes_no_key(world: World, body: Any, field: str) -> None:
    answer = await send(world, "POST", "/api/keys", body)
    assert (answer.status, f"`{field}`" in answer.json["detail"]) == (400, True)
    assert await world.keys.all() == ()


async def test_a_repeated_request_is_answered_as_it_was_first(world: World) -> None:
    first = await send(world, "POST", "/api/keys", {"name": "app", "balance_usd": "1.00"}, once="k1")
    again = await send(world, "POST", "/api/keys", {"balance_usd": "1.00", "name": "app"}, once="k1")
    assert (again.status, again.json) == (201, first.json)
    assert (await send(world, "POST", "/api/keys", {"name": "other"}, once="k1")).status == 422
    path = f"/api/keys/{first.json['id']}/topups"
    paid = await send(world, "POST", path, {"usd": "2.00"}, once="t1")
    assert (await send(world, "POST", path, {"usd": "2.00"}, once="t1")).json == paid.json
    assert (await send(world, "POST", path, {"usd": "2.01"}, once="t1")).status == 422
    assert (await send(world, "POST", path, {"usd": "2.00"}, once="k1")).status == 422
    assert (await send(world, "GET", f"/api/keys/{first.json['id']}")).json["balance_usd"] == "3.00"
    assert (await send(world, "POST", path, {"usd": "2.00"}, once="x" * 256)).status == 400


async def test_a_key_is_listed_looked_at_and_revoked(world: World) -> None:
    ids = [(await made(world))["id"] for _ in range(3)]
    world.clock.pass_by(seconds=1)
    newest = (await made(world, balance_usd=None))["id"]
    await world.ledger.fold(Batch(Place("w"), Place("w", 1, 1), tuple(served("r1", ids[0], 250_000_000))))
    first = await send(world, "GET", "/api/keys?limit=3")
    rest = await send(world, "GET", f"/api/keys?limit=3&after={first.json['next']}")
    assert first.json["items"][0]["id"] == newest
    assert first.json["items"][0]["balance_usd"] is None
    assert {item["id"] for page in (first, rest) for item in page.json["items"]} == {*ids, newest}
    assert rest.json["next"] is None
    one = (await send(world, "GET", f"/api/keys/{ids[0]}")).json
    assert (one["balance_usd"], one["spent_usd"], one["requests"], one["open_holds"]) == ("0.75", "0.25", 1, 0)
    gone = await send(world, "DELETE", f"/api/keys/{ids[0]}")
    assert (gone.status, gone.json["revoked"]) == (200, True)
    assert "key" not in gone.json
    assert (await send(world, "DELETE", f"/api/keys/{ids[0]}")).status == 200
    assert (await send(world, "POST", f"/api/keys/{ids[0]}/topups", {"usd": "1"})).status == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/keys/nobody", None),
        ("DELETE", "/api/keys/nobody", None),
        ("POST", "/api/keys/nobody/topups", {"usd": "1"}),
        ("POST", "/api/accounts/nobody/topups", {"usd": "1"}),
        ("POST", "/api/accounts/nobody/probe", None),
        ("POST", "/api/drills", {"account": "nobody"}),
    ],
)
async def test_what_is_not_there_is_404_with_the_list_to_look_at(world: World, method: str, path: str, body: Any) -> None:
    answer = await send(world, method, path, body)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "`nobody`" in answer.json["detail"]
    assert "`GET /api/" in answer.json["detail"]
    assert world.workers.told == []


async def test_accounts_tell_how_they_fare(world: World) -> None:
    world.workers.healths = (Health("relay", "exhausted", (Closed("account", "credit_exhausted", AT_US, None, money=True),)),)
    await Accounts(world.around).post_openings()
    answer = await send(world, "GET", "/api/accounts")
    main, relay = answer.json["items"]
    assert (main["name"], main["state"], main["balance_usd"], main["balance_source"]) == ("main", "ready", "25.00", "shadow")
    assert (relay["name"], relay["state"], relay["balance_usd"], relay["balance_source"]) == ("relay", "exhausted", None, "none")
    assert relay["closed"][0]["why"] == "credit_exhausted"
    paid = await send(world, "POST", "/api/accounts/relay/topups", {"usd": "10.00", "reference": "invoice 7"})
    assert (paid.status, paid.json["balance_usd"], paid.json["reference"]) == (201, "10.00", "invoice 7")
    assert world.workers.told[0].rearmed == ("relay",)


async def test_alerts_are_listed_as_the_contract_has_them(world: World) -> None:
    assert (await send(world, "GET", "/api/alerts")).json == {"items": [], "next": None}
    world.workers.healths = (Health("relay", "exhausted", (Closed("account", "credit_exhausted", AT_US, None, money=True),)),)
    await Accounts(world.around).post_openings()
    low, exhausted = (await send(world, "GET", "/api/alerts")).json["items"]
    assert list(exhausted) == ["id", "kind", "subject", "state", "since", "text"]
    assert (exhausted["kind"], exhausted["subject"], exhausted["since"]) == ("balance.exhausted", "relay", "2026-11-25T12:00:00Z")
    assert (low["kind"], low["subject"], low["state"]) == ("balance.low", "main", "firing")


async def test_a_balance_that_cannot_be_read_is_a_conflict(world: World) -> None:
    answer = await send(world, "POST", "/api/accounts/main/probe")
    assert (answer.status, "cannot be read" in answer.json["detail"]) == (409, True)


@pytest.mark.parametrize(("lasts", "until"), [(None, "2026-11-25T12:01:00Z"), ("2h", "2026-11-25T14:00:00Z")])
async def test_a_drill_says_until_when(world: World, lasts: str | None, until: str) -> None:
    answer = await send(world, "POST", "/api/drills", {"account": "main"} | ({} if lasts is None else {"for": lasts}))
    assert (answer.status, answer.json) == (201, {"account": "main", "kind": "exhaust", "until": until})
    assert len(world.workers.told[0].drills) == 1


async def test_a_changed_config_is_taken_or_refused_with_every_mistake(world: World) -> None:
    assert (await send(world, "POST", "/api/reload", {})).json == {"reloaded": True, "after_restart": []}
    later = await send(world, "POST", "/api/reload", {}, reloaded=Reloaded(after_restart=("[office] listen",)))
    assert (later.status, later.json) == (200, {"reloaded": True, "after_restart": ["[office] listen"]})
    answer = await send(world, "POST", "/api/reload", reloaded=Reloaded(("line 3: no", "line 9: neither")))
    assert (answer.status, answer.json["mistakes"]) == (422, ["line 3: no", "line 9: neither"])
