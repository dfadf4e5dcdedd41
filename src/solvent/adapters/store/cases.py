"""Occurrences and cases in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, select, true, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from solvent.adapters import cursor
from solvent.adapters.store.filing import Filing
from solvent.adapters.store.tables import cases, occurrences
from solvent.adapters.store.transactions import Transactions, rows_in
from solvent.cases import life
from solvent.model.occurrence import Case, Occurrence, Page, View
from solvent.model.verdict import Category, Wallet


class SqlCaseStore:
    """The case store, whose writers take turns with those of the books."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._filing = Filing(self._file_all)

    async def file(self, occurrence: Occurrence, case: Case) -> Case:
        """Adds the occurrence and opens its case or counts it there, in one transaction with whatever else is being filed."""
        return await self._filing.file(occurrence, case)

    async def _file_all(self, filed: Sequence[tuple[Occurrence, Case]]) -> dict[str, Case]:
        async with self._transactions.write() as connection:
            return await _file(connection, filed)

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
        self, *, limit: int, after: str | None, view: View, case_id: str | None = None, source: str | None = None
    ) -> Page[tuple[Occurrence, Case]]:
        """The occurrences that the view shows, newest first."""
        query: Select[Any] = select(occurrences).where(_shown(view)).order_by(occurrences.c.at.desc(), occurrences.c.id.desc())
        query = query.limit(limit + 1)
        if case_id is not None:
            query = query.where(occurrences.c.case_id == case_id)
        if source is not None:
            query = query.where(occurrences.c.source == source)
        place = cursor.read(after)
        if place is not None:
            query = query.where(tuple_(occurrences.c.at, occurrences.c.id) < place)
        async with self._transactions.read() as connection:
            items = [_occurrence(row) for row in await connection.execute(query)]
            wanted = _cases(view).where(cases.c.id.in_({item.case_id for item in items}))
            groups = {row.id: _case(row) for row in await connection.execute(wanted)}
        more = cursor.write(items[limit - 1].at, items[limit - 1].id) if len(items) > limit else None
        return Page(tuple((item, groups[item.case_id]) for item in items[:limit]), more)

    async def case(self, case_id: str, view: View) -> Case | None:
        """One case, or None."""
        async with self._transactions.read() as connection:
            row = (await connection.execute(_cases(view).where(cases.c.id == case_id))).first()
        return None if row is None else _case(row)

    async def cases(self, *, limit: int, after: str | None, view: View) -> Page[Case]:
        """Cases by their last occurrence."""
        query = _cases(view)
        last_at = query.selected_columns.last_at
        query = query.order_by(last_at.desc(), cases.c.id.desc()).limit(limit + 1)
        place = cursor.read(after)
        if place is not None:
            query = query.where(tuple_(last_at, cases.c.id) < place)
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
        """Deletes an occurrence, also from the files; its case counts one less, and goes with its last one."""
        async with self._transactions.write() as connection:
            row = (await connection.execute(select(occurrences.c.case_id).where(occurrences.c.id == occurrence_id))).first()
            if row is None:
                return False
            await connection.execute(delete(occurrences).where(occurrences.c.id == occurrence_id))
            await connection.execute(update(cases).where(cases.c.id == row.case_id).values(count=cases.c.count - 1))
            await connection.execute(delete(cases).where(cases.c.id == row.case_id, cases.c.count < 1))
        await self._transactions.forget()
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

    async def counts(self, view: View) -> tuple[int, int]:
        """How many occurrences and cases there are."""
        shown = _shown(view) if view is View.PUBLIC else true()
        async with self._transactions.read() as connection:
            pastes = (await connection.execute(select(func.count()).select_from(occurrences).where(shown))).scalar_one()
            groups = (await connection.execute(select(func.count()).select_from(_cases(view).subquery()))).scalar_one()
        return pastes, groups


def _shown(view: View) -> ColumnElement[bool]:
    """Which occurrences a view shows."""
    if view is View.OPERATOR:
        return true()
    return occurrences.c.listed if view is View.DESK else occurrences.c.public & occurrences.c.listed


def _cases(view: View) -> Select[Any]:
    """The cases that a view shows, with what it may know of their occurrences."""
    if view is not View.PUBLIC:
        return select(cases)
    at = occurrences.c.at
    seen = (
        select(occurrences.c.case_id, func.count().label("count"), func.min(at).label("first_at"), func.max(at).label("last_at"))
        .where(_shown(view))
        .group_by(occurrences.c.case_id)
        .subquery()
    )
    counted = [seen.c[column.name] if column.name in ("count", "first_at", "last_at") else column for column in cases.c]
    return select(*counted).join(seen, seen.c.case_id == cases.c.id)


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
        "public": occurrence.public,
        "deletion": occurrence.deletion,
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
        public=row.public,
        deletion=row.deletion,
    )
