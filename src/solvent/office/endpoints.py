"""The admin API's frame: every call brings the admin token, bodies and pages are read in one way.

The table of endpoints is routes and document in one, so that neither can tell of an address that the other does not know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from solvent import __version__
from solvent.base.errors import TooLargeError, UsageError
from solvent.model.occurrence import PAGE_LENGTH_MAX, Page
from solvent.office import bearer, forms
from solvent.office.forms import Form
from solvent.office.problems import problem
from solvent.operations.asking import Answered, Refused, Why

PAGE_LENGTH = 50
_STATUS = {Why.UNKNOWN: 404, Why.CONFLICT: 409, Why.REUSED: 422}
_TITLE = {Why.UNKNOWN: "There is no such thing", Why.CONFLICT: "Not in this state", Why.REUSED: "The Idempotency-Key was used before"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call whose token was right: what the path names, the body as read and as sent, and the page that is asked for."""

    path: dict[str, str]
    query: dict[str, str]
    values: dict[str, Any]
    sent: dict[str, Any]
    idempotency_key: str | None
    limit: int
    after: str | None


Handle = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One act of the API. `form` None: its body is not read; `paged`: it takes `limit` and `after`; `query`: what else it takes."""

    method: str
    path: str
    summary: str
    handle: Handle
    form: Form | None = None
    paged: bool = False
    query: tuple[str, ...] = ()
    status: int = 200


def answered(outcome: Answered | Refused, status: int = 200) -> Response:
    """An act's answer, or its refusal."""
    if isinstance(outcome, Refused):
        return problem(_STATUS[outcome.why], _TITLE[outcome.why], outcome.message)
    return JSONResponse(outcome.body, status_code=status)


def missing(what: str, name: str, where: str) -> Response:
    """The refusal where nothing has this name."""
    return answered(Refused(Why.UNKNOWN, f"there is no {what} `{name}`; `GET {where}` lists them"))


def page(items: Sequence[dict[str, Any]], after: str | None = None) -> Response:
    """One page of a list; `after` continues it."""
    return JSONResponse({"items": list(items), "next": after})


def page_of(found: Page[Any], shape: Callable[[Any], dict[str, Any]]) -> Response:
    """A store's page, each item in its shape."""
    return page([shape(item) for item in found.items], found.after)


def routes(endpoints: Sequence[Endpoint], admin_token: str) -> list[BaseRoute]:
    """All of them, their document at `/api/openapi.json`, and an honest 404 for whatever else begins with `/api/`."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    documented = document(endpoints)

    async def openapi(_: Request) -> Response:
        return JSONResponse(documented)

    async def nothing(request: Request) -> Response:
        refusal = _unauthorised(request, admin_token)
        return refusal or problem(404, "There is no such address", "`GET /api/openapi.json` lists the addresses of this API.")

    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [
        Route("/api/openapi.json", openapi),
        *(Route(path, _dispatch(methods, admin_token), methods=every) for path, methods in by_path.items()),
        Route("/api/{rest:path}", nothing, methods=every),
    ]


def _dispatch(methods: dict[str, Endpoint], admin_token: str) -> Callable[[Request], Awaitable[Response]]:
    async def dispatch(request: Request) -> Response:
        if refusal := _unauthorised(request, admin_token):
            return refusal
        endpoint = methods.get("GET" if request.method == "HEAD" else request.method)
        if endpoint is None:
            allowed = ", ".join(methods)
            refused = problem(405, f"`{request.method}` is not taken here", f"This address takes {allowed}; see `GET /api/openapi.json`.")
            refused.headers["allow"] = allowed
            return refused
        try:
            return await endpoint.handle(await _call(endpoint, request))
        except TooLargeError as wrong:
            return problem(413, "That is too much", str(wrong))
        except UsageError as wrong:
            return problem(400, "This cannot be taken", str(wrong))

    return dispatch


def _unauthorised(request: Request, admin_token: str) -> Response | None:
    if bearer.carries(request.headers.get("authorization", ""), admin_token):
        return None
    detail = "Send `Authorization: Bearer <admin token>`: the token is SOLVENT_ADMIN_TOKEN, else in `admin-token` of the data directory."
    refused = problem(401, "The admin token is missing or wrong", detail)
    refused.headers["www-authenticate"] = "Bearer"
    return refused


async def _call(endpoint: Endpoint, request: Request) -> Call:
    body = forms.Body({}, {}) if endpoint.form is None else forms.read(endpoint.form, await request.body())
    query = dict(request.query_params)
    limit = query.get("limit", str(PAGE_LENGTH))
    if endpoint.paged and not (limit.isascii() and limit.isdigit() and len(limit) <= 9 and int(limit) >= 1):
        raise UsageError(f"`limit` must be a whole number from 1 to {PAGE_LENGTH_MAX}")
    return Call(
        path=dict(request.path_params),
        query=query,
        values=body.values,
        sent=body.sent,
        idempotency_key=request.headers.get("idempotency-key"),
        limit=min(int(limit), PAGE_LENGTH_MAX) if endpoint.paged else PAGE_LENGTH,
        after=query.get("after") or None,
    )


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The OpenAPI document: addresses, parameters and bodies. Answers are told in the documentation."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Solvent's admin API", "version": __version__},
        "paths": paths,
        "security": [{"admin": []}],
        "components": {"securitySchemes": {"admin": {"type": "http", "scheme": "bearer"}}},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    names = [part.strip("{}") for part in endpoint.path.split("/") if part.startswith("{")]
    parameters: list[dict[str, Any]] = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in endpoint.query]
    if endpoint.paged:
        limit = {"type": "integer", "minimum": 1, "maximum": PAGE_LENGTH_MAX, "default": PAGE_LENGTH}
        parameters += [{"name": "limit", "in": "query", "schema": limit}, {"name": "after", "in": "query", "schema": {"type": "string"}}]
    if endpoint.form is not None:
        parameters.append({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 255}})
    wrong = {"description": "a refusal", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
    right = {"description": "done", "content": {"application/json": {"schema": {"type": "object"}}}}
    body = {} if endpoint.form is None else {"requestBody": {"content": {"application/json": {"schema": endpoint.form.schema()}}}}
    return {"summary": endpoint.summary, "parameters": parameters, **body, "responses": {str(endpoint.status): right, "default": wrong}}
