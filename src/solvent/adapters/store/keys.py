"""Callers' keys in the database, each opened together with its account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from solvent.adapters import cursor
from solvent.adapters.store import answers, ledger, rows
from solvent.adapters.store.tables import keys
from solvent.adapters.store.transactions import Transactions
from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import Account, key_account
from solvent.ledger.transfers import Refusal, Transfer
from solvent.model.key import Budget, Key
from solvent.model.occurrence import Page
from solvent.operations.asking import Draft, Kept


class SqlKeys:
    """The keys' store."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def add(self, key: Key, paid: Transfer | None, draft: Draft | None = None) -> Account | Kept | Refusal:
        """Adds the key, opens its account, pays in what it begins with, and keeps the answer, in one transaction.

        The first answer where the Idempotency-Key was used before; nothing is changed then, and nothing where paying in is refused.
        """
        try:
            async with self._transactions.write() as connection:
                if draft is not None and (kept := await answers.find(connection, draft.wish)):
                    return kept
                account = Account(ZERO if key.prepaid else None)
                await ledger.open_account(connection, key_account(key.id), account)
                if paid is not None:
                    account = await _pay_in(connection, paid)
                await connection.execute(insert(keys), [_values(key)])
                if draft is not None:
                    await answers.keep(connection, draft.wish, draft.answer(account))
                return account
        except _RefusedError as problem:
            return problem.refusal

    async def get(self, key_id: str) -> Key | None:
        """One key, or None."""
        async with self._transactions.read() as connection:
            row = (await connection.execute(select(keys).where(keys.c.id == rows.plain(key_id)))).first()
        return None if row is None else _key(row)

    async def all(self) -> tuple[Key, ...]:
        """Every key, oldest first, revoked ones included."""
        async with self._transactions.read() as connection:
            return tuple(_key(row) for row in await connection.execute(select(keys).order_by(keys.c.created_at_us, keys.c.id)))

    async def page(self, *, limit: int, after: str | None) -> Page[Key]:
        """Keys, newest first."""
        query = select(keys).order_by(keys.c.created_at_us.desc(), keys.c.id.desc()).limit(limit + 1)
        at, _, key_id = (after or "").partition("-")
        if at.isascii() and at.isdigit() and len(at) < 19:
            query = query.where(tuple_(keys.c.created_at_us, keys.c.id) < (int(at), rows.plain(key_id)))
        async with self._transactions.read() as connection:
            found = [_key(row) for row in await connection.execute(query)]
        return cursor.page(found, limit, lambda key: f"{key.created_at_us}-{key.id}")

    async def revoke(self, key_id: str) -> Key | None:
        """The key, which nobody can use any more; None where there is none. Doing it again changes nothing."""
        async with self._transactions.write() as connection:
            await connection.execute(update(keys).where(keys.c.id == rows.plain(key_id)).values(revoked=True))
            row = (await connection.execute(select(keys).where(keys.c.id == rows.plain(key_id)))).first()
        return None if row is None else _key(row)

    async def amend(self, key: Key) -> Key | None:
        """Gives the key of this id these budgets, limits and models; None where there is none. All else of it stays as it is."""
        changed = {name: value for name, value in _values(key).items() if name in ("budgets", "rpm", "tpm", "models")}
        async with self._transactions.write() as connection:
            await connection.execute(update(keys).where(keys.c.id == key.id).values(changed))
            row = (await connection.execute(select(keys).where(keys.c.id == key.id))).first()
        return None if row is None else _key(row)


class _RefusedError(Exception):
    """Undoes the transaction that it leaves."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


async def _pay_in(connection: AsyncConnection, paid: Transfer) -> Account:
    credited = await ledger.post(connection, paid)
    if isinstance(credited, Refusal):
        raise _RefusedError(credited)
    return credited


def _values(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": rows.plain(key.name),
        "digest": key.digest,
        "prepaid": key.prepaid,
        "budgets": [[budget.window, budget.amount.nano_usd] for budget in key.budgets],
        "rpm": key.rpm,
        "tpm": key.tpm,
        "models": list(key.models),
        "reveal": key.reveal,
        "revoked": key.revoked,
        "created_at_us": key.created_at_us,
    }


def _budgets(values: Iterable[tuple[str, int]]) -> tuple[Budget, ...]:
    return tuple(Budget(window, Money(amount)) for window, amount in values)


def _key(row: Row[Any]) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        digest=row.digest,
        prepaid=row.prepaid,
        budgets=_budgets(row.budgets),
        rpm=row.rpm,
        tpm=row.tpm,
        models=tuple(row.models),
        reveal=row.reveal,
        revoked=row.revoked,
        created_at_us=row.created_at_us,
    )
