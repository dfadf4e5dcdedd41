from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from solvent.adapters.store import database, indexing
from solvent.adapters.store.cases import SqlCaseStore
from solvent.adapters.store.database import database_url, open_database
from solvent.adapters.store.transactions import Transactions
from solvent.base.terms import wanted
from solvent.model.filters import Filters
from solvent.model.occurrence import Case, Occurrence
from solvent.model.verdict import Category, Wallet

pytestmark = pytest.mark.anyio
START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NEW_API = '{"error":{"message":"用户额度不足 (request id: 20260126100910722614337HsQybcmN)","type":"new_api_error","param":"","code":"insufficient_user_quota"}}'


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    opened = await open_database(database_url("sqlite:///solvent.db", tmp_path))
    yield opened
    await opened.dispose()


def occurrence(name: str, at: datetime) -> tuple[Occurrence, Case]:
    item = Occurrence(name, "c", at, "paste", "some words", (), "en", listed=True, took_us=1)
    return item, Case("c", "answered", None, Category.OTHER, Wallet.NONE, "unknown", "", 1, at, at)


async def rows(engine: AsyncEngine, query: str) -> list[Any]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


def test_places_rise_with_time() -> None:
    step = indexing.place_of(START + timedelta(microseconds=1)) - indexing.place_of(START)
    assert step == indexing.PER_MICROSECOND
    assert indexing.place_of(datetime(2255, 1, 1, tzinfo=UTC)) < 2**63


async def test_many_of_one_instant_have_places_of_their_own_in_the_order_of_their_filing(engine: AsyncEngine) -> None:
    store = SqlCaseStore(Transactions(engine))
    names = [f"o{number:04d}" for number in range(indexing.PER_MICROSECOND + 2)]
    await store.file_new([occurrence(name, START) for name in names[:-1]])
    await store.file(*occurrence(names[-1], START))
    found = await rows(engine, "SELECT id, place FROM occurrences ORDER BY place")
    assert [name for name, _ in found] == names
    assert [place for _, place in found] == list(range(indexing.place_of(START), indexing.place_of(START) + len(names)))


async def test_a_filing_that_fails_leaves_nothing_in_the_index(engine: AsyncEngine) -> None:
    store = SqlCaseStore(Transactions(engine))
    await store.file(*occurrence("one", START))
    with pytest.raises(Exception, match="UNIQUE"):
        await store.file(*occurrence("one", START))
    assert await rows(engine, "SELECT count(*) FROM occurrence_search") == [(1,)]
    assert await rows(engine, "SELECT word FROM search_words ORDER BY word") == [
        ("not",),
        ("one",),
        ("other",),
        ("recognised",),
        ("some",),
        ("unknown",),
        ("words",),
    ]


async def test_the_index_never_differs_from_the_rows(engine: AsyncEngine) -> None:
    store = SqlCaseStore(Transactions(engine))
    await store.file_new([occurrence(f"o{number}", START + timedelta(seconds=number)) for number in range(4)])
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE occurrences SET listed = 0, via = '[\"cline\"]' WHERE id = 'o1'"))
        await connection.execute(text("UPDATE cases SET provider = 'acme' WHERE id = 'c'"))
        await connection.execute(text("DELETE FROM occurrences WHERE id = 'o2'"))
        await connection.execute(text("INSERT INTO occurrence_search (occurrence_search) VALUES ('integrity-check')"))
    kept = "SELECT s.rowid, s.facts FROM occurrence_search s ORDER BY s.rowid"
    assert await rows(engine, kept) == await rows(engine, "SELECT place, facts FROM occurrence_facts ORDER BY place")
    assert len(await rows(engine, 'SELECT 1 FROM occurrence_search WHERE occurrence_search MATCH \'"=provider:acme" AND "=listed"\'')) == 2
    assert await rows(engine, "SELECT party, case_id, count FROM case_parties") == [("cline", "c", 1)]


async def test_what_was_filed_before_there_was_an_index_is_found(tmp_path: Path) -> None:
    _before(tmp_path / "solvent.db")
    engine = await open_database(database_url("sqlite:///solvent.db", tmp_path))
    try:
        store = SqlCaseStore(Transactions(engine))
        newest = await store.find(Filters(words=wanted("额度")), limit=5, after=None)
        assert [(item.id, item.via) for item, _ in newest.page.items] == [("late", ()), ("early", ("new-api",))]
        assert (await store.find(Filters(words=wanted("20260126100910722614337HsQybcmN"), via="new-api"), limit=5, after=None)).count == 1
        assert [
            case.id for case in (await store.find_cases(Filters(via="new-api", words=wanted("masked")), limit=5, after=None)).page.items
        ] == ["c"]
    finally:
        await engine.dispose()


def _before(path: Path) -> None:
    """A store as the migration before left it, with two occurrences."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        _migrate(connection, "0004")
        connection.execute(
            text(
                "INSERT INTO cases (id, state, rule, category, wallet, provider, template, count, first_at, last_at)"
                " VALUES ('c', 'answered', NULL, 'credit_exhausted', 'relay_user', 'new-api', 'a masked sentence', 2, 5, 9)"
            )
        )
        insert = text(
            "INSERT INTO occurrences (id, case_id, at, source, text, struck, language, listed, took_us)"
            " VALUES (:id, 'c', :at, :source, :text, '[]', 'zh', 1, 7)"
        )
        connection.execute(
            insert,
            [{"id": "late", "at": 9, "source": "gateway", "text": NEW_API}, {"id": "early", "at": 5, "source": "paste", "text": NEW_API}],
        )
    engine.dispose()


def _migrate(connection: Connection, revision: str) -> None:
    config = database._config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
