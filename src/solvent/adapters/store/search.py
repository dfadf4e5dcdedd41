"""The lists' searches and filters as questions to the index.

The index holds words and facts alike as terms, so every combination is one intersection of sorted lists, read from the newest
backwards and no further than the page needs. What is counted is counted up to a bound. A case's state is no fact in the index: it
changes for all of its occurrences at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from solvent.adapters.store import indexing
from solvent.adapters.store.indexing import place_of
from solvent.adapters.store.tables import INDEXES, case_parties, cases, occurrences
from solvent.adapters.store.transactions import Transactions
from solvent.base import terms
from solvent.cases.life import State
from solvent.model.filters import COUNTED_MAX, NO_RULE, Filters
from solvent.model.occurrence import View

# More words than these that begin alike are looked up by the index itself, which takes longer the more texts have them.
_BEGINNINGS_MAX = 2_000
# More cases than these are told by their state one by one.
_CASES_MAX = 200
_STEP_PAGES = 1_000
_PLACE_MAX = 2**63 - 1
_AFTER_ALL_SIGNS = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Hits:
    """The places of one page, newest first, the cursor of the next one, and how many there are in all, as `Found` says it."""

    places: tuple[int, ...]
    after: str | None
    count: int
    more: bool


_NONE = Hits((), None, 0, more=False)


async def occurrence_places(connection: AsyncConnection, filters: Filters, *, limit: int, after: str | None) -> Hits:
    """Where the occurrences stand that all filters let through."""
    match = await _match(connection, filters)
    if match is None:
        return _NONE
    source, condition = "occurrences", "place IS NOT NULL"
    place, values = "place", dict[str, Any]()
    if match:
        source, place, condition, values = "occurrence_search", "rowid", "occurrence_search MATCH :match", {"match": match}
    for name, sign, at in (("since", ">=", filters.since), ("until", "<", filters.until)):
        if at is not None:
            condition, values = f"{condition} AND {place} {sign} :{name}", values | {name: place_of(at)}
    if filters.state and "=case:" not in match:
        # The sign before the column keeps the order of reading: the index first, each hit's case second.
        of_state = "SELECT +c.state FROM occurrences o JOIN cases c ON c.id = o.case_id WHERE o.place ="
        condition, values = f"{condition} AND ({of_state} {source}.{place}) = :state", values | {"state": filters.state}
    query = f"SELECT {place} AS place FROM {source} WHERE {condition}"  # noqa: S608 - names of ours; what was asked for is bound
    rest = f"{query} AND {place} < :before ORDER BY {place} DESC LIMIT :limit"
    asked = values | {"before": _before(after), "limit": limit + 1}
    found = [row.place for row in await connection.execute(text(rest), asked)]
    count = len(found)
    if count > limit or after is not None:
        counting = text(f"SELECT count(*) FROM ({query} LIMIT {COUNTED_MAX + 1})")  # noqa: S608 - as above
        count = (await connection.execute(counting, values)).scalar_one()
    more = str(found[limit - 1]) if len(found) > limit else None
    return Hits(tuple(found[:limit]), more, min(count, COUNTED_MAX), count > COUNTED_MAX)


def narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    """Of the cases that a view shows those that all filters let through; a case was seen at all between the dates."""
    for name in ("category", "wallet", "provider", "state"):
        if value := getattr(filters, name):
            query = query.where(cases.c[name] == value)
    if filters.rule:
        query = query.where(cases.c.rule.is_(None) if filters.rule == NO_RULE else cases.c.rule == filters.rule)
    if filters.matched:
        query = query.where(cases.c.rule.is_not(None))
    if filters.since is not None:
        query = query.where(query.selected_columns.last_at >= filters.since)
    if filters.until is not None:
        query = query.where(query.selected_columns.first_at < filters.until)
    if filters.via:
        query = query.where(_passed_on(filters))
    if filters.words:
        found = text("SELECT case_id FROM case_search WHERE case_search MATCH :match").bindparams(match=_case_match(filters))
        query = query.where(cases.c.id.in_(found.columns(literal_column("case_id"))))
    return query


def _passed_on(filters: Filters) -> ColumnElement[bool]:
    """Whether the party passed any of a case's occurrences on. Those that the public does not see count for nobody but the others."""
    if filters.view is not View.PUBLIC:
        return exists().where(case_parties.c.party == filters.via, case_parties.c.case_id == cases.c.id)
    named = text("EXISTS (SELECT 1 FROM json_each(occurrences.via) WHERE value = :via)").bindparams(via=filters.via)
    return exists().where(occurrences.c.case_id == cases.c.id, occurrences.c.public, occurrences.c.listed, named)


