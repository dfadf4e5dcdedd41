"""Merging and splitting cases in the database, and what is to be known for it.

A merged case keeps its row, which names the one that it was put into: so any merge is undone without touching the others. An
occurrence knows its home, the case that it would be in without merges; the case that holds it follows from both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from solvent.adapters import cursor
from solvent.adapters.store import indexing
from solvent.adapters.store.cases import OPEN, below, case_of, case_values, drop_empty, occurrence_of, roots_of
from solvent.adapters.store.tables import cases, occurrences, splits
from solvent.adapters.store.transactions import Transactions, rows_in
from solvent.cases import life
from solvent.model.occurrence import CORRECTED, Affected, Case, NotRegrouped, Occurrence, Page, Part


class SqlRegrouping:
    """The groups, whose writers take turns with those who file."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def merge(self, case_id: str, into: str) -> Case | NotRegrouped:
        """Puts a case into another, in one transaction."""
        async with self._transactions.write() as connection:
            case, target = await _row(connection, case_id), (await roots_of(connection, [into]))[into]
            if case is None:
                return NotRegrouped.NO_CASE
            if await _row(connection, target) is None:
                return NotRegrouped.NO_TARGET
            root = (await roots_of(connection, [case_id]))[case_id]
            if root == target:
                return NotRegrouped.SAME if case_id == target else case_of(await _row(connection, target))
            if root != case_id:
                return NotRegrouped.NO_CASE
            await connection.execute(update(cases).where(cases.c.id == case_id).values(merged_into=target, count=0))
            await connection.execute(update(occurrences).where(occurrences.c.case_id == case_id).values(case_id=target))
            return await _counted(connection, target)

    async def split(self, case_id: str, part: str) -> Case | NotRegrouped:
        """Takes a part out of a case, in one transaction."""
        async with self._transactions.write() as connection:
            if await _open(connection, case_id) is None:
                return NotRegrouped.NO_CASE
            merged = await _row(connection, part)
            if merged is not None and merged.merged_into is not None:
                if (await roots_of(connection, [part]))[part] != case_id:
                    return NotRegrouped.NO_PART
                return await _take_out(connection, part, case_id)
            return await _split_off(connection, case_id, part)

    async def parts(self, case_id: str, limit: int) -> tuple[Part, ...]:
        """What can be taken out of a case."""
        async with self._transactions.read() as connection:
            merged = []
            for row in await rows_in(connection, select(cases), cases.c.merged_into, [case_id]):
                held = occurrences.c.home.in_(await below(connection, row.id))
                merged.append(Part(row.id, True, row.template, await _count(connection, held)))
            own = occurrences.c.case_id == case_id, occurrences.c.home != occurrences.c.part
            number = func.count().label("number")
            query = select(occurrences.c.part, func.min(occurrences.c.template).label("template"), number).where(*own)
            said = (
                await connection.execute(query.group_by(occurrences.c.part).order_by(number.desc(), occurrences.c.part).limit(limit))
            ).all()
            whole = await _count(connection, occurrences.c.case_id == case_id)
        merged.sort(key=lambda one: (-one.count, one.id))
        sentences = [Part(row.part, False, row.template, row.number) for row in said if row.number < whole]
        return tuple((merged + sentences)[:limit])

    async def feedback(self, case_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """How often each word of feedback was given in these cases."""
        query = select(occurrences.c.case_id, occurrences.c.feedback, func.count().label("number"))
        query = query.where(occurrences.c.feedback.is_not(None)).group_by(occurrences.c.case_id, occurrences.c.feedback)
        found: dict[str, dict[str, int]] = {}
        async with self._transactions.read() as connection:
            for row in await rows_in(connection, query, occurrences.c.case_id, case_ids):
                found.setdefault(row.case_id, {})[row.feedback] = row.number
        return found

    async def corrected(self, case_id: str, limit: int) -> tuple[Occurrence, ...]:
        """Occurrences whose readers said something instead."""
        query = select(occurrences).where(occurrences.c.case_id == case_id, occurrences.c.correction.is_not(None))
        async with self._transactions.read() as connection:
            found = await connection.execute(query.order_by(occurrences.c.at.desc(), occurrences.c.id.desc()).limit(limit))
            return tuple(occurrence_of(row) for row in found)

    async def criticised(self, not_helped_min: int, limit: int) -> tuple[Case, ...]:
        """Cases that readers corrected, or that did not help several times."""
        corrected = func.count().filter(occurrences.c.feedback == CORRECTED)
        failed = func.count().filter(occurrences.c.feedback == "not_helped")
        query = select(occurrences.c.case_id).where(occurrences.c.feedback.is_not(None)).group_by(occurrences.c.case_id)
        wanted = query.having(or_(corrected > 0, failed >= not_helped_min))
        order = select(cases).where(cases.c.id.in_(wanted)).order_by(cases.c.last_at.desc(), cases.c.id.desc())
        async with self._transactions.read() as connection:
            return tuple(case_of(row) for row in await connection.execute(order.limit(limit)))

    async def affected(self, case_id: str, limit: int) -> Affected:
        """Whom a case met on the gateway's way."""

        async def most(column: ColumnElement[Any]) -> tuple[tuple[str, int], ...]:
            number = func.count().label("number")
            query = select(column.label("name"), number).where(occurrences.c.case_id == case_id, column.is_not(None), column != "")
            found = await connection.execute(query.group_by(column).order_by(number.desc(), column).limit(limit))
            return tuple((row.name, row.number) for row in found)

        async with self._transactions.read() as connection:
            keys, accounts = await most(occurrences.c.key_id), await most(occurrences.c.account)
            return Affected(keys, accounts, await most(occurrences.c.model))

    async def candidates(self, case: Case, limit: int) -> tuple[Case, ...]:
        """Cases that may be like this one."""
        like: list[ColumnElement[bool]] = [and_(cases.c.category == case.category, cases.c.provider == case.provider)]
        like.append(cases.c.rule.is_(None) if case.rule is None else cases.c.rule == case.rule)
        query = select(cases).where(OPEN, cases.c.id != case.id, or_(*like))
        async with self._transactions.read() as connection:
            found = await connection.execute(query.order_by(cases.c.last_at.desc(), cases.c.id.desc()).limit(limit))
            return tuple(case_of(row) for row in found)

    async def unexplained(self, *, limit: int, after: str | None) -> Page[Case]:
        """Cases that no rule explained and that have words, the most frequent first."""
        query = select(cases).where(OPEN, cases.c.rule.is_(None), cases.c.template != "").limit(limit + 1)
        query = query.order_by(cases.c.count.desc(), cases.c.last_at.desc(), cases.c.id.desc())
        place = cursor.read_counted(after)
        if place is not None:
            query = query.where(tuple_(cases.c.count, cases.c.last_at, cases.c.id) < place)
        async with self._transactions.read() as connection:
            items = [case_of(row) for row in await connection.execute(query)]
        return cursor.page(items, limit, lambda case: cursor.write_counted(case.count, case.last_at, case.id))


async def _row(connection: AsyncConnection, case_id: str) -> Any:
    return (await connection.execute(select(cases).where(cases.c.id == case_id))).first()


async def _open(connection: AsyncConnection, case_id: str) -> Any:
    return (await connection.execute(select(cases).where(cases.c.id == case_id, OPEN))).first()


async def _count(connection: AsyncConnection, held: ColumnElement[bool]) -> int:
    return int((await connection.execute(select(func.count()).select_from(occurrences).where(held))).scalar_one())


async def _counted(connection: AsyncConnection, case_id: str) -> Case:
    """The case, counted anew from what it holds; it must hold something."""
    held = select(func.count().label("number"), func.min(occurrences.c.at).label("first_at"), func.max(occurrences.c.at).label("last_at"))
    row = (await connection.execute(held.where(occurrences.c.case_id == case_id))).one()
    case = replace(case_of(await _row(connection, case_id)), count=row.number, first_at=row.first_at, last_at=row.last_at)
    await connection.execute(update(cases).where(cases.c.id == case_id).values(case_values(case)))
    return case


async def _left(connection: AsyncConnection, case_id: str) -> Case | None:
    """The case, counted anew; None where nothing is left of it, and it is gone."""
    if await _count(connection, occurrences.c.case_id == case_id):
        return await _counted(connection, case_id)
    await connection.execute(update(cases).where(cases.c.id == case_id).values(count=0))
    await drop_empty(connection, case_id)
    return None


async def _take_out(connection: AsyncConnection, merged: str, case_id: str) -> Case | NotRegrouped:
    """Undoes a merge: the case that was merged is one again, with what was merged into it."""
    await connection.execute(update(cases).where(cases.c.id == merged).values(merged_into=None))
    home = occurrences.c.home.in_(await below(connection, merged))
    await connection.execute(update(occurrences).where(home).values(case_id=merged))
    out, left = await _left(connection, merged), await _left(connection, case_id)
    return out or left or NotRegrouped.NO_PART


async def _split_off(connection: AsyncConnection, case_id: str, name: str) -> Case | NotRegrouped:
    """Gives a masked sentence of a case a case of its own. `name`: of the part, or of one occurrence."""
    found = select(occurrences).where(or_(occurrences.c.part == name, occurrences.c.id == name)).limit(1)
    sample = (await connection.execute(found)).first()
    if sample is None:
        return NotRegrouped.NO_PART
    part = sample.part
    if sample.home == part and sample.case_id == part:
        return case_of(await _row(connection, part)) if part != case_id else NotRegrouped.ALL_OF_IT
    if sample.case_id != case_id or sample.home == part:
        return NotRegrouped.NO_PART
    of_it = and_(occurrences.c.part == part, occurrences.c.home == sample.home)
    if await _count(connection, of_it) == await _count(connection, occurrences.c.case_id == case_id):
        return NotRegrouped.ALL_OF_IT
    facts = case_of(await _row(connection, sample.home) or await _row(connection, case_id))
    opened = replace(facts, id=part, state=life.opened(explained=facts.rule is not None).value, template=sample.template)
    await connection.execute(insert(splits), [{"part": part}])
    await connection.execute(insert(cases), [case_values(opened)])
    await connection.run_sync(indexing.take_in_cases, [opened])
    await connection.execute(update(occurrences).where(of_it).values(case_id=part, home=part))
    await _counted(connection, case_id)
    return await _counted(connection, part)
