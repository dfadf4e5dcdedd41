from __future__ import annotations

import tomllib

import pytest
from starlette.routing import Router

from solvent.adapters.memory import MemoryCaseStore
from solvent.office.cases import case_endpoints
from solvent.office.endpoints import routes
from solvent.operations.cases import Desk
from solvent.operations.casework import Casework
from tests import small
from tests.asgi import Answer, call
from tests.books import World
from tests.conftest import FixedClock

pytestmark = pytest.mark.anyio
TOKEN = "adm1n-t0ken"


@pytest.fixture
def api(desk: Desk, store: MemoryCaseStore, world: World) -> Router:
    casework = Casework(desk.engine, store, store, world.around.answers)
    return Router(routes=routes(case_endpoints(desk, casework), TOKEN), redirect_slashes=False)


async def get(api: Router, path: str) -> Answer:
    return await send(api, "GET", path)


async def send(api: Router, method: str, path: str, body: bytes = b"", key: str | None = None) -> Answer:
    headers = {"authorization": f"Bearer {TOKEN}"} | ({} if key is None else {"idempotency-key": key})
    return await call(api, method, path, headers=headers, chunks=[body])


async def test_one_case_comes_with_the_verdict_of_its_newest_occurrence(api: Router, desk: Desk) -> None:
    filed = await desk.file(small.NO_CREDIT, "en", listed=False)
    told = (await get(api, f"/api/cases/{filed.case.id}?lang=zh")).json
    assert (told["count"], told["verdict"]["rule"], told["verdict"]["report"]["lang"]) == (1, "acme/no-credit", "zh")


async def test_a_case_is_said_to_be_over_and_comes_back(api: Router, desk: Desk) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    path = f"/api/cases/{filed.case.id}"
    done = await send(api, "PATCH", path, b'{"state": "resolved"}')
    assert (done.status, done.json["state"]) == (200, "resolved")
    await desk.file(small.NO_CREDIT, "en")
    assert (await get(api, path)).json["state"] == "regressed"
    for body in (b'{"state": "answered"}', b"{}", b'{"state": ["resolved"]}'):
        assert (await send(api, "PATCH", path, body)).status == 400
    assert (await send(api, "PATCH", "/api/cases/nobody", b'{"state": "resolved"}')).status == 404


async def test_a_case_is_put_into_another_and_its_address_leads_there(api: Router, desk: Desk) -> None:
    first, second = await desk.file(small.NO_CREDIT, "en"), await desk.file(small.TOO_FAST, "en")
    body = f'{{"merge_into": "{second.case.id}"}}'.encode()
    done = await send(api, "PATCH", f"/api/cases/{first.case.id}", body, "once")
    assert (done.status, done.json["id"], done.json["count"]) == (200, second.case.id, 2)
    again = await send(api, "PATCH", f"/api/cases/{first.case.id}", body, "once")
    assert (again.status, again.json) == (200, done.json)
    told = (await get(api, f"/api/cases/{first.case.id}")).json
    assert (told["id"], told["count"]) == (second.case.id, 2)
    (part,) = [part for part in told["parts"] if part["kind"] == "merged"]
    assert (part["id"], part["count"]) == (first.case.id, 1)
    out = await send(api, "PATCH", f"/api/cases/{second.case.id}", f'{{"split": "{first.case.id}"}}'.encode())
    assert (out.status, out.json["id"], out.json["count"]) == (200, first.case.id, 1)


