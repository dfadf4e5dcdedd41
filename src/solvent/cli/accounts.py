"""`solvent accounts`: the accounts held at providers, what of them is closed, and what they hold."""

from __future__ import annotations

from typing import Any

import click

from solvent.cli import columns
from solvent.cli.office_client import Office, Shown, admin

_HEADS = ("ACCOUNT", "PROVIDER", "STATE", "BALANCE", "KNOWN BY", "SPENT", "REQUESTS", "ERRORS", "RUNWAY")


@click.group(name="accounts")
def command() -> None:
    """Look at the accounts held at providers and relays."""


@command.command("list")
@admin
def list_(office: Office) -> Shown:
    """List the accounts with state and balance, and why something of them is closed."""
    return office.items("/api/accounts"), _listed


def _listed(answer: dict[str, Any]) -> list[str]:
    accounts = answer["items"]
    if not accounts:
        return ["There are no accounts yet; add an [[account]] to the config and run `solvent reload`."]
    rows = [
        (
            *(account.get(field) for field in ("name", "provider", "state", "balance_usd")),
            account.get("balance_source") if account.get("balance_usd") is not None else None,
            *(account.get(field) for field in ("spent_usd", "requests", "errors")),
            _runway(account.get("runway")),
        )
        for account in accounts
    ]
    closed = [_closed(account.get("name"), part) for account in accounts for part in account.get("closed") or ()]
    lines = columns.table(_HEADS, rows, right=("BALANCE", "SPENT", "REQUESTS", "ERRORS"))
    return [*lines, "", "Closed:", *closed] if closed else lines


def _closed(name: Any, part: dict[str, Any]) -> str:
    until = f"until {columns.instant(part['until'])}" if part.get("until") else "until somebody acts"
    since = f" since {columns.instant(part['since'])}" if part.get("since") else ""
    return columns.clean(f"  {name}, {part.get('scope')}: {part.get('why')}{since}, {until}")


def _runway(runway: dict[str, Any] | None) -> str | None:
    """The likely hours, and the range that holds eight times of ten."""
    if not runway:
        return None
    likely, low, high = (_hours(runway.get(field)) for field in ("p50_hours", "p10_hours", "p90_hours"))
    return f"{likely} h ({low} to {high})"


def _hours(value: Any) -> str:
    if value is None:
        return "?"
    return f"{value:.1f}" if isinstance(value, float) else columns.clean(value)
