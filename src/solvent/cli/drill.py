"""`solvent drill`: pretends that an account ran dry, so that the failover can be watched before it is needed."""

from __future__ import annotations

import re

import click

from solvent.base.errors import UsageError
from solvent.cli import columns
from solvent.cli.office_client import FailedError, Office, Shown, admin

_DURATION = re.compile(r"[1-9][0-9]{0,5}(?:ms|s|m|h|d)")


@click.group(name="drill")
def command() -> None:
    """Rehearse what happens when money runs out."""


@command.command("exhaust")
@click.argument("account")
@click.option("--for", "lasts", default="60s", show_default=True, metavar="DURATION", help="How long, such as 60s, 5m or 1h.")
@admin
def exhaust(office: Office, account: str, lasts: str) -> Shown:
    """Treat ACCOUNT as dry for a while: every route goes past it, no money is touched."""
    lasts = lasts.strip()
    if not _DURATION.fullmatch(lasts):
        raise UsageError(f"`--for {lasts}` is not a duration; write a whole number with s, m, h or d, such as 60s")
    try:
        answer = office.ask("POST", "/api/drills", {"account": account.strip(), "for": lasts})
    except FailedError as problem:
        raise FailedError(f"{problem}; `solvent accounts list` shows the accounts") from problem
    return answer, lambda _: [
        f"Account `{columns.clean(account.strip())}` counts as dry for {lasts}; `solvent requests list` shows who answers instead."
    ]
