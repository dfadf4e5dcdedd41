"""`solvent topup`: pays money in, to a caller's key or to the shadow balance of an account held at a provider.

It is booked once: a repeated idempotency key returns the first answer, so a lost answer can be asked for again.
"""

from __future__ import annotations

from typing import Any

import click

from solvent.base import ids
from solvent.base.errors import UsageError
from solvent.cli import columns
from solvent.cli.keys import amount
from solvent.cli.office_client import FailedError, Office, Shown, UnansweredError, admin, segment

_IDEMPOTENCY_KEY_MAX = 255
# As the books name them.
_KEY, _ACCOUNT = "key:", "upstream:"


@click.command(name="topup")
@click.argument("target", metavar="KEY_OR_ACCOUNT")
@click.argument("usd", metavar="USD")
@click.option("--reference", metavar="TEXT", help="What the books say about it, such as an invoice number.")
@click.option(
    "--idempotency-key", metavar="TEXT", help="Booked once for the same text; random by default. Give it to repeat a lost top-up."
)
@admin
def command(office: Office, target: str, usd: str, reference: str | None, idempotency_key: str | None) -> Shown:
    """Pay USD into a key (by id or name) or an account (by name).

    Where a key and an account have the same name, write key:ID or upstream:NAME.
    """
    paid = amount(usd, "USD")
    if paid == "0.00":
        raise UsageError("a top-up of 0.00 pays nothing in; give an amount in dollars such as 25.00")
    once = _once(idempotency_key) if idempotency_key is not None else ids.occurrence_id(office.outside.random_bytes)
    path, words = _found(office, target.strip())
    body = {"usd": paid} | ({} if reference is None else {"reference": reference})
    try:
        answer = office.ask("POST", f"{path}/topups", body, idempotency_key=once)
    except UnansweredError as problem:
        message = f"{problem}; it may be booked or not: repeat the same command with `--idempotency-key {once}`, and it is booked only once"
        raise UnansweredError(message) from problem
    return answer, lambda told: _told(told, words, paid)


def _once(text: str) -> str:
    if not text.isascii() or not text.isprintable() or not text.strip() or len(text) > _IDEMPOTENCY_KEY_MAX:
        raise UsageError(
            f"`--idempotency-key` must be 1 to {_IDEMPOTENCY_KEY_MAX} printable ASCII characters; leave it out for a random one"
        )
    return text


def _found(office: Office, target: str) -> tuple[str, str]:
    """The path of what is meant, and what it is in words. Raises `FailedError` where nothing is, or more than one thing."""
    keys = [] if target.startswith(_ACCOUNT) else office.items("/api/keys")["items"]
    accounts = [] if target.startswith(_KEY) else office.items("/api/accounts")["items"]
    name = target.removeprefix(_KEY).removeprefix(_ACCOUNT)
    # An id is nobody else's; a name may be, but nobody means the revoked one.
    named = [key for key in keys if name == key.get("id")] or [key for key in keys if name == key.get("name") and not key.get("revoked")]
    candidates = [(_KEY, key) for key in named]
    candidates += [(_ACCOUNT, account) for account in accounts if name == account.get("name")]
    if not candidates:
        message = f"`{columns.clean(target)}` is no key and no account; `solvent keys list` and `solvent accounts list` show them"
        raise FailedError(message)
    if len(candidates) > 1:
        ways = [f"`{_handle(kind, found)}`" for kind, found in candidates]
        message = f"`{columns.clean(target)}` is the name of more than one; write {' or '.join(ways)}"
        raise FailedError(message)
    ((kind, found),) = candidates
    if kind == _ACCOUNT:
        return f"/api/accounts/{segment(found['name'], 'account')}", f"account `{columns.clean(found['name'])}`"
    words = f"key `{columns.clean(found['id'])}` ({columns.clean(found.get('name'))})"
    return f"/api/keys/{segment(found['id'], 'id of a key')}", words


def _handle(kind: str, found: dict[str, Any]) -> str:
    return columns.clean(kind + str(found["id" if kind == _KEY else "name"]))


def _told(answer: dict[str, Any], words: str, paid: str) -> list[str]:
    balance = answer.get("balance_usd") if isinstance(answer, dict) else None
    more = "" if balance is None else f"; its balance is {columns.dollars(balance)}"
    return [f"Paid {paid} USD into {words}{more}."]
