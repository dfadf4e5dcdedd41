"""`solvent cases`: the errors seen so far, grouped; what each means and what to do."""

from __future__ import annotations

from typing import Any

import click

from solvent.cli import columns, verdicts
from solvent.cli.office_client import FailedError, Office, Shown, admin, segment
from solvent.model.verdict import Wallet

_HEADS = ("ID", "STATE", "COUNT", "LAST", "CATEGORY", "WALLET", "PROVIDER", "TITLE")


@click.group(name="cases")
def command() -> None:
    """Look at the cases: errors of one kind, counted together."""


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many, newest first.")
@admin
def list_(office: Office, limit: int) -> Shown:
    """List the cases, the newest first."""
    return office.items("/api/cases", limit), _listed


def _listed(answer: dict[str, Any]) -> list[str]:
    if not answer["items"]:
        return ["There are no cases yet."]
    rows = [
        (
            *(case.get(field) for field in ("id", "state", "count")),
            columns.instant(case.get("last_at")),
            case.get("category"),
            None if case.get("wallet") == Wallet.NONE else case.get("wallet"),
            *(case.get(field) for field in ("provider", "title")),
        )
        for case in answer["items"]
    ]
    more = ["", "There are more; --limit shows them."] if answer["next"] is not None else []
    return columns.table(_HEADS, rows, right=("COUNT",)) + more


@command.command("show")
@click.argument("case_id", metavar="ID")
@admin
def show(office: Office, case_id: str) -> Shown:
    """Show one case: what it means, who acts, and what to do."""
    return _case(office, case_id), _told


@command.command("draft")
@click.argument("case_id", metavar="ID")
@admin
def draft(office: Office, case_id: str) -> Shown:
    """Write a rule for a case, ready to be filled in: a TOML file for the catalogue."""
    return _case(office, case_id, "/draft"), _drafted


def _case(office: Office, case_id: str, of_it: str = "") -> dict[str, Any]:
    """What the office tells of a case. Raises `FailedError` with the next step where there is none."""
    try:
        told: dict[str, Any] = office.get(f"/api/cases/{segment(case_id, 'id of a case')}{of_it}")
    except FailedError as problem:
        raise FailedError(f"{problem}; `solvent cases list` shows the ids") from problem
    return told


def _drafted(answer: dict[str, Any]) -> list[str]:
    """The file, with where it belongs as a comment above."""
    lines = [f"# {answer.get('file')}", *str(answer.get("toml", "")).splitlines()]
    return [columns.clean(line) for line in lines]


def _outbreak(told: dict[str, Any] | None) -> str | None:
    return None if told is None else f"since {told.get('since')}, {told.get('this_week')} times in the last 7 days"


def _told(case: dict[str, Any]) -> list[str]:
    """The case's facts, and its report where the office sends one, beside the facts or inside a verdict."""
    verdict: dict[str, Any] = case.get("verdict") or case
    report = verdict.get("report") or case.get("report") or {}
    facts = [
        ("case", case.get("id")),
        ("state", case.get("state")),
        ("category", verdicts.category(verdict.get("category"))),
        ("wallet", verdicts.wallet(verdict.get("wallet"))),
        ("provider", verdict.get("provider")),
        ("count", case.get("count")),
        ("first", columns.instant(case.get("first_at"))),
        ("last", columns.instant(case.get("last_at"))),
        ("rule", verdict.get("rule")),
        ("outbreak", _outbreak(case.get("outbreak"))),
        ("readers", ", ".join(f"{word} {count}" for word, count in (case.get("feedback") or {}).items() if count) or None),
    ]
    lines = [columns.clean(case.get("title")), "", *columns.facts(facts)]
    for head, field in (("Why", "cause"), ("Who acts", "who_acts"), ("What to do", "solution"), ("Prevent it", "prevention")):
        said = report.get(field)
        if isinstance(said, list):
            said = [f"{number}. {step}" for number, step in enumerate(said, 1)]
        if said:
            lines += ["", head, *(f"  {columns.clean(text)}" for text in ([said] if isinstance(said, str) else said))]
    return lines
