"""Values as the fields of their JSON: amounts are decimal strings in dollars, instants ISO 8601 in UTC, what is missing is null."""

from __future__ import annotations

from typing import Any

from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import Account
from solvent.ledger.books import Hold
from solvent.ledger.journal import AttemptTold, RequestDone
from solvent.ledger.transfers import Entry
from solvent.model.key import Key
from solvent.operations.folding import Tally
from solvent.operations.instants import instant


def iso(at_us: int | None) -> str | None:
    """An instant of microseconds since 1970."""
    return None if at_us is None else instant(at_us).isoformat().replace("+00:00", "Z")


def key(value: Key) -> dict[str, Any]:
    """What a key is, without its money."""
    return {
        "id": value.id,
        "name": value.name,
        "prepaid": value.prepaid,
        "budgets": [{"window": budget.window, "usd": str(budget.amount)} for budget in value.budgets],
        "rpm": value.rpm,
        "tpm": value.tpm,
        "models": list(value.models),
        "reveal": value.reveal,
        "revoked": value.revoked,
        "created_at": iso(value.created_at_us),
    }


def key_money(value: Key, account: Account, tally: Tally) -> dict[str, Any]:
    """What a key has and had. A balance is told of prepaid keys alone: without one, only the budgets limit what it may spend.

    Nothing is leased: one worker spends from the whole balance, so no part of it is set apart.
    """
    return {
        "balance_usd": str(account.settled) if value.prepaid else None,
        "held_usd": str(account.held),
        "leased_usd": str(ZERO),
        "available_usd": str(account.available) if value.prepaid else None,
        "spent_usd": str(tally.spent),
        "requests": tally.requests,
    }


def paid(transfer_id: str, target: dict[str, str], amount: Money, reference: str, at_us: int) -> dict[str, Any]:
    """Money that was paid in; `target` says to whom."""
    return {"id": transfer_id, **target, "usd": str(amount), "reference": reference or None, "at": iso(at_us)}


def balance(name: str, account: Account) -> dict[str, Any]:
    """One account of the books."""
    return {
        "account": name,
        "settled_usd": str(account.settled),
        "held_usd": str(account.held),
        "available_usd": str(account.available),
        "floor_usd": None if account.floor is None else str(account.floor),
    }


def transfer(entry: Entry) -> dict[str, Any]:
    """One entry of the books, with the movements that it made and what its amount was computed from."""
    asked = entry.transfer
    charge = None
    if asked.charge is not None:
        charge = {
            "price_version": asked.charge.price_version,
            "inputs": dict(asked.charge.inputs),
            "cost_source": asked.charge.cost_source.value,
            "policy": asked.charge.policy or None,
        }
    return {
        "id": asked.id,
        "kind": asked.kind.value,
        "at": iso(asked.at_us),
        "amount_usd": str(asked.amount),
        "debit": asked.debit or None,
        "credit": asked.credit or None,
        "hold_id": asked.hold_id or None,
        "reference": asked.reference or None,
        "held_usd": str(entry.held),
        "released_usd": str(entry.released),
        "excess_usd": str(entry.excess),
        "flagged": entry.flagged,
        "legs": [{"debit": leg.debit, "credit": leg.credit, "usd": str(leg.amount)} for leg in entry.legs],
        "charge": charge,
    }


def hold(value: Hold) -> dict[str, Any]:
    """A hold that nobody resolved yet; its id is the request's."""
    placed = value.placed
    return {
        "id": value.id,
        "account": value.account,
        "asked_usd": str(placed.transfer.amount),
        "held_usd": str(placed.held),
        "at": iso(placed.transfer.at_us),
        "attempts": list(value.attempts),
    }


def request(done: RequestDone) -> dict[str, Any]:
    """A request that is over."""
    return {
        "id": done.request_id,
        "at": iso(done.at_us),
        "key_id": done.key_id or None,
        "dialect": done.dialect,
        "model": done.model,
        "route": done.route or None,
        "status": done.status,
        "category": done.category or None,
        "attempts": [_attempt(told) for told in done.attempts],
        "tokens": dict(done.tokens),
        "cost_usd": str(done.cost),
        "cost_source": done.cost_source or None,
        "degraded": done.degraded or None,
        "ms": done.ms,
    }


def _attempt(told: AttemptTold) -> dict[str, Any]:
    return {
        "account": told.account,
        "model": told.model,
        "status": told.status or None,
        "category": told.category or None,
        "rule": told.rule or None,
        "wallet": told.wallet or None,
        "provider": told.provider or None,
        "text": told.text or None,
        "upstream_request_ids": list(told.upstream_request_ids),
        "outcome": told.outcome.value,
        "ms": told.ms,
    }