async def test_a_sentence_is_split_from_its_case(api: Router, desk: Desk) -> None:
    first = await desk.file(f"{small.NO_CREDIT} today", "en")
    second = await desk.file(f"{small.NO_CREDIT} and gone", "en")
    assert first.case.id == second.case.id
    path = f"/api/cases/{first.case.id}"
    parts = (await get(api, path)).json["parts"]
    assert [(part["kind"], part["count"]) for part in parts] == [("sentence", 1), ("sentence", 1)]
    done = await send(api, "PATCH", path, f'{{"split": "{second.occurrence.id}"}}'.encode())
    assert done.json["id"] in {part["id"] for part in parts}
    later = await desk.file(f"{small.NO_CREDIT} and gone", "en")
    assert (later.case.id, later.case.count, later.occurrence.case_id) == (done.json["id"], 2, done.json["id"])


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{}", 400, "one of"),
        (b'{"state": "resolved", "split": "x"}', 400, "one of"),
        (b'{"merge_into": 3}', 400, "`merge_into`"),
        (b'{"merge_into": "nobody"}', 404, "`nobody` to merge into"),
        (b'{"merge_into": "SELF"}', 409, "the case itself"),
        (b'{"split": "nobody"}', 404, "lists its `parts`"),
    ],
)
async def test_what_cannot_be_done_is_said(api: Router, desk: Desk, body: bytes, status: int, words: str) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    answer = await send(api, "PATCH", f"/api/cases/{filed.case.id}", body.replace(b"SELF", filed.case.id.encode()))
    assert answer.status == status
    assert words in answer.json["detail"]
    assert (await send(api, "PATCH", "/api/cases/nobody", b'{"merge_into": "x"}')).status == 404


async def test_one_idempotency_key_is_for_one_act(api: Router, desk: Desk) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    path = f"/api/cases/{filed.case.id}"
    first = await send(api, "PATCH", path, b'{"state": "resolved"}', "once")
    await desk.file(small.NO_CREDIT, "en")
    again = await send(api, "PATCH", path, b'{"state": "resolved"}', "once")
    assert again.json == first.json
    assert (await get(api, path)).json["state"] == "regressed", "the second time nothing was done"
    assert (await send(api, "PATCH", path, b'{"split": "x"}', "once")).status == 422


async def test_a_case_tells_its_days_its_readers_and_what_is_like_it(api: Router, desk: Desk, clock: FixedClock) -> None:
    filed = [await desk.file(small.NO_CREDIT, "en") for _ in range(6)]
    await desk.give_feedback(filed[0].occurrence.id, "not_helped")
    await desk.give_feedback(filed[1].occurrence.id, "corrected", "it was my proxy")
    told = (await get(api, f"/api/cases/{filed[0].case.id}")).json
    assert len(told["days"]) == 30
    assert told["days"][-1] == {"day": "2026-11-25", "count": 6}
    assert told["outbreak"] == {"since": "2026-11-25", "this_week": 6}
    assert told["feedback"] == {"helped": 0, "not_helped": 1, "corrected": 1}
    assert [one["text"] for one in told["corrections"]] == ["it was my proxy"]
    assert told["affected"] == {"keys": [], "accounts": [], "models": []}
    clock.pass_by(days=20)
    assert (await get(api, f"/api/cases/{filed[0].case.id}")).json["outbreak"] is None


async def test_cases_are_searched_and_filtered(api: Router, desk: Desk) -> None:
    money = (await desk.file(small.NO_CREDIT, "en")).case.id
    speed = (await desk.file(small.TOO_FAST, "en")).case.id
    for query, wanted in (
        ("q=credit+exhausted", {money}),
        ("category=rate_limited&state=answered", {speed}),
        ("provider=acme&since=2026-11-25&until=2026-11-25", {money, speed}),
        ("since=2026-11-26", set()),
    ):
        assert {item["id"] for item in (await get(api, f"/api/cases?{query}")).json["items"]} == wanted, query
    refused = await get(api, "/api/cases?category=money")
    assert (refused.status, "credit_exhausted" in refused.json["detail"]) == (400, True)


async def test_a_rule_is_drafted_for_a_case(api: Router, desk: Desk) -> None:
    filed = await desk.file("HTTP 418: the frobnicator 7 failed", "en")
    told = (await get(api, f"/api/cases/{filed.case.id}/draft")).json
    assert told["case_id"] == filed.case.id
    assert told["file"].endswith("errors/generic/FILL_IN.toml")
    assert tomllib.loads(told["toml"])["match"] == [{"text": [r"http\s+\S{1,40}:\s+the\s+frobnicator\s+\S{1,40}\s+failed"]}]
    assert (await get(api, "/api/cases/nobody/draft")).status == 404
