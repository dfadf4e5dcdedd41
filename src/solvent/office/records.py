"""What the admin API lists: requests, the books, and what the error desk filed."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from solvent.model.occurrence import Case, Occurrence
from solvent.office.cases import language
from solvent.office.endpoints import Call, Endpoint, missing, page, page_of
from solvent.operations import filters, naming, shapes
from solvent.operations.cases import Desk
from solvent.operations.instants import microseconds
from solvent.operations.ports import LedgerStore
from solvent.operations.requests import Requests


def request_endpoints(requests: Requests) -> list[Endpoint]:
    """Requests that are over."""

    async def list_(call: Call) -> Response:
        wanted = call.query.get("id")
        if wanted is not None:
            return page([shapes.request(done) for done in await requests.find(wanted)])
        return page_of(await requests.page(limit=call.limit, after=call.after), shapes.request)

    async def get(call: Call) -> Response:
        done = await requests.get(call.path["id"])
        return missing("request", call.path["id"], "/api/requests") if done is None else JSONResponse(shapes.request(done))

    told = "Requests, newest first; `id` finds by our id or an upstream's"
    return [
        Endpoint("GET", "/api/requests", told, list_, paged=True, query=("id",)),
        Endpoint("GET", "/api/requests/{id}", "One request by our id", get),
    ]


def ledger_endpoints(ledger: LedgerStore) -> list[Endpoint]:
    """The books."""

    async def balances(call: Call) -> Response:
        found = await ledger.balances(limit=call.limit, after=call.after)
        return page_of(found, lambda pair: shapes.balance(*pair))

    async def transfers(call: Call) -> Response:
        return page_of(await ledger.transfers(limit=call.limit, after=call.after), shapes.transfer)

    async def holds(call: Call) -> Response:
        found = await ledger.open_holds(limit=call.limit, after=call.after, account=call.query.get("account") or None)
        return page_of(found, shapes.hold)

    return [
        Endpoint("GET", "/api/ledger/balances", "Every account of the books, by name", balances, paged=True),
        Endpoint("GET", "/api/ledger/transfers", "Every entry of the books, newest first", transfers, paged=True),
        Endpoint("GET", "/api/ledger/holds", "Holds that nobody resolved, oldest first", holds, paged=True, query=("account",)),
    ]


def desk_endpoints(desk: Desk) -> list[Endpoint]:
    """Occurrences of the error desk; titles are in English, or in `lang`."""
    catalogue = desk.engine.catalogue

    async def occurrences(call: Call) -> Response:
        lang = language(call)
        found = await desk.find_everything(filters.strictly(call.query, catalogue), limit=call.limit, after=call.after)
        return page_of(found.page, lambda pair: _occurrence(pair[0], pair[1], naming.title(pair[1], catalogue, lang)))

    async def occurrence(call: Call) -> Response:
        opened = await desk.open(call.path["id"], language(call))
        if opened is None:
            return missing("occurrence", call.path["id"], "/api/occurrences")
        told = _occurrence(opened.occurrence, opened.case, naming.title(opened.case, catalogue, language(call)))
        explanation = opened.explanation
        verdict = explanation.verdict.as_json(explanation.report)
        told |= {"correction": opened.occurrence.correction, "attempt": _attempt(opened.occurrence)}
        return JSONResponse(told | {"text": opened.occurrence.text, "redacted": dict(opened.occurrence.struck), "verdict": verdict})

    async def remove(call: Call) -> Response:
        occurrence_id = call.path["id"]
        if not await desk.remove(occurrence_id):
            return missing("occurrence", occurrence_id, "/api/occurrences")
        return JSONResponse({"id": occurrence_id, "deleted": True})

    told = "Pastes and what the gateway filed, newest first; `q` searches, `source` is one of paste, api, gateway"
    return [
        Endpoint("GET", "/api/occurrences", told, occurrences, paged=True, query=("case_id", "source", *filters.NAMES, "lang")),
        Endpoint("GET", "/api/occurrences/{id}", "One occurrence with its verdict", occurrence, query=("lang",)),
        Endpoint("DELETE", "/api/occurrences/{id}", "Delete an occurrence for good; its case counts one less", remove),
    ]


def _occurrence(occurrence: Occurrence, case: Case, title: str) -> dict[str, Any]:
    return {
        "id": occurrence.id,
        "case_id": occurrence.case_id,
        "at": shapes.iso(microseconds(occurrence.at)),
        "title": title,
        "state": case.state,
        "source": occurrence.source,
        "listed": occurrence.listed,
        "feedback": occurrence.feedback,
    }


def _attempt(occurrence: Occurrence) -> dict[str, Any] | None:
    """Where an attempt of the gateway failed; null for what was pasted."""
    met = occurrence.attempted
    if met is None:
        return None
    return {
        "key_id": met.key_id or None,
        "account": met.account,
        "model": met.model,
        "request_id": met.request_id or None,
        "upstream_request_ids": list(met.upstream_request_ids),
    }