def _case_match(filters: Filters) -> str:
    """The question to the cases' index. A masked sentence is of somebody's text: its words are marked there, and none of the public's."""
    marks = ("",) if filters.view is View.PUBLIC else ("", indexing.OF_TEXT)
    asked = [f"({' OR '.join(_quoted(mark + term) for mark in marks)})" for term in filters.words.terms]
    if filters.words.beginning:
        asked.append(f"({' OR '.join(f'{_quoted(mark + filters.words.beginning)} *' for mark in marks)})")
    return " AND ".join(asked)


class Forgetting:
    """Leaves nothing of what was removed in the indexes' pages, where its terms stand until they are written anew.

    That takes as long as the indexes are large, so it is done in steps, between which others have their turn. A pass takes in what is
    there when it begins: one that is under way, perhaps since before a restart, is finished first.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._turn = asyncio.Lock()

    async def forget(self) -> None:
        """Returns once all that is removed by now is gone."""
        async with self._turn:
            for index in INDEXES:
                await self._go_on(index)
                await self._step(index, -_STEP_PAGES)
                await self._go_on(index)

    async def _go_on(self, index: str) -> None:
        while await self._step(index, _STEP_PAGES) > 1:
            pass

    async def _step(self, index: str, pages: int) -> int:
        """Writes up to so many pages, below zero as the beginning of a pass; how much there was to do, at most one where nothing was."""
        async with self._transactions.write() as connection:
            before = (await connection.execute(text("SELECT total_changes()"))).scalar_one()
            await connection.execute(text(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', {pages})"))  # noqa: S608 - names of ours
            return int((await connection.execute(text("SELECT total_changes()"))).scalar_one() - before)


async def _match(connection: AsyncConnection, filters: Filters) -> str | None:
    """The question to the index; empty where everything is wanted, None where nothing can be."""
    asked = [*map(_quoted, filters.words.terms), *_facts(filters)]
    if filters.words.beginning:
        asked.append(await _beginning(connection, filters.words.beginning))
    if filters.state:
        ids = await _of_state(connection, filters)
        if not ids:
            return None
        if len(ids) <= _CASES_MAX:
            asked.append(_any(f"=case:{case_id}" for case_id in ids))
    return " AND ".join(asked)


def _facts(filters: Filters) -> list[str]:
    named = {
        "case": filters.case_id,
        "category": filters.category,
        "wallet": filters.wallet,
        "provider": filters.provider,
        "rule": filters.rule,
        "source": filters.source,
        "via": filters.via,
    }
    # Nothing explains what is still open: that narrows it more than the state can.
    if filters.state == State.PROCESSING and not filters.rule:
        named["rule"] = NO_RULE
    facts = [f"={name}:{value}" for name, value in named.items() if value]
    facts += ["=matched"] if filters.matched else []
    facts += {View.OPERATOR: [], View.DESK: ["=listed"], View.PUBLIC: ["=public"]}[filters.view]
    return list(map(_quoted, facts))


async def _beginning(connection: AsyncConnection, beginning: str) -> str:
    """Every word that begins so. Its words are asked for one by one: the index would first put all of their texts together."""
    if terms.listed_as_word(beginning):
        query = "SELECT word FROM search_words WHERE word >= :from AND word < :to LIMIT :limit"
        span = {"from": beginning, "to": beginning + _AFTER_ALL_SIGNS, "limit": _BEGINNINGS_MAX + 1}
        words = [row.word for row in await connection.execute(text(query), span)]
        if len(words) <= _BEGINNINGS_MAX:
            return _any({beginning, *words})
    return f"{_quoted(beginning)} *"


async def _of_state(connection: AsyncConnection, filters: Filters) -> list[str]:
    query = select(cases.c.id).where(cases.c.state == filters.state, cases.c.merged_into.is_(None))
    for name in ("category", "wallet", "provider"):
        if value := getattr(filters, name):
            query = query.where(cases.c[name] == value)
    return [row.id for row in await connection.execute(query.limit(_CASES_MAX + 1))]


def _any(values: Iterable[str]) -> str:
    return f"({' OR '.join(map(_quoted, sorted(values)))})"


def _quoted(term: str) -> str:
    """A term as the index reads it: nothing between the quotes is an operator."""
    return '"' + term.replace('"', '""') + '"'


def _before(after: str | None) -> int:
    """The place that the page before ended at; one that cannot be read starts from the newest."""
    if after is None or not (after.isascii() and after.isdigit()) or len(after) > 19:
        return _PLACE_MAX
    return min(int(after), _PLACE_MAX)
