"""The API for programs: `POST /api/explain`."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from solvent.base.errors import TooLargeError, UsageError
from solvent.catalogue.load import CODE_LANGUAGES
from solvent.catalogue.tables import language
from solvent.office import bearer
from solvent.office.problems import problem
from solvent.operations.cases import Desk


def routes(desk: Desk, admin_token: str | None, *, public_url: str | None = None) -> list[BaseRoute]:
    """All routes of the API, in order. Without an admin token there is nothing but what everybody may call, and no token counts."""

    async def explain(request: Request) -> Response:
        if request.method != "POST":
            refused = problem(405, "Only POST is taken here", 'Send {"raw": "the error", "lang": "en"} with POST.')
            refused.headers["allow"] = "POST"
            return refused
        refusal = _refusal(request, admin_token)
        if refusal is not None:
            return refusal
        try:
            wish = _wish(await request.body())
            if wish["file"]:
                opened = await desk.file(wish["raw"], wish["lang"], source="api", listed=wish["listed"])
                explanation = opened.explanation
                place: dict[str, Any] = {
                    "id": opened.occurrence.id,
                    "url": f"{public_url or ''}/e/{opened.occurrence.id}",
                    "case_id": opened.case.id,
                    "listed": opened.occurrence.listed,
                    "delete_url": f"{public_url or ''}/e/{opened.occurrence.id}/delete?token={opened.deletion_token}",
                }
            else:
                explanation, place = desk.explain(wish["raw"], wish["lang"], wish["code"]), {}
        except TooLargeError as wrong:
            return problem(413, "This cannot be explained", str(wrong))
        except UsageError as wrong:
            return problem(400, "This cannot be explained", str(wrong))
        body = place | explanation.verdict.as_json(explanation.report) | {"redacted": dict(explanation.struck)}
        # It may hold the only link that deletes what was filed.
        return JSONResponse(body, headers={"cache-control": "no-store"})

    async def nothing(_: Request) -> Response:
        return problem(404, "There is no such address", "`POST /api/explain` is all that this API takes.")

    every = ["POST", "GET", "PUT", "PATCH", "DELETE"]
    rest = [Route("/api/{rest:path}", nothing, methods=every)] if admin_token is None else []
    return [Route("/api/explain", explain, methods=every), *rest]


def _refusal(request: Request, admin_token: str | None) -> Response | None:
    """Why this call is not taken, or None. The desk is open on loopback; a token that is given must be right all the same."""
    given = request.headers.get("authorization")
    if given is not None and admin_token is not None:
        if not bearer.carries(given, admin_token):
            return problem(
                401, "Unknown token", "The Authorization header must carry the admin token: see `admin-token` in the data directory."
            )
    elif request.headers.get("sec-fetch-site") not in (None, "same-origin", "none"):
        return problem(403, "Another site's page may not call this", "Call it from a program, or from a page of this server.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        # A page of another site can send plain text unasked, but JSON only after the browser asked us.
        return problem(415, "Send JSON", 'Set `Content-Type: application/json` and send {"raw": "the error", "lang": "en"}.')
    return None


def _wish(body: bytes) -> dict[str, Any]:
    try:
        wish = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        message = 'the body is not JSON; send {"raw": "the error", "lang": "en"}'
        raise UsageError(message) from wrong
    if not isinstance(wish, dict) or not isinstance(wish.get("raw"), str):
        message = 'the body lacks the text `raw`; send {"raw": "the error", "lang": "en"}'
        raise UsageError(message)
    lang, file, code, listed = language(wish.get("lang") or "en"), wish.get("file", False), wish.get("code"), wish.get("listed")
    if not isinstance(file, bool) or not isinstance(listed, bool | None):
        message = f"`{'listed' if isinstance(file, bool) else 'file'}` must be true or false"
        raise UsageError(message)
    if code is not None and code not in CODE_LANGUAGES:
        message = f"`code` must be one of {', '.join(CODE_LANGUAGES)}"
        raise UsageError(message)
    return {"raw": wish["raw"], "lang": lang, "file": file, "code": code, "listed": listed}
