"""Occurrences and cases in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from solvent.adapters import cursor
from solvent.adapters.store.tables import cases, occurrences
from solvent.adapters.store.transactions import Transactions, rows_in
from solvent.cases import life
from solvent.model.occurrence import Case, Occurrence, Page
from solvent.model.verdict import Category, Wallet


class SqlCaseStore:
    """The case store, whose writers take turns with those of the books."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def file(self, occurrence: Occurrence, case: Case) -> Case:
        """Adds the occurrence and opens its case or counts it there, in one transaction."""
        async with self._transactions.write() as connection:
            return (await _file(connection, [(occurrence, case)]))[case.id]

    async def file_new(self, filed: Sequence[tuple[Occurrence, Case]]) -> int:
        """Files those that are not there yet in one transaction; how many these were."""
        ids = [occurrence.id for occurrence, _ in filed]
        async with self._transactions.write() as connection:
            known = {row.id for row in await rows_in(connection, select(occurrences.c.id), occurrences.c.id, ids)}
            new = {occurrence.id: (occurrence, case) for occurrence, case in filed if occurrence.id not in known}
            await _file(connection, list(new.values()))
        return len(new)

    async def occurrence(self, occurrence_id: str) -> tuple[Occurrence, Case] | None:
        """One occurrence with its case, or None."""
        async with self._transactions.read() as connection:
            row = (await connection.execute(select(occurrences).where(occurrences.c.id == occurrence_id))).first()
            if row is None:
                return None
            case = (await connection.execute(select(cases).where(cases.c.id == row.case_id))).one()
        return _occurrence(row), _case(case)

    async def occurrences(
        self, *, limit: int, after: str | None, case_id: str | None = None, source: str | None = None, unlisted: bool = False
    ) -> Page[tuple[Occurrence, Case]]:
        """Listed occurrences, newest first; with `unlisted` also those that no list of the desk shows."""
        query: Select[Any] = select(occurrences).order_by(occurrences.c.at.desc(), occurrences.c.id.desc()).limit(limit + 1)
        if not unlisted:
            query = query.where(occurrences.c.listed)
        if case_id is not None:
            query = query.where(occurrences.c.case_id == case_id)
        if source is not None:
            query = query.where(occurrences.c.source == source)
        place = cursor.read(after)
        if place is not None:
            query = query.where(tuple_(occurrences.c.at, occurrences.c.id) < place)
        async with self._transactions.read() as connection:
            items = [_occurrence(row) for row in await connection.execute(query)]
            groups = {
                row.id: _case(row)
                for row in await connection.execute(select(cases).where(cases.c.id.in_({item.case_id for item in items})))
            }
        more = cursor.write(items[limit - 1].at, items[limit - 1].id) if len(items) > limit else None
        return Page(tuple((item, groups[item.case_id]) for item in items[:limit]), more)

    async def case(self, case_id: str) -> Case | None:
        """One case, or None."""
        async with self._transactions.read() as connection:
            row = (await connection.execute(select(cases).where(cases.c.id == case_id))).first()
        return None if row is None else _case(row)

    async def cases(self, *, limit: int, after: str | None) -> Page[Case]:
        """Cases by their last occurrence."""
        query = select(cases).order_by(cases.c.last_at.desc(), cases.c.id.desc()).limit(limit + 1)
        place = cursor.read(after)
        if place is not None:
            query = query.where(tuple_(cases.c.last_at, cases.c.id) < place)
        async with self._transactions.read() as connection:
            items = [_case(row) for row in await connection.execute(query)]
        more = cursor.write(items[limit - 1].last_at, items[limit - 1].id) if len(items) > limit else None
        return Page(tuple(items[:limit]), more)

    async def give_feedback(self, occurrence_id: str, feedback: str) -> bool:
        """Records whether the report helped."""
        async with self._transactions.write() as connection:
            done = await connection.execute(update(occurrences).where(occurrences.c.id == occurrence_id).values(feedback=feedback))
        return done.rowcount == 1

    async def remove(self, occurrence_id: str) -> bool:
        """Deletes an occurrence; its case counts one less, and goes with its last one."""
        async with self._transactions.write() as connection:
            row = (await connection.execute(select(occurrences.c.case_id).where(occurrences.c.id == occurrence_id))).first()
            if row is None:
                return False
            await connection.execute(delete(occurrences).where(occurrences.c.id == occurrence_id))
            await connection.execute(update(cases).where(cases.c.id == row.case_id).values(count=cases.c.count - 1))
            await connection.execute(delete(cases).where(cases.c.id == row.case_id, cases.c.count < 1))
        return True

    async def happen(self, case_id: str, event: life.Event) -> Case | None:
        """Moves a case on in its life."""
        async with self._transactions.write() as connection:
            row = (await connection.execute(select(cases).where(cases.c.id == case_id))).first()
            if row is None:
                return None
            case = replace(_case(row), state=life.step(life.State(row.state), event).value)
            await connection.execute(update(cases).where(cases.c.id == case_id).values(state=case.state))
        return case

    async def counts(self) -> tuple[int, int]:
        """How many occurrences and cases there are."""
        async with self._transactions.read() as connection:
            pastes = (await connection.execute(select(func.count()).select_from(occurrences))).scalar_one()
            groups = (await connection.execute(select(func.count()).select_from(cases))).scalar_one()
        return pastes, groups


