"""What models said about pastes, in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select, tuple_, update

from solvent.adapters import cursor
from solvent.adapters.store import rows
from solvent.adapters.store.tables import occurrences, opinions
from solvent.adapters.store.transactions import Transactions
from solvent.model.occurrence import Page
from solvent.model.opinion import LISTS, TEXTS, Assisted, Opinion, Standing
from solvent.model.verdict import Category, Wallet


class SqlOpinions:
    """The opinions' store."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def keep(self, assisted: Assisted) -> bool:
        """Keeps it. False where its paste was deleted meanwhile: nothing is kept then."""
        async with self._transactions.write() as connection:
            paste = select(occurrences.c.id).where(occurrences.c.id == assisted.occurrence_id)
            if (await connection.execute(paste)).first() is None:
                return False
            await connection.execute(insert(opinions), [_values(assisted)])
        return True

    async def get(self, opinion_id: str) -> Assisted | None:
        """One of them, or None."""
        async with self._transactions.read() as connection:
            row = (await connection.execute(select(opinions).where(opinions.c.id == rows.plain(opinion_id)))).first()
        return None if row is None else _assisted(row)

    async def of_key(self, key: str, standing: Standing) -> Assisted | None:
        """The newest with this key and standing, or None."""
        query = select(opinions).where(opinions.c.key == key, opinions.c.standing == standing)
        async with self._transactions.read() as connection:
            row = (await connection.execute(query.order_by(opinions.c.at.desc(), opinions.c.id.desc()).limit(1))).first()
        return None if row is None else _assisted(row)

    async def page(self, *, limit: int, after: str | None, standing: Standing | None) -> Page[Assisted]:
        """Those of one standing or all, newest first."""
        query = select(opinions).order_by(opinions.c.at.desc(), opinions.c.id.desc()).limit(limit + 1)
        if standing is not None:
            query = query.where(opinions.c.standing == standing)
        place = cursor.read(after)
        if place is not None:
            query = query.where(tuple_(opinions.c.at, opinions.c.id) < place)
        async with self._transactions.read() as connection:
            found = [_assisted(row) for row in await connection.execute(query)]
        return cursor.page(found, limit, lambda assisted: cursor.write(assisted.at, assisted.id))

    async def decide(self, opinion_id: str, standing: Standing) -> Assisted | None:
        """Gives it another standing; None where there is no such opinion. Of one key only one is approved: the last."""
        mine = opinions.c.id == rows.plain(opinion_id)
        async with self._transactions.write() as connection:
            row = (await connection.execute(select(opinions).where(mine))).first()
            if row is None:
                return None
            if standing is Standing.APPROVED:
                others = (opinions.c.key == row.key) & (opinions.c.standing == Standing.APPROVED)
                await connection.execute(update(opinions).where(others).values(standing=Standing.PENDING))
            await connection.execute(update(opinions).where(mine).values(standing=standing))
            row = (await connection.execute(select(opinions).where(mine))).one()
        return _assisted(row)


def _values(assisted: Assisted) -> dict[str, Any]:
    opinion = assisted.opinion
    body: dict[str, Any] = {name: getattr(opinion, name) for name in (*TEXTS, "category", "wallet", "struck", "quoted")}
    return {
        "id": assisted.id,
        "key": assisted.key,
        "occurrence_id": assisted.occurrence_id,
        "lang": assisted.lang,
        "model": assisted.model,
        "at": assisted.at,
        "standing": assisted.standing,
        "body": body | {name: list(getattr(opinion, name)) for name in LISTS},
    }


def _assisted(row: Row[Any]) -> Assisted:
    body: dict[str, Any] = dict(row.body) | {name: tuple(row.body[name]) for name in LISTS}
    body["category"] = None if body["category"] is None else Category(body["category"])
    body["wallet"] = None if body["wallet"] is None else Wallet(body["wallet"])
    return Assisted(
        id=row.id,
        key=row._mapping["key"],  # noqa: SLF001 - a row is a tuple with names of its own
        occurrence_id=row.occurrence_id,
        lang=row.lang,
        model=row.model,
        at=row.at,
        standing=Standing(row.standing),
        opinion=Opinion(**body),
    )
