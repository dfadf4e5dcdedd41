from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from starlette.routing import Router

from solvent.adapters.memory import MemoryCaseStore
from solvent.model.key import Key
from solvent.model.occurrence import Attempted
from solvent.office.cases import case_endpoints
from solvent.office.endpoints import routes
from solvent.office.records import desk_endpoints, ledger_endpoints, request_endpoints
from solvent.operations.cases import Desk
from solvent.operations.casework import Casework
from solvent.operations.folding import Batch, Place
from solvent.operations.requests import Requests
from tests import small
from tests.asgi import Answer, call
from tests.books import AT_US, World, done, served

pytestmark = pytest.mark.anyio
TOKEN = "adm1n-t0ken"


def casework_of(desk: Desk, world: World) -> Casework:
    store = cast("MemoryCaseStore", desk._store)
    return Casework(desk.engine, store, store, world.around.answers)


async def get(world: World, path: str, desk: Desk | None = None) -> Answer:
    return await send(world, "GET", path, desk)


async def send(world: World, method: str, path: str, desk: Desk | None = None, body: bytes = b"") -> Answer:
    endpoints = [
        *request_endpoints(Requests(world.requests)),
        *ledger_endpoints(world.ledger),
        *([] if desk is None else [*case_endpoints(desk, casework_of(desk, world)), *desk_endpoints(desk)]),
    ]
    app = Router(routes=routes(endpoints, TOKEN), redirect_slashes=False)
    return await call(app, method, path, headers={"authorization": f"Bearer {TOKEN}"}, chunks=[body])


async def keep(world: World) -> None:
    await world.keys.add(Key("k", "app", "ab" * 32), None)
    records = [*served("slv-1", "k", 40), done("slv-2", "k", at_us=AT_US + 1), *served("slv-3", "k", 4)[:2]]
    await world.ledger.fold(Batch(Place("w"), Place("w", 1, 1), tuple(records)))


async def test_requests_are_listed_found_and_looked_at(world: World) -> None:
    await keep(world)
    first = await get(world, "/api/requests?limit=1")
    rest = await get(world, f"/api/requests?limit=1&after={first.json['next']}")
    assert [item["id"] for page in (first, rest) for item in page.json["items"]] == ["slv-2", "slv-1"]
    assert rest.json["next"] is None
    one = rest.json["items"][0]
    assert {"id", "at", "key_id", "model", "route", "status", "attempts", "tokens", "cost_usd", "cost_source", "degraded", "ms"} <= set(one)
    assert set(one["attempts"][0]) >= {"account", "model", "status", "category", "upstream_request_ids", "outcome", "ms"}
    for wanted in ("slv-1", "req_slv-1"):
        assert (await get(world, f"/api/requests?id={wanted}")).json == {"items": [one], "next": None}
    assert (await get(world, "/api/requests?id=nobody")).json["items"] == []
    assert (await get(world, "/api/requests/slv-1")).json == one
    assert (await get(world, "/api/requests/req_slv-1")).status == 404


async def test_the_books_are_listed(world: World) -> None:
    await keep(world)
    balances = (await get(world, "/api/ledger/balances")).json
    key = next(item for item in balances["items"] if item["account"] == "key:k")
    assert (key["settled_usd"], key["held_usd"], key["available_usd"]) == ("-0.00000004", "0.001", "-0.00100004")
    transfers = (await get(world, "/api/ledger/transfers?limit=2")).json
    assert [item["id"] for item in transfers["items"]] == ["hold:slv-3", "post:slv-1"]
    more = (await get(world, f"/api/ledger/transfers?limit=9&after={transfers['next']}")).json
    assert ([item["id"] for item in more["items"]], more["next"]) == (["spend:slv-1/1", "hold:slv-1"], None)
    (hold,) = (await get(world, "/api/ledger/holds?account=key:k")).json["items"]
    assert (hold["id"], hold["attempts"]) == ("slv-3", ["slv-3/1"])
    assert (await get(world, "/api/ledger/holds?account=key:other")).json["items"] == []


async def test_cases_and_occurrences_are_listed_without_anybodys_words(world: World, desk: Desk) -> None:
    filed = await desk.file(f"{small.NO_CREDIT} dear diary", "en")
    unknown = await desk.file(small.UNKNOWN, "en")
    cases = (await get(world, "/api/cases", desk)).json["items"]
    told = next(item for item in cases if item["id"] == filed.case.id)
    assert {name: told[name] for name in ("state", "category", "wallet", "provider", "count", "first_at", "last_at")} == {
        "state": "answered",
        "category": "credit_exhausted",
        "wallet": "own_provider_account",
        "provider": "acme",
        "count": 1,
        "first_at": "2026-11-25T12:00:00Z",
        "last_at": "2026-11-25T12:00:00Z",
    }
    rule = desk.engine.catalogue.rules["acme/no-credit"]
    assert told["title"] == rule.title.of("en")
    assert (await get(world, f"/api/cases/{filed.case.id}?lang=zh", desk)).json["title"] == rule.title.of("zh")
    assert next(item for item in cases if item["id"] == unknown.case.id)["title"] == unknown.case.template[:160]
    answer = await get(world, f"/api/occurrences?case_id={filed.case.id}", desk)
    assert answer.json["items"] == [
        {
            "id": filed.occurrence.id,
            "case_id": filed.case.id,
            "at": "2026-11-25T12:00:00Z",
            "title": told["title"],
            "state": "answered",
            "source": "paste",
            "listed": True,
            "feedback": None,
        }
    ]
    assert "diary" not in answer.text


