from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.applications import Starlette

from solvent.base.paste import PASTE_BYTES_MAX
from solvent.office import api
from solvent.operations.cases import Desk
from tests import small
from tests.asgi import Answer, call

pytestmark = pytest.mark.anyio
TOKEN = "adm1n-t0ken"
KEY = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3"
JSON = {"content-type": "application/json"}


async def post(desk: Desk, body: Any, headers: dict[str, str] | None = None, *, public_url: str | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    app = Starlette(routes=api.routes(desk, TOKEN, public_url=public_url))
    return await call(app, "POST", "/api/explain", headers=JSON | (headers or {}), chunks=[raw])


async def test_an_error_is_explained_in_the_shape_of_the_contract(desk: Desk) -> None:
    answer = await post(desk, {"raw": small.NO_CREDIT, "lang": "zh", "code": "curl"})
    assert answer.status == 200
    assert (answer.json["category"], answer.json["rule"], answer.json["http_status"]) == ("credit_exhausted", "acme/no-credit", 402)
    assert (answer.json["report"]["lang"], answer.json["report"]["code"]["language"]) == ("zh", "curl")
    assert answer.json["doc_url"] == "/e/rules/acme/no-credit"


@pytest.mark.parametrize("wish", [{}, {"lang": None}, {"lang": ""}, {"lang": "en"}])
async def test_english_is_spoken_unless_another_language_is_asked_for(desk: Desk, wish: dict[str, Any]) -> None:
    assert (await post(desk, {"raw": small.NO_CREDIT} | wish)).json["report"]["lang"] == "en"


async def test_nothing_is_kept_unless_it_is_asked_for(desk: Desk) -> None:
    answer = await post(desk, {"raw": small.NO_CREDIT, "file": False})
    assert not {"id", "url", "case_id", "delete_url"} & set(answer.json)
    assert await desk.counts() == (0, 0)


@pytest.mark.parametrize("public_url", [None, "https://desk.example.org"])
async def test_a_filed_paste_tells_its_place(desk: Desk, public_url: str | None) -> None:
    answer = await post(desk, {"raw": small.NO_CREDIT, "file": True}, public_url=public_url)
    assert answer.status == 200
    assert answer.json["url"] == f"{public_url or ''}/e/{answer.json['id']}"
    opened = await desk.open(answer.json["id"], "en")
    assert opened is not None
    assert (opened.case.id, opened.occurrence.source) == (answer.json["case_id"], "api")
    assert answer.json["rule"] == "acme/no-credit"
    place, _, token = answer.json["delete_url"].partition("?token=")
    assert place == f"{answer.json['url']}/delete"
    assert answer.headers["cache-control"] == "no-store"
    assert await desk.delete(answer.json["id"], token) is True


async def test_strangers_have_no_api_but_this_and_no_token_counts(desk: Desk) -> None:
    public = desk.for_strangers()
    app = Starlette(routes=api.routes(public, None, public_url="https://desk.example.org"))
    body = json.dumps({"raw": small.NO_CREDIT, "file": True}).encode()
    for headers in (JSON, JSON | {"authorization": f"Bearer {TOKEN}"}, JSON | {"authorization": "Bearer wrong"}):
        answer = await call(app, "POST", "/api/explain", headers=headers, chunks=[body])
        assert (answer.status, answer.json["listed"]) == (200, False)
        assert answer.json["delete_url"].startswith("https://desk.example.org/e/")
    for path in ("keys", "occurrences", "openapi.json", "reload", "", "explain/x"):
        answer = await call(app, "GET", f"/api/{path}", headers={"authorization": f"Bearer {TOKEN}"})
        assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert (await call(app, "POST", "/api/explain", headers=JSON | {"sec-fetch-site": "cross-site"}, chunks=[body])).status == 403


@pytest.mark.parametrize(("wish", "listed"), [({}, True), ({"listed": None}, True), ({"listed": False}, False), ({"listed": True}, True)])
async def test_whether_it_is_listed_can_be_said(desk: Desk, wish: dict[str, Any], listed: bool) -> None:  # noqa: FBT001 - a table's column
    answer = await post(desk, {"raw": small.NO_CREDIT, "file": True} | wish)
    assert answer.json["listed"] is listed


async def test_a_secret_is_counted_and_not_given_back(desk: Desk) -> None:
    answer = await post(desk, {"raw": f"{small.NO_CREDIT} for {KEY}", "file": True})
    assert answer.json["redacted"] == {"key": 1}
    assert KEY not in answer.text


@pytest.mark.parametrize("authorization", [None, f"Bearer {TOKEN}", f"bearer {TOKEN}", f"Bearer  {TOKEN} "])
async def test_the_desk_is_open_and_the_right_token_does_not_close_it(desk: Desk, authorization: str | None) -> None:
    assert (await post(desk, {"raw": small.NO_CREDIT}, {"authorization": authorization} if authorization else {})).status == 200


@pytest.mark.parametrize("authorization", ["Bearer wrong", "Bearer", "", f"Basic {TOKEN}", TOKEN, "Bearer \xff", f"Bearer {TOKEN}x"])
async def test_a_token_that_is_given_must_be_right(desk: Desk, authorization: str) -> None:
    answer = await post(desk, {"raw": small.NO_CREDIT, "file": True}, {"authorization": authorization})
    assert (answer.status, answer.json["status"]) == (401, 401)
    assert TOKEN not in answer.text
    assert await desk.counts() == (0, 0)


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)])
async def test_a_page_of_another_site_may_not_call(desk: Desk, site: str, status: int) -> None:
    assert (await post(desk, {"raw": small.NO_CREDIT}, {"sec-fetch-site": site})).status == status


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/jsonx"]
)
async def test_what_a_strange_page_can_send_unasked_is_refused(desk: Desk, kind: str) -> None:
    answer = await post(desk, {"raw": small.NO_CREDIT}, {"content-type": kind})
    assert (answer.status, answer.json["title"]) == (415, "Send JSON")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
