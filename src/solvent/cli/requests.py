"""`solvent requests`: what the gateway did, request by request, each told as the story of its attempts."""

from __future__ import annotations

from typing import Any

import click

from solvent.base.errors import UsageError
from solvent.cli import columns, verdicts
from solvent.cli.office_client import FailedError, Office, Shown, admin, segment

_HEADS = ("ID", "AT", "STATUS", "MODEL", "ACCOUNT", "ATTEMPTS", "COST", "MS")
_OUTCOMES = {
    "none": "none: it refused, or nothing was sent",
    "usage": "reported by the upstream",
    "unknown": "unknown: sent, and then nothing that tells what was used; it is not charged to the caller in silence",
}


@click.group(name="requests")
def command() -> None:
    """Look at the requests that the gateway served or refused."""


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many, newest first.")
@admin
def list_(office: Office, limit: int) -> Shown:
    """List the latest requests with their cost."""
    return office.items("/api/requests", limit), _listed


def _listed(answer: dict[str, Any]) -> list[str]:
    if not answer["items"]:
        return ["There are no requests yet."]
    rows = []
    for request in answer["items"]:
        attempts = request.get("attempts") or []
        rows.append(
            (
                request.get("id"),
                columns.instant(request.get("at")),
                request.get("status"),
                request.get("model"),
                attempts[-1].get("account") if attempts else None,
                len(attempts),
                request.get("cost_usd"),
                request.get("ms"),
            )
        )
    more = ["", "There are more; --limit shows them."] if answer["next"] is not None else []
    return columns.table(_HEADS, rows, right=("STATUS", "ATTEMPTS", "COST", "MS")) + more


@command.command("show")
@click.argument("request_id", metavar="ID")
@admin
def show(office: Office, request_id: str) -> Shown:
    """Tell the story of one request. ID is ours or an upstream's."""
    wanted = request_id.strip()
    if not wanted:
        raise UsageError("the id is empty; give a request id of solvent or of an upstream")
    found = office.items("/api/requests", id=wanted)
    requests = found["items"]
    if not requests:
        raise FailedError(
            f"no request and no upstream's attempt has the id `{columns.clean(wanted)}`; `solvent requests list` shows the latest"
        )
    if len(requests) > 1:
        return found, lambda answer: [line for request in answer["items"] for line in (*_story(request), "")][:-1]
    return office.get(f"/api/requests/{segment(str(requests[0].get('id', '')), 'id of a request')}"), _story


def _story(request: dict[str, Any]) -> list[str]:
    attempts = request.get("attempts") or []
    lines = columns.facts(
        [
            ("request", request.get("id")),
            ("at", columns.instant(request.get("at"))),
            ("key", request.get("key_id")),
            ("asked for", request.get("model")),
            ("route", request.get("route")),
            ("answered", _answered(request, len(attempts))),
            ("verdict", verdicts.category(request.get("category"))),
            ("degraded", request.get("degraded")),
            ("tokens", _tokens(request.get("tokens"))),
            ("cost", _cost(request)),
        ]
    )
    if not attempts:
        return [*lines, "", "No upstream was asked."]
    for number, attempt in enumerate(attempts, 1):
        head = f"{number}. {attempt.get('account')}, model {attempt.get('model')}: {_what(attempt)}"
        lines += ["", columns.clean(head), *columns.facts(_details(attempt), indent="   ")]
    return lines


def _answered(request: dict[str, Any], attempts: int) -> str:
    status, ms = request.get("status"), request.get("ms")
    if status is None:
        return "not yet"
    after = "" if ms is None else f" after {ms} ms"
    return f"{status}{after}, {attempts} attempt{'' if attempts == 1 else 's'}"


def _what(attempt: dict[str, Any]) -> str:
    status, ms = attempt.get("status"), attempt.get("ms")
    after = "" if ms is None else f" after {ms} ms"
    return f"no answer{after}" if status is None else f"answered {status}{after}"


def _details(attempt: dict[str, Any]) -> list[tuple[str, Any]]:
    """The facts of an attempt below its first line. The wallet is told only where the office told it."""
    ids = ", ".join(map(str, attempt.get("upstream_request_ids") or ()))
    outcome = attempt.get("outcome")
    told = _OUTCOMES.get(str(outcome), outcome)
    return [
        ("verdict", verdicts.category(attempt.get("category"))),
        ("said", attempt.get("text")),
        ("wallet", verdicts.wallet(attempt.get("wallet"))),
        ("usage", told),
        ("upstream ids", ids),
    ]


def _tokens(tokens: Any) -> str | None:
    """Tokens by kind where the office tells them by kind; kinds that were not used are left out."""
    if not isinstance(tokens, dict):
        return None if tokens is None else str(tokens)
    return ", ".join(f"{kind.removesuffix('_tokens').replace('_', ' ')} {count}" for kind, count in tokens.items() if count)


def _cost(request: dict[str, Any]) -> str:
    cost, source = columns.dollars(request.get("cost_usd")), request.get("cost_source")
    return f"{cost} ({source})" if cost and source else cost