async def _file(connection: AsyncConnection, filed: Sequence[tuple[Occurrence, Case]]) -> dict[str, Case]:
    """Adds the occurrences and opens their cases or counts them there; the cases as they stand then, by id."""
    wanted = dict.fromkeys(case.id for _, case in filed)
    known = {row.id: _case(row) for row in await rows_in(connection, select(cases), cases.c.id, wanted)}
    now: dict[str, Case] = {}
    for occurrence, case in filed:
        before = now.get(case.id) or known.get(case.id)
        now[case.id] = case if before is None else life.counted(before, occurrence.at, explained=case.rule is not None)
    opened = [_case_values(case) for case in now.values() if case.id not in known]
    if opened:
        await connection.execute(insert(cases), opened)
    for case in now.values():
        if case.id in known:
            await connection.execute(update(cases).where(cases.c.id == case.id).values(_case_values(case)))
    if filed:
        await connection.execute(insert(occurrences), [_occurrence_values(occurrence) for occurrence, _ in filed])
    return now


def _case_values(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "state": case.state,
        "rule": case.rule,
        "category": case.category,
        "wallet": case.wallet,
        "provider": case.provider,
        "template": case.template,
        "count": case.count,
        "first_at": case.first_at,
        "last_at": case.last_at,
    }


def _case(row: Row[Any]) -> Case:
    return Case(
        id=row.id,
        state=row.state,
        rule=row.rule,
        category=Category(row.category),
        wallet=Wallet(row.wallet),
        provider=row.provider,
        template=row.template,
        count=row._mapping["count"],  # noqa: SLF001 - a row is a tuple, whose own `count` hides the column
        first_at=row.first_at,
        last_at=row.last_at,
    )


def _occurrence_values(occurrence: Occurrence) -> dict[str, Any]:
    return {
        "id": occurrence.id,
        "case_id": occurrence.case_id,
        "at": occurrence.at,
        "source": occurrence.source,
        "text": occurrence.text,
        "struck": [list(pair) for pair in occurrence.struck],
        "language": occurrence.language,
        "listed": occurrence.listed,
        "took_us": occurrence.took_us,
        "feedback": occurrence.feedback,
    }


def _occurrence(row: Row[Any]) -> Occurrence:
    return Occurrence(
        id=row.id,
        case_id=row.case_id,
        at=row.at,
        source=row.source,
        text=row.text,
        struck=tuple((kind, count) for kind, count in row.struck),
        language=row.language,
        listed=row.listed,
        took_us=row.took_us,
        feedback=row.feedback,
    )
