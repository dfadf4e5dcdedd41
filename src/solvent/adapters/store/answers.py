"""The first answers under Idempotency-Keys, within the transaction of what they tell."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from solvent.adapters.store.tables import answers
from solvent.adapters.store.transactions import Transactions
from solvent.operations.asking import Kept, Wish


async def find(connection: AsyncConnection, wish: Wish) -> Kept | None:
    """What was answered under this key, or None."""
    row = (await connection.execute(select(answers.c.content, answers.c.body).where(answers.c.id == wish.id))).first()
    return None if row is None else Kept(row.content, row.body)


async def keep(connection: AsyncConnection, wish: Wish, body: dict[str, Any]) -> None:
    """Keeps the first answer under this key."""
    await connection.execute(insert(answers), [{"id": wish.id, "content": wish.content, "body": body}])


class SqlAnswers:
    """Answers of acts that change nothing else in the store."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def first(self, wish: Wish, body: dict[str, Any]) -> Kept | None:
        """Keeps this answer; what was answered before instead, where there is something."""
        async with self._transactions.write() as connection:
            kept = await find(connection, wish)
            if kept is None:
                await keep(connection, wish, body)
            return kept

    async def find(self, wish: Wish) -> Kept | None:
        """What was answered under this key, or None."""
        async with self._transactions.read() as connection:
            return await find(connection, wish)
