"""Occurrences and cases in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, delete, func, insert, select, true, tuple_, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from solvent.adapters import cursor
from solvent.adapters.store import indexing, search
from solvent.adapters.store.filing import Filing
from solvent.adapters.store.rows import plain
from solvent.adapters.store.tables import cases, occurrences, splits
from solvent.adapters.store.transactions import Transactions, rows_in
from solvent.cases import life
from solvent.model.filters import COUNTED_MAX, Filters, Found
from solvent.model.occurrence import Attempted, Case, Hours, Occurrence, Page, View
from solvent.model.verdict import Category, Wallet
from solvent.operations import instants

_HOUR_US = 3_600_000_000
OPEN = cases.c.merged_into.is_(None)


class SqlCaseStore:
    """The case store, whose writers take turns with those of the books."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._filing = Filing(self._file_all)
        self._forgetting = search.Forgetting(transactions)

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
        return occurrence_of(row), case_of(case)

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
            items = [occurrence_of(row) for row in await connection.execute(query)]
            wanted = _cases(view).where(cases.c.id.in_({item.case_id for item in items}))
            groups = {row.id: case_of(row) for row in await connection.execute(wanted)}
        page = cursor.page(items, limit, lambda item: cursor.write(item.at, item.id))
        return Page(tuple((item, groups[item.case_id]) for item in page.items), page.after)

    async def case(self, case_id: str, view: View) -> Case | None:
        """One case, or None."""
        async with self._transactions.read() as connection:
            row = (await connection.execute(_cases(view).where(cases.c.id == case_id))).first()
        return None if row is None else case_of(row)

    async def merged_into(self, case_id: str, view: View) -> str | None:
        """The case that now holds what was in this one."""
        async with self._transactions.read() as connection:
            root = (await roots_of(connection, [case_id]))[case_id]
            if root != case_id and view is View.PUBLIC:
                held = select(occurrences.c.id).where(occurrences.c.case_id == root, _shown(view))
                if not await rows_in(connection, held.limit(1), occurrences.c.home, await below(connection, case_id)):
                    return None
        return None if root == case_id else root

    async def hours(self, case_ids: Sequence[str], since: datetime, view: View) -> dict[str, Hours]:
        """How many occurrences of each of these cases began in which hour."""
        hour = (type_coerce(occurrences.c.at, BigInteger) // _HOUR_US).label("hour")
        query = select(occurrences.c.case_id, hour, func.count().label("number")).where(occurrences.c.at >= since, _counted(view))
        query = query.group_by(occurrences.c.case_id, hour).order_by(occurrences.c.case_id, hour)
        found: dict[str, list[tuple[datetime, int]]] = {}
        async with self._transactions.read() as connection:
            for row in await rows_in(connection, query, occurrences.c.case_id, case_ids):
                found.setdefault(row.case_id, []).append((instants.instant(row.hour * _HOUR_US), row.number))
        return {case_id: tuple(hours) for case_id, hours in found.items()}

    async def cases(self, *, limit: int, after: str | None, view: View) -> Page[Case]:
        """Cases by their last occurrence."""
        async with self._transactions.read() as connection:
            return await _newest(connection, _cases(view), limit, after)

    async def find(self, filters: Filters, *, limit: int, after: str | None) -> Found[tuple[Occurrence, Case]]:
        """Occurrences that all filters let through, newest first."""
        async with self._transactions.read() as connection:
            hits = await search.occurrence_places(connection, filters, limit=limit, after=after)
            found = await rows_in(connection, select(occurrences), occurrences.c.place, hits.places)
            items = [occurrence_of(row) for row in sorted(found, key=lambda row: -row.place)]
            wanted = _cases(filters.view).where(cases.c.id.in_({item.case_id for item in items}))
            groups = {row.id: case_of(row) for row in await connection.execute(wanted)}
        return Found(Page(tuple((item, groups[item.case_id]) for item in items), hits.after), hits.count, hits.more)

    async def find_cases(self, filters: Filters, *, limit: int, after: str | None) -> Found[Case]:
        """Cases that all filters let through, by their last occurrence."""
        wanted = search.narrowed(_cases(filters.view), filters)
        async with self._transactions.read() as connection:
            counted = select(func.count()).select_from(wanted.limit(COUNTED_MAX + 1).subquery())
            count = (await connection.execute(counted)).scalar_one()
            page = await _newest(connection, wanted, limit, after)
        return Found(page, min(count, COUNTED_MAX), count > COUNTED_MAX)

    async def give_feedback(self, occurrence_id: str, feedback: str, correction: str | None = None) -> bool:
        """Records whether the report helped, and what a reader says instead."""
        async with self._transactions.write() as connection:
            given = update(occurrences).where(occurrences.c.id == occurrence_id).values(feedback=feedback, correction=correction)
            done = await connection.execute(given)
        return done.rowcount == 1

    async def remove(self, occurrence_id: str) -> bool:
        """Deletes an occurrence, also from the files; its case counts one less, and goes with its last one."""
        async with self._transactions.write() as connection:
            row = (await connection.execute(select(occurrences).where(occurrences.c.id == occurrence_id))).first()
            if row is None:
                return False
            await connection.execute(delete(occurrences).where(occurrences.c.id == occurrence_id))
            await connection.execute(update(cases).where(cases.c.id == row.case_id).values(count=cases.c.count - 1))
            if not await drop_empty(connection, row.case_id):
                await _forget_words(connection, row)
        await self._forgetting.forget()
        await self._transactions.forget()
        return True

    async def happen(self, case_id: str, event: life.Event) -> Case | None:
        """Moves a case on in its life."""
        async with self._transactions.write() as connection:
            row = (await connection.execute(select(cases).where(cases.c.id == case_id, OPEN))).first()
            if row is None:
                return None
            case = replace(case_of(row), state=life.step(life.State(row.state), event).value)
            await connection.execute(update(cases).where(cases.c.id == case_id).values(state=case.state))
        return case

    async def counts(self, view: View) -> tuple[int, int]:
        """How many occurrences and cases there are."""
        async with self._transactions.read() as connection:
            pastes = (await connection.execute(select(func.count()).select_from(occurrences).where(_counted(view)))).scalar_one()
            groups = (await connection.execute(select(func.count()).select_from(_cases(view).subquery()))).scalar_one()
        return pastes, groups


def _shown(view: View) -> ColumnElement[bool]:
    """Which occurrences a view shows."""
    if view is View.OPERATOR:
        return true()
    return occurrences.c.listed if view is View.DESK else occurrences.c.public & occurrences.c.listed


def _counted(view: View) -> ColumnElement[bool]:
    """Which occurrences a view counts: whoever is not the public is told of the unlisted ones, too."""
    return _shown(view) if view is View.PUBLIC else true()


def _cases(view: View) -> Select[Any]:
    """The cases that a view shows, with what it may know of their occurrences."""
    if view is not View.PUBLIC:
        return select(cases).where(OPEN)
    at = occurrences.c.at
    seen = (
        select(occurrences.c.case_id, func.count().label("count"), func.min(at).label("first_at"), func.max(at).label("last_at"))
        .where(_shown(view))
        .group_by(occurrences.c.case_id)
        .subquery()
    )
    counted = [seen.c[column.name] if column.name in ("count", "first_at", "last_at") else column for column in cases.c]
    return select(*counted).join(seen, seen.c.case_id == cases.c.id)


async def _newest(connection: AsyncConnection, query: Select[Any], limit: int, after: str | None) -> Page[Case]:
    """One page of the cases that are asked for, the one seen last first."""
    last_at, place = query.selected_columns.last_at, cursor.read(after)
    if place is not None:
        query = query.where(tuple_(last_at, cases.c.id) < place)
    found = await connection.execute(query.order_by(last_at.desc(), cases.c.id.desc()).limit(limit + 1))
    return cursor.page([case_of(row) for row in found], limit, lambda case: cursor.write(case.last_at, case.id))


async def roots_of(connection: AsyncConnection, case_ids: Iterable[str]) -> dict[str, str]:
    """The case that holds each of these by now: itself, or at the end of what it was merged into."""
    roots = {case_id: case_id for case_id in case_ids}
    ahead = set(roots)
    while ahead:
        merged = cases.c.merged_into.is_not(None)
        query = select(cases.c.id, cases.c.merged_into).where(merged)
        step = {row.id: row.merged_into for row in await rows_in(connection, query, cases.c.id, ahead)}
        roots = {case_id: step.get(root, root) for case_id, root in roots.items()}
        ahead = set(step.values())
    return roots


async def below(connection: AsyncConnection, case_id: str) -> list[str]:
    """A case and all that were merged into it, over any number of steps."""
    found, ahead = [case_id], [case_id]
    while ahead:
        ahead = [row.id for row in await rows_in(connection, select(cases.c.id), cases.c.merged_into, ahead)]
        found += ahead
    return found


async def drop_empty(connection: AsyncConnection, case_id: str) -> bool:
    """Deletes a case that holds nothing any more, with what was merged into it; whether it did."""
    count = (await connection.execute(select(cases.c.count).where(cases.c.id == case_id))).scalar_one()
    if count < 1:
        await connection.execute(delete(cases).where(cases.c.id.in_(await below(connection, case_id))))
    return bool(count < 1)


async def _forget_words(connection: AsyncConnection, removed: Row[Any]) -> None:
    """A sentence of a case goes with the last occurrence that said it: that of the oldest which is left takes its place."""
    said = occurrences.c
    left = select(said.template).where((said.home == cases.c.id) | (said.case_id == cases.c.id))
    other = left.order_by(said.template != removed.template, said.at, said.id).limit(1).scalar_subquery()
    theirs = cases.c.id.in_({removed.home, removed.case_id}) & (cases.c.template == removed.template)
    await connection.execute(update(cases).where(theirs).values(template=func.coalesce(other, "")))
    await connection.run_sync(indexing.take_cases_in_anew, [removed.home, removed.case_id])


async def _file(connection: AsyncConnection, filed: Sequence[tuple[Occurrence, Case]]) -> dict[str, Case]:
    """Adds the occurrences and opens their cases or counts them there; the case of each as it stands then, by the occurrence's id."""
    split = {row.part for row in await rows_in(connection, select(splits.c.part), splits.c.part, {item.part for item, _ in filed})}
    homes = [occurrence.part if occurrence.part in split else case.id for occurrence, case in filed]
    roots = await roots_of(connection, dict.fromkeys(homes))
    wanted = dict.fromkeys(roots.values())
    known = {row.id: case_of(row) for row in await rows_in(connection, select(cases), cases.c.id, wanted)}
    now: dict[str, Case] = {}
    for (occurrence, case), home in zip(filed, homes, strict=True):
        root = roots[home]
        before = now.get(root) or known.get(root)
        opened = replace(case, id=root)
        now[root] = opened if before is None else life.counted(before, occurrence.at, explained=case.rule is not None)
    added = [case_values(case) for case in now.values() if case.id not in known]
    if added:
        await connection.execute(insert(cases), added)
        await connection.run_sync(indexing.take_in_cases, [case for case in now.values() if case.id not in known])
    for case in now.values():
        if case.id in known:
            await connection.execute(update(cases).where(cases.c.id == case.id).values(case_values(case)))
    if filed:
        rows = [_occurrence_values(occurrence, roots[home], home) for (occurrence, _), home in zip(filed, homes, strict=True)]
        await connection.execute(insert(occurrences), rows)
        taken = [(occurrence, now[roots[home]]) for (occurrence, _), home in zip(filed, homes, strict=True)]
        await connection.run_sync(indexing.take_in, taken)
    return {occurrence.id: now[roots[home]] for (occurrence, _), home in zip(filed, homes, strict=True)}


def case_values(case: Case) -> dict[str, Any]:
    """The row of a case, but what it was merged into."""
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


def case_of(row: Row[Any]) -> Case:
    """The case of a row."""
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


def _occurrence_values(occurrence: Occurrence, case_id: str, home: str) -> dict[str, Any]:
    attempted = occurrence.attempted
    return {
        "id": occurrence.id,
        "case_id": case_id,
        "home": home,
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
        "correction": occurrence.correction,
        "template": occurrence.template,
        "part": occurrence.part,
        "key_id": None if attempted is None else plain(attempted.key_id),
        "account": None if attempted is None else plain(attempted.account),
        "model": None if attempted is None else plain(attempted.model),
        "request_id": None if attempted is None else plain(attempted.request_id),
        "upstream_request_ids": None if attempted is None else list(attempted.upstream_request_ids),
        "via": list(dict.fromkeys(occurrence.via)),
    }


def occurrence_of(row: Row[Any]) -> Occurrence:
    """The occurrence of a row."""
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
        correction=row.correction,
        template=row.template,
        part=row.part,
        attempted=None
        if row.account is None
        else Attempted(row.key_id or "", row.account, row.model or "", row.request_id or "", tuple(row.upstream_request_ids or ())),
        via=tuple(row.via),
    )