async def test_one_occurrence_comes_with_its_text_and_verdict(world: World, desk: Desk) -> None:
    filed = await desk.file(f"{small.NO_CREDIT} dear diary", "en")
    told = (await get(world, f"/api/occurrences/{filed.occurrence.id}?lang=zh", desk)).json
    assert (told["text"], told["redacted"], told["verdict"]["rule"]) == (filed.occurrence.text, {}, "acme/no-credit")
    assert told["verdict"]["report"]["lang"] == "zh"


async def test_the_operator_sees_what_no_list_of_the_desk_shows(world: World, desk: Desk) -> None:
    filed = [
        await desk.file(f"{small.NO_CREDIT} {source}", "en", source=source, listed=source == "paste") for source in ("paste", "gateway")
    ]
    everything = (await get(world, f"/api/occurrences?case_id={filed[0].case.id}", desk)).json["items"]
    assert {(item["source"], item["listed"]) for item in everything} == {("paste", True), ("gateway", False)}
    private = (await get(world, "/api/occurrences?source=gateway", desk)).json["items"]
    assert [item["id"] for item in private] == [filed[1].occurrence.id]


async def test_an_occurrence_is_deleted_for_good_and_its_case_goes_with_the_last(world: World, desk: Desk) -> None:
    first, second = await desk.file(f"{small.NO_CREDIT} one", "en"), await desk.file(f"{small.NO_CREDIT} two", "en")
    path = f"/api/occurrences/{first.occurrence.id}"
    gone = await send(world, "DELETE", path, desk)
    assert (gone.status, gone.json) == (200, {"id": first.occurrence.id, "deleted": True})
    assert [(await send(world, method, path, desk)).status for method in ("GET", "DELETE")] == [404, 404]
    assert (await get(world, f"/api/cases/{first.case.id}", desk)).json["count"] == 1
    await send(world, "DELETE", f"/api/occurrences/{second.occurrence.id}", desk)
    assert (await get(world, f"/api/cases/{first.case.id}", desk)).status == 404


@pytest.mark.parametrize("path", ["/api/cases/nobody", "/api/occurrences/nobody", "/api/requests/nobody"])
async def test_what_is_not_there_is_404(world: World, desk: Desk, path: str) -> None:
    assert (await get(world, path, desk)).status == 404


async def test_another_language_is_refused(world: World, desk: Desk) -> None:
    answer = await get(world, "/api/cases?lang=fr", desk)
    assert (answer.status, "`lang`" in answer.json["detail"]) == (400, True)


async def test_occurrences_are_searched_and_filtered_and_the_filters_hold_from_page_to_page(world: World, desk: Desk) -> None:
    for number in range(3):
        await desk.file(f"{small.NO_CREDIT} gizmo{number}", "en", listed=number > 0)
    await desk.file(small.TOO_FAST, "en", source="api")
    first = await get(world, "/api/occurrences?q=empty&category=credit_exhausted&limit=2", desk)
    rest = await get(world, f"/api/occurrences?q=empty&category=credit_exhausted&limit=2&after={first.json['next']}", desk)
    assert [len(page.json["items"]) for page in (first, rest)] == [2, 1]
    assert rest.json["next"] is None
    for query, number in (
        ("q=gizmo0", 1),
        ("source=api", 1),
        ("source=api&q=gizmo0", 0),
        ("state=processing", 0),
        ("rule=acme/too-fast", 1),
    ):
        assert len((await get(world, f"/api/occurrences?{query}", desk)).json["items"]) == number, query
    for query in ("source=mail", "since=soon", "q=%3F", "state=open", "provider=nobody", "since=2026-11-25&until=2026-11-01"):
        assert (await get(world, f"/api/occurrences?{query}", desk)).status == 400, query


async def test_the_operator_is_told_what_its_reader_says_and_where_an_attempt_failed(world: World, desk: Desk) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    await desk.give_feedback(filed.occurrence.id, "corrected", "it was the proxy")
    told = (await get(world, f"/api/occurrences/{filed.occurrence.id}", desk)).json
    assert (told["feedback"], told["correction"], told["attempt"]) == ("corrected", "it was the proxy", None)
    met = Attempted("k1", "relay", "m", "slv-1", ("up-1",))
    item = replace(filed.occurrence, id="gateway1", source="gateway", text="402 no\naccount: relay", listed=False, attempted=met)
    await cast("MemoryCaseStore", desk._store).file(item, filed.case)
    told = (await get(world, "/api/occurrences/gateway1", desk)).json
    assert told["attempt"] == {"key_id": "k1", "account": "relay", "model": "m", "request_id": "slv-1", "upstream_request_ids": ["up-1"]}
