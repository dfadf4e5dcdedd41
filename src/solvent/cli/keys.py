"""`solvent keys`: the callers' keys. A key itself is printed once, when it is made; nobody can show it again."""

from __future__ import annotations

from typing import Any

import click

from solvent.base.errors import UsageError
from solvent.base.money import Money
from solvent.cli import columns
from solvent.cli.office_client import FailedError, Office, Shown, UnansweredError, admin, segment

_HEADS = ("ID", "NAME", "BALANCE", "HELD", "SPENT", "REQUESTS", "BUDGETS", "RPM", "TPM", "MODELS", "REVOKED")


@click.group(name="keys")
def command() -> None:
    """Make, list and revoke the keys that callers of the gateway use."""


@command.command("create")
@click.argument("name")
@click.option("--balance", metavar="USD", help="Prepaid: the key spends this and no more; without it only its budgets limit it.")
@click.option("--budget-day", metavar="USD", help="At most this a day (UTC).")
@click.option("--budget-month", metavar="USD", help="At most this a month (UTC).")
@click.option("--rpm", type=click.IntRange(min=1), metavar="N", help="Requests a minute.")
@click.option("--tpm", type=click.IntRange(min=1), metavar="N", help="Tokens a minute.")
@click.option("--models", metavar="A,B", help="The models that it may ask for; without it all.")
@click.option("--reveal", is_flag=True, help="Answers name the account that served them, and errors carry the upstream's own text.")
@admin
def create(office: Office, name: str, **wished: Any) -> Shown:
    """Make a key called NAME and print it once."""
    try:
        made = office.ask("POST", "/api/keys", _wish(name, **wished))
    except UnansweredError as problem:
        message = f"{problem}; `solvent keys list` shows whether the key was made all the same: then revoke it and make another"
        raise UnansweredError(message) from problem
    return made, _made


def _wish(name: str, *, models: str | None, reveal: bool, **wished: Any) -> dict[str, Any]:
    """The body of the request; what was not asked for is left out. Raises `UsageError`."""
    if not name.strip():
        raise UsageError("the name of the key is empty; give one that tells who uses it")
    wish: dict[str, Any] = {"name": name}
    if wished["balance"] is not None:
        wish["balance_usd"] = amount(wished["balance"], "--balance")
    given = [(window, wished[f"budget_{window}"]) for window in ("day", "month")]
    budgets = [{"window": window, "usd": amount(usd, f"--budget-{window}")} for window, usd in given if usd is not None]
    if budgets:
        wish["budgets"] = budgets
    wish |= {limit: wished[limit] for limit in ("rpm", "tpm") if wished[limit] is not None}
    if models is not None:
        wish["models"] = [model.strip() for model in models.split(",") if model.strip()]
        if not wish["models"]:
            raise UsageError("`--models` names no model; write names with commas between, or leave it out to allow all")
    return wish | ({"reveal": True} if reveal else {})


def amount(text: str, option: str) -> str:
    """The amount as the office writes it. Raises `UsageError` where it is none, or below zero."""
    try:
        money = Money.parse(text)
    except ValueError as problem:
        raise UsageError(f"{option}: {problem}") from problem
    if money.nano_usd < 0:
        raise UsageError(f"{option}: `{text}` is below zero; give an amount in dollars such as 25.00")
    return str(money)


def _made(key: dict[str, Any]) -> list[str]:
    rows = [("key", key.get("key")), ("id", key.get("id")), ("name", key.get("name")), *_limits(key)]
    free = [] if key.get("balance_usd") or key.get("budgets") else ["It may spend without a limit; `--balance` or a budget sets one."]
    return [*columns.facts(rows), "", "The key is shown this once. Keep it where only its user reads it.", *free]


@command.command("list")
@admin
def list_(office: Office) -> Shown:
    """List the keys with their money and limits."""
    return office.items("/api/keys"), _listed


def _listed(answer: dict[str, Any]) -> list[str]:
    if not answer["items"]:
        return ["There are no keys yet; `solvent keys create NAME` makes one."]
    rows = []
    for key in answer["items"]:
        limits = dict(_limits(key))
        money = (key.get(field) for field in ("id", "name", "balance_usd", "held_usd", "spent_usd", "requests"))
        revoked = "yes" if key.get("revoked") else None
        rows.append([*money, *(limits[field] for field in ("budgets", "rpm", "tpm", "models")), revoked])
    return columns.table(_HEADS, rows, right=("BALANCE", "HELD", "SPENT", "REQUESTS", "RPM", "TPM"))


def _limits(key: dict[str, Any]) -> list[tuple[str, Any]]:
    budgets = [f"{budget.get('usd')} USD a {budget.get('window')}" for budget in key.get("budgets") or ()]
    return [
        ("balance", columns.dollars(key.get("balance_usd"))),
        ("budgets", ", ".join(budgets)),
        ("rpm", key.get("rpm")),
        ("tpm", key.get("tpm")),
        ("models", ", ".join(key.get("models") or ())),
    ]


@command.command("revoke")
@click.argument("key_id", metavar="ID")
@admin
def revoke(office: Office, key_id: str) -> Shown:
    """Revoke the key with this ID: no worker takes it any more."""
    try:
        answer = office.ask("DELETE", f"/api/keys/{segment(key_id, 'id of a key')}")
    except FailedError as problem:
        raise FailedError(f"{problem}; `solvent keys list` shows the ids") from problem
    return answer, lambda _: [f"Key `{columns.clean(key_id.strip())}` is revoked; no worker takes it any more."]
