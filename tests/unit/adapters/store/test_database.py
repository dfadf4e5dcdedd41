from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Inspector, inspect, text

from solvent.adapters.store.database import database_url, open_database, written_database
from solvent.adapters.store.tables import INDEXES, metadata
from solvent.base.errors import StartError

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///solvent.db", "sqlite+aiosqlite:////data/solvent.db"),
        ("sqlite:///deep/solvent.db", "sqlite+aiosqlite:////data/deep/solvent.db"),
        ("sqlite:////elsewhere/solvent.db", "sqlite+aiosqlite:////elsewhere/solvent.db"),
        ("sqlite://", "sqlite+aiosqlite:////data/solvent.db"),
    ],
)
def test_a_relative_file_lies_in_the_data_directory(url: str, expected: str) -> None:
    assert database_url(url, Path("/data")) == expected


def test_another_database_is_refused_without_showing_its_password() -> None:
    with pytest.raises(StartError, match="is not supported") as refusal:
        database_url("mysql://user:hunter2@host/db", Path("/data"))
    assert "hunter2" not in str(refusal.value)


async def test_an_empty_database_gets_its_tables_and_opening_it_again_changes_nothing(tmp_path: Path) -> None:
    url = database_url("sqlite:///solvent.db", tmp_path)
    found = []
    for _ in range(2):
        engine = await open_database(url)
        async with engine.connect() as connection:
            found.append(await connection.run_sync(lambda sync: _tables(inspect(sync))))
        await engine.dispose()
    assert found == [sorted(["alembic_version", *metadata.tables])] * 2


async def test_readers_do_not_wait_for_the_writer_and_foreign_keys_hold(tmp_path: Path) -> None:
    engine = await open_database(database_url("sqlite:///solvent.db", tmp_path))
    async with engine.connect() as connection:
        mode = (await connection.execute(text("PRAGMA journal_mode"))).scalar_one()
        keys = (await connection.execute(text("PRAGMA foreign_keys"))).scalar_one()
    await engine.dispose()
    assert (mode, keys) == ("wal", 1)


@pytest.mark.parametrize("obstacle", ["a directory", "another file"])
async def test_what_is_no_database_is_refused_with_its_name(tmp_path: Path, obstacle: str) -> None:
    path = tmp_path / "solvent.db"
    if obstacle == "a directory":
        path.mkdir()
    else:
        path.write_bytes(b"this is a diary and no database " * 64)
    with pytest.raises(StartError, match=r"the store cannot be opened .*solvent\.db"):
        await open_database(database_url("sqlite:///solvent.db", tmp_path))


async def test_a_written_database_is_opened_beside_its_office_without_a_change(tmp_path: Path) -> None:
    url = database_url("sqlite:///solvent.db", tmp_path)
    office = await open_database(url)
    async with office.begin() as connection:
        await connection.execute(text("INSERT INTO answers (id, content, body) VALUES ('a', 'b', '{}')"))
        reader = await written_database(url)
        async with reader.connect() as reading:
            assert (await reading.execute(text("SELECT count(*) FROM answers"))).scalar_one() == 0
        await reader.dispose()
    await office.dispose()


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"there is no store at `.*solvent\.db`; .*--data"):
        asyncio.run(written_database(database_url("sqlite:///solvent.db", tmp_path)))
    assert list(tmp_path.iterdir()) == []


async def test_a_store_of_another_version_is_left_as_it_is(tmp_path: Path) -> None:
    url = database_url("sqlite:///solvent.db", tmp_path)
    engine = await open_database(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    await engine.dispose()
    with pytest.raises(StartError, match="is of another version of solvent"):
        await written_database(url)


def _tables(inspector: Inspector) -> list[str]:
    """All tables, without those that SQLite keeps behind the indexes of the search."""
    return sorted(name for name in inspector.get_table_names() if not name.startswith(INDEXES))
