"""Values of the books as rows of the database, and back."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from sqlalchemy import Row

from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.accounts import Account
from solvent.ledger.books import Attempt, Hold, HoldState
from solvent.ledger.journal import AttemptBegun, AttemptEnded, AttemptTold, Outcome, RequestDone
from solvent.ledger.transfers import Charge, CostSource, Entry, Kind, Leg, Transfer

_ENCODER = msgspec.json.Encoder()


def to_json(value: Any) -> str:
    """Compact JSON of lists, whole numbers and texts; half surrogates and numbers above 64 bits included."""
    try:
        return _ENCODER.encode(value).decode()
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(value, separators=(",", ":"))


def plain(text: str) -> str:
    """The text as a database takes it: half of a surrogate pair becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def account_values(name: str, account: Account) -> dict[str, Any]:
    """The row of an account."""
    return {
        "name": name,
        "floor": None if account.floor is None else account.floor.nano_usd,
        "credited": account.credited.nano_usd,
        "debited": account.debited.nano_usd,
        "held": account.held.nano_usd,
    }


def account(row: Row[Any]) -> Account:
    """The account of a row."""
    floor = None if row.floor is None else Money(row.floor)
    return Account(floor, Money(row.credited), Money(row.debited), Money(row.held))


def _charge_values(charge: Charge | None) -> list[Any] | None:
    return None if charge is None else [charge.price_version, charge.inputs, charge.cost_source.value, charge.policy]


def _charge(values: Any) -> Charge | None:
    if values is None:
        return None
    version, inputs, source, policy = values
    return Charge(version, tuple((name, number) for name, number in inputs), CostSource(source), policy)


def entry_values(entry: Entry) -> dict[str, Any]:
    """The row of an entry; its number comes from the database."""
    asked = entry.transfer
    return {
        "id": asked.id,
        "kind": asked.kind.value,
        "amount": asked.amount.nano_usd,
        "debit": asked.debit,
        "credit": asked.credit,
        "hold_id": asked.hold_id,
        "reference": asked.reference,
        "at_us": asked.at_us,
        "charge": None if asked.charge is None else to_json(_charge_values(asked.charge)),
        "legs": to_json([(leg.debit, leg.credit, leg.amount.nano_usd) for leg in entry.legs]) if entry.legs else "[]",
        "held": entry.held.nano_usd,
        "released": entry.released.nano_usd,
        "excess": entry.excess.nano_usd,
    }


def entry(row: Row[Any]) -> Entry:
    """The entry of a row."""
    asked = Transfer(
        id=row.id,
        kind=Kind(row.kind),
        amount=Money(row.amount),
        debit=row.debit,
        credit=row.credit,
        hold_id=row.hold_id,
        charge=None if row.charge is None else _charge(json.loads(row.charge)),
        reference=row.reference,
        at_us=row.at_us,
    )
    legs = tuple(Leg(debit, credit, Money(amount)) for debit, credit, amount in json.loads(row.legs))
    return Entry(asked, legs, Money(row.held), Money(row.released), Money(row.excess))


def hold_values(hold: Hold) -> dict[str, Any]:
    """The row of a hold, which holds its entry, too: whoever resolves it needs no other row."""
    placed = hold.placed
    return {
        "id": hold.id,
        "account": placed.transfer.debit,
        "amount": placed.transfer.amount.nano_usd,
        "held": placed.held.nano_usd,
        "state": hold.state.value,
        "placed_at_us": placed.transfer.at_us,
        "attempts": to_json(hold.attempts),
    }


def hold(row: Row[Any]) -> Hold:
    """The hold of a row."""
    placed = Entry(transfers.hold(row.id, row.account, Money(row.amount), at_us=row.placed_at_us), held=Money(row.held))
    return Hold(row.id, placed, HoldState(row.state), tuple(json.loads(row.attempts)))


def attempt_values(attempt: Attempt) -> dict[str, Any]:
    """The row of an attempt."""
    begun, ended = attempt.begun, attempt.ended
    return {
        "id": begun.attempt_id,
        "hold_id": begun.hold_id,
        "upstream": begun.upstream,
        "ceiling": begun.ceiling.nano_usd,
        "begun_at_us": begun.at_us,
        "ended": None if ended is None else to_json(_ended_values(ended)),
    }


def _ended_values(ended: AttemptEnded) -> list[Any]:
    return [ended.outcome.value, ended.cost.nano_usd, ended.at_us, ended.upstream_request_ids, _charge_values(ended.charge)]


def attempt(row: Row[Any]) -> Attempt:
    """The attempt of a row."""
    begun = AttemptBegun(row.id, row.hold_id, row.upstream, Money(row.ceiling), row.begun_at_us)
    if row.ended is None:
        return Attempt(begun)
    outcome, cost, at_us, ids, charge = json.loads(row.ended)
    return Attempt(begun, AttemptEnded(row.id, Outcome(outcome), Money(cost), at_us, tuple(ids), _charge(charge)))


def request_values(record: RequestDone) -> dict[str, Any]:
    """The row of a request that is over."""
    return {
        "id": plain(record.request_id),
        "at_us": record.at_us,
        "ms": record.ms,
        "key_id": plain(record.key_id),
        "dialect": plain(record.dialect),
        "model": plain(record.model),
        "route": plain(record.route),
        "status": record.status,
        "attempts": to_json([_told_values(told) for told in record.attempts]),
        "tokens": to_json(record.tokens),
        "cost": record.cost.nano_usd,
        "cost_source": plain(record.cost_source),
        "category": plain(record.category),
        "degraded": plain(record.degraded),
    }


def _told_values(told: AttemptTold) -> tuple[Any, ...]:
    seen = (told.account, told.model, told.status, told.outcome.value, told.ms, told.upstream_request_ids)
    return (*seen, told.category, told.rule, told.wallet, told.provider, told.text)


def request(row: Row[Any]) -> RequestDone:
    """The request of a row."""
    attempts = tuple(
        AttemptTold(account, model, status, Outcome(outcome), ms, tuple(ids), *words)
        for account, model, status, outcome, ms, ids, *words in json.loads(row.attempts)
    )
    return RequestDone(
        request_id=row.id,
        key_id=row.key_id,
        at_us=row.at_us,
        ms=row.ms,
        dialect=row.dialect,
        model=row.model,
        route=row.route,
        status=row.status,
        attempts=attempts,
        tokens=tuple((kind, count) for kind, count in json.loads(row.tokens)),
        cost=Money(row.cost),
        cost_source=row.cost_source,
        category=row.category,
        degraded=row.degraded,
    )


def request_id_values(record: RequestDone) -> list[dict[str, Any]]:
    """The rows by which a request is found from an upstream's id of it."""
    ids = dict.fromkeys(plain(one) for told in record.attempts for one in told.upstream_request_ids if one)
    return [{"upstream_id": one, "request_id": plain(record.request_id)} for one in ids] if ids else []


def total(spent: int | None) -> Money:
    """A sum of a database, which is nothing where there is no row."""
    return ZERO if spent is None else Money(int(spent))