async def test_json_is_recognised_in_its_spellings(desk: Desk, kind: str) -> None:
    assert (await post(desk, {"raw": small.NO_CREDIT}, {"content-type": kind})).status == 200


@pytest.mark.parametrize(
    ("body", "status", "complaint"),
    [
        (b"", 400, "not JSON"),
        (b"raw=402", 400, "not JSON"),
        (b'{"raw": "\xff"}', 400, "not JSON"),
        (b"[" * 100_000, 400, "not JSON"),
        ([], 400, "lacks the text `raw`"),
        ({}, 400, "lacks the text `raw`"),
        ({"raw": 402}, 400, "lacks the text `raw`"),
        ({"raw": None}, 400, "lacks the text `raw`"),
        ({"raw": "x", "lang": "fr"}, 400, "`lang` must be one of en, zh"),
        ({"raw": "x", "lang": 5}, 400, "`lang` must be one of en, zh"),
        ({"raw": "x", "lang": ["en"]}, 400, "`lang` must be one of en, zh"),
        ({"raw": "x", "file": "yes"}, 400, "`file` must be true or false"),
        ({"raw": "x", "file": None}, 400, "`file` must be true or false"),
        ({"raw": "x", "file": 1}, 400, "`file` must be true or false"),
        ({"raw": "x", "listed": 1}, 400, "`listed` must be true or false"),
        ({"raw": "x", "code": "cobol"}, 400, "`code` must be one of python, javascript, curl"),
        ({"raw": "x", "code": {}}, 400, "`code` must be one of python, javascript, curl"),
        ({"raw": ""}, 400, "empty"),
        ({"raw": " \n"}, 400, "empty"),
        ({"raw": "\x00\x01" * 50}, 400, "not text"),
        ({"raw": "x" * (PASTE_BYTES_MAX + 1)}, 413, "too large"),
    ],
)
async def test_a_mistake_is_answered_with_what_to_send_instead(desk: Desk, body: Any, status: int, complaint: str) -> None:
    answer = await post(desk, body)
    assert (answer.status, answer.json["status"]) == (status, status)
    assert complaint in answer.json["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_lone_surrogate_is_explained_and_not_a_failure(desk: Desk) -> None:
    answer = await post(desk, rb'{"raw": "HTTP 418: frobnicator \ud83d failed", "file": true}')
    assert answer.status == 200


async def test_only_posts_are_taken(desk: Desk) -> None:
    app = Starlette(routes=api.routes(desk, TOKEN))
    assert (await call(app, "GET", "/api/explain")).status == 405
