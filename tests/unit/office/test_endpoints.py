from __future__ import annotations

import pytest
from starlette.responses import JSONResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp

from solvent.base.errors import TooLargeError
from solvent.model.occurrence import PAGE_LENGTH_MAX, Page
from solvent.office import forms
from solvent.office.endpoints import PAGE_LENGTH, Call, Endpoint, answered, missing, page_of, routes
from solvent.office.forms import Form
from solvent.operations.asking import Answered, Refused, Why
from tests.asgi import Answer, call

pytestmark = pytest.mark.anyio
TOKEN = "adm1n-t0ken"
ADMIN = {"authorization": f"Bearer {TOKEN}"}


async def echo(told: Call) -> Response:
    if told.path.get("id") == "huge":
        raise TooLargeError("too much; send less")
    body = {"path": told.path, "sent": told.sent, "key": told.idempotency_key, "limit": told.limit, "after": told.after}
    return JSONResponse(body | {"values": {name: str(value) for name, value in told.values.items()}})


FORM = Form({"usd": forms.usd(needed=True)}, '{"usd": "1.00"}')
ENDPOINTS = [
    Endpoint("GET", "/api/things", "Things", echo, paged=True, query=("id",)),
    Endpoint("POST", "/api/things", "Make one", echo, FORM, status=201),
    Endpoint("GET", "/api/things/{id}", "One thing", echo),
]


@pytest.fixture
def app() -> ASGIApp:
    return Router(routes=routes(ENDPOINTS, TOKEN), redirect_slashes=False)


async def send(app: ASGIApp, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    return await call(app, method, path, headers=ADMIN | headers, chunks=[body])


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer \xff"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/things"), ("POST", "/api/things"), ("PUT", "/api/things"), ("GET", "/api/else")]
)
async def test_nothing_is_told_without_the_admin_token(app: ASGIApp, method: str, path: str, given: str | None) -> None:
    answer = await call(app, method, path, headers={} if given is None else {"authorization": given})
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "admin-token" in answer.json["detail"]
    assert TOKEN not in answer.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
async def test_the_admin_token_opens_it(app: ASGIApp, scheme: str) -> None:
    assert (await call(app, "GET", "/api/things", headers={"authorization": f"{scheme} {TOKEN}"})).status == 200


@pytest.mark.parametrize(
    ("query", "limit", "after"),
    [
        ("", PAGE_LENGTH, None),
        ("?limit=7&after=x", 7, "x"),
        ("?limit=100000", PAGE_LENGTH_MAX, None),
        ("?after=", PAGE_LENGTH, None),
    ],
)
async def test_a_page_is_asked_for_by_limit_and_cursor(app: ASGIApp, query: str, limit: int, after: str | None) -> None:
    told = (await send(app, "GET", f"/api/things{query}")).json
    assert (told["limit"], told["after"]) == (limit, after)


@pytest.mark.parametrize("limit", ["0", "-1", "x", "", "1.5", "9" * 30, "%D9%A3"])
async def test_a_limit_that_is_no_number_is_refused(app: ASGIApp, limit: str) -> None:
    answer = await send(app, "GET", f"/api/things?limit={limit}")
    assert (answer.status, answer.json["title"]) == (400, "This cannot be taken")
    assert "`limit`" in answer.json["detail"]


async def test_a_body_and_its_idempotency_key_reach_the_act(app: ASGIApp) -> None:
    told = (await send(app, "POST", "/api/things", b'{"usd": "1"}', **{"idempotency-key": "once"})).json
    assert (told["values"], told["sent"], told["key"]) == ({"usd": "1.00"}, {"usd": "1"}, "once")


async def test_a_mistake_is_a_problem(app: ASGIApp) -> None:
    answer = await send(app, "POST", "/api/things", b"{}")
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json["detail"] == 'the body lacks `usd`; send {"usd": "1.00"}'
    assert (await send(app, "GET", "/api/things/huge")).status == 413


async def test_another_method_is_told_which_ones_there_are(app: ASGIApp) -> None:
    answer = await send(app, "DELETE", "/api/things")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert (await send(app, "HEAD", "/api/things")).status == 200


async def test_an_unknown_address_is_a_problem(app: ASGIApp) -> None:
    answer = await send(app, "GET", "/api/else/where")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_name_in_the_path_is_decoded(app: ASGIApp) -> None:
    assert (await send(app, "GET", "/api/things/a b")).json["path"] == {"id": "a b"}


async def test_the_document_holds_every_address_and_no_secret(app: ASGIApp) -> None:
    answer = await call(app, "GET", "/api/openapi.json")
    document = answer.json
    assert (answer.status, document["openapi"]) == (200, "3.1.0")
    assert {path: sorted(methods) for path, methods in document["paths"].items()} == {
        "/api/things": ["get", "post"],
        "/api/things/{id}": ["get"],
    }
    assert [one["name"] for one in document["paths"]["/api/things"]["get"]["parameters"]] == ["id", "limit", "after"]
    assert document["paths"]["/api/things/{id}"]["get"]["parameters"][0] == {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
    }
    make = document["paths"]["/api/things"]["post"]
    assert make["requestBody"]["content"]["application/json"]["schema"] == FORM.schema()
    assert sorted(make["responses"]) == ["201", "default"]
    assert TOKEN not in answer.text


@pytest.mark.parametrize(("why", "status"), [(Why.UNKNOWN, 404), (Why.CONFLICT, 409), (Why.REUSED, 422)])
def test_every_refusal_has_its_status(why: Why, status: int) -> None:
    assert answered(Refused(why, "because; do this")).status_code == status


def test_answers_and_pages() -> None:
    assert (answered(Answered({"a": 1}), 201).status_code, answered(Answered({"a": 1})).body) == (201, b'{"a":1}')
    assert page_of(Page((1, 2), "x"), lambda item: {"it": item}).body == b'{"items":[{"it":1},{"it":2}],"next":"x"}'
    assert missing("key", "k", "/api/keys").status_code == 404
