"""The control API under `/_sandbox/`: looks into the accounts, sets balances and orders faults. It is for tests, so it asks for no key.

GET, POST `/_sandbox/accounts`; GET, PUT `/_sandbox/accounts/{id}`; GET `…/{id}/calls`; GET, POST, DELETE `…/{id}/faults`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from solvent.base.money import Money
from solvent.sandbox.accounts import Account, Accounts, Call
from solvent.sandbox.faults import parse
from solvent.sandbox.reply import Heard, Reply

_FIELDS = frozenset({"balance_usd", "top_up_usd", "channels", "revoked"})


def answer(accounts: Accounts, heard: Heard) -> Reply:
    """The reply to a request under `/_sandbox`."""
    parts = heard.path.partition("?")[0].strip("/").split("/")[1:]
    try:
        given = msgspec.json.decode(heard.body) if heard.body else {}
    except msgspec.DecodeError:
        return complain(400, "the body is not JSON; send an object")
    if not isinstance(given, dict) or parts[:1] != ["accounts"]:
        return complain(400 if parts[:1] == ["accounts"] else 404, "send an object to /_sandbox/accounts or below it")
    try:
        if len(parts) == 1:
            return _all(accounts, heard.method, given)
        account = accounts.by_id.get(parts[1])
        if account is None:
            return complain(404, f"no account `{parts[1]}` yet; POST its key to /_sandbox/accounts or call with it")
        return _one(account, heard.method, "/".join(parts[2:]), given)
    except ValueError as problem:
        return complain(400, str(problem))


def complain(status: int, message: str) -> Reply:
    """What the sandbox itself refuses, told apart from what its providers refuse by its `sandbox_error`."""
    return _json(status, {"error": {"type": "sandbox_error", "message": message}})


def shown(account: Account) -> dict[str, Any]:
    """An account as the control API shows it."""
    return {
        "id": account.id,
        "manner": account.manner.value,
        "name": account.name,
        "balance_usd": str(account.balance),
        "balance_nano_usd": account.balance.nano_usd,
        "granted_usd": str(account.granted),
        "spent_usd": str(account.spent),
        "spent_nano_usd": account.spent.nano_usd,
        "channels": {vendor: str(balance) for vendor, balance in account.channels.items()},
        "calls": account.calls,
        "answered": account.answered,
        "refused": account.refused,
        "open": account.calls - account.answered - account.refused,
        "input_tokens": account.input_tokens,
        "output_tokens": account.output_tokens,
        "revoked": account.revoked,
        "faults": [str(fault) for fault in account.faults],
    }


def _all(accounts: Accounts, method: str, given: dict[str, Any]) -> Reply:
    if method == "GET":
        return _json(200, {"items": [shown(account) for account in accounts.by_id.values()], "next": None})
    if method != "POST":
        return complain(405, "GET lists the accounts, POST opens one by its key")
    account = accounts.of(str(given.get("key", "")))
    if account is None:
        raise ValueError("`key` is no key of an account; write sk-sandbox-<manner>-<name>-<usd>, such as sk-sandbox-anthropic-main-5.00")
    return _json(201, shown(account))


def _one(account: Account, method: str, below: str, given: dict[str, Any]) -> Reply:
    if below == "calls" and method == "GET":
        return _json(200, {"items": [_call(call) for call in account.log], "next": None})
    if below == "faults":
        return _faults(account, method, given)
    if below or method not in ("GET", "PUT"):
        return complain(405, "an account takes GET and PUT; below it are `calls` (GET) and `faults` (GET, POST, DELETE)")
    if method == "PUT":
        _change(account, given)
    return _json(200, shown(account))


def _change(account: Account, given: dict[str, Any]) -> None:
    """Sets what is given, or nothing at all where a part of it is wrong."""
    unknown = sorted(given.keys() - _FIELDS)
    if unknown:
        raise ValueError(f"`{unknown[0]}` cannot be set; an account takes {', '.join(sorted(_FIELDS))}")
    balance = _amount(given, "balance_usd", account.balance) + _amount(given, "top_up_usd", Money(0))
    channels = given.get("channels", {})
    if not isinstance(channels, dict) or not isinstance(given.get("revoked", False), bool):
        raise ValueError("`channels` is an object of vendors and amounts, `revoked` true or false")  # noqa: TRY004 - as below
    parsed = {str(vendor): _amount(channels, vendor, Money(0)) for vendor in channels}
    account.set_balance(balance)
    account.channels |= parsed
    account.revoked = given.get("revoked", account.revoked)


def _amount(given: dict[str, Any], name: str, otherwise: Money) -> Money:
    value = given.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, str):
        raise ValueError(f'`{name}` is a decimal string in dollars, such as "5.00"')  # noqa: TRY004 - the caller's mistake, told as one
    return Money.parse(value)


def _faults(account: Account, method: str, given: dict[str, Any]) -> Reply:
    if method == "POST":
        texts = given.get("faults")
        if not isinstance(texts, list) or not texts:
            raise ValueError('`faults` is a list such as ["rate-limit=20*3", "gzip"]')
        account.faults.extend([parse(str(text)) for text in texts])
    elif method == "DELETE":
        account.faults.clear()
    elif method != "GET":
        return complain(405, "faults take GET, POST and DELETE")
    return _json(200, {"faults": [str(fault) for fault in account.faults]})


def _call(call: Call) -> dict[str, Any]:
    return {
        "number": call.number,
        "at": call.at,
        "dialect": call.dialect,
        "model": call.model,
        "stream": call.stream,
        "status": call.status,
        "outcome": call.outcome.value,
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "cost_usd": str(call.cost),
        "cost_nano_usd": call.cost.nano_usd,
        "request_id": call.request_id,
        "faults": list(call.faults),
    }


def _json(status: int, value: dict[str, Any]) -> Reply:
    return Reply(status, [("content-type", "application/json")], msgspec.json.encode(value))
