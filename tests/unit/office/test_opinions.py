from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.routing import Router

from solvent.model.opinion import Assisted, Opinion, Standing
from solvent.model.verdict import Category, Wallet
from solvent.office import endpoints
from solvent.office.opinions import opinion_endpoints
from solvent.operations.assistance import Opinions
from tests.asgi import Answer, call
from tests.opinions import OpinionRows

pytestmark = pytest.mark.anyio
ADMIN = {"authorization": "Bearer token"}
AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SAID = Opinion("T", "S", "X", "C", "W", ("one",), ("two",), Category.TIMEOUT, Wallet.NONE, 2)


@pytest.fixture
async def rows() -> OpinionRows:
    kept = OpinionRows()
    for number in (1, 2):
        await kept.keep(
            Assisted(f"o{number}", f"k{number}", "paste", "zh", "tapir", AT, Standing.PENDING, SAID if number > 1 else Opinion(cause="C"))
        )
    return kept


async def ask(rows: OpinionRows, method: str, path: str, body: bytes = b"", token: bool = True) -> Answer:  # noqa: FBT001, FBT002 - brevity
    app = Router(routes=endpoints.routes(opinion_endpoints(Opinions(rows)), "token"))
    return await call(app, method, path, headers=ADMIN if token else {}, chunks=[body])


async def test_opinions_are_listed_whole(rows: OpinionRows) -> None:
    listed = (await ask(rows, "GET", "/api/opinions?limit=1")).json
    assert listed["items"] == [
        {
            "id": "o2",
            "occurrence_id": "paste",
            "at": "2026-11-25T12:00:00Z",
            "lang": "zh",
            "model": "tapir",
            "standing": "pending",
            "category": "timeout",
            "wallet": "none",
            "struck": 2,
            "title": "T",
            "summary": "S",
            "translation": "X",
            "cause": "C",
            "who_acts": "W",
            "solution": ["one"],
            "prevention": ["two"],
        }
    ]
    (rest,) = (await ask(rows, "GET", f"/api/opinions?after={listed['next']}")).json["items"]
    assert (rest["id"], rest["category"], rest["wallet"]) == ("o1", None, None)


async def test_a_person_decides_and_lists_by_what_was_decided(rows: OpinionRows) -> None:
    answer = await ask(rows, "PATCH", "/api/opinions/o1", b'{"standing": "approved"}')
    assert (answer.status, answer.json["standing"]) == (200, "approved")
    assert [one["id"] for one in (await ask(rows, "GET", "/api/opinions?standing=approved")).json["items"]] == ["o1"]
    assert [one["id"] for one in (await ask(rows, "GET", "/api/opinions?standing=pending")).json["items"]] == ["o2"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "/api/opinions/o1", b'{"standing": "pending"}', 400),
        ("PATCH", "/api/opinions/o1", b"{}", 400),
        ("PATCH", "/api/opinions/nobody", b'{"standing": "rejected"}', 404),
        ("GET", "/api/opinions?standing=maybe", b"", 400),
        ("DELETE", "/api/opinions/o1", b"", 405),
    ],
)
async def test_what_cannot_be_taken_is_refused(rows: OpinionRows, method: str, path: str, body: bytes, status: int) -> None:
    assert (await ask(rows, method, path, body)).status == status
    assert rows.rows["o1"].standing is Standing.PENDING


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_without_the_token_nothing_is_told_or_done(rows: OpinionRows, method: str) -> None:
    path = "/api/opinions" if method == "GET" else "/api/opinions/o1"
    assert (await ask(rows, method, path, b'{"standing": "approved"}', token=False)).status == 401
    assert rows.rows["o1"].standing is Standing.PENDING
