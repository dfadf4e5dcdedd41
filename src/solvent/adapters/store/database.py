"""Opening the store: the engine, its pragmas, and the migrations that bring it to today's tables."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from solvent.base.errors import StartError

_BUSY_MS = 5_000


def database_url(url: str, data_dir: Path) -> str:
    """The URL with its asynchronous driver; a relative SQLite path lies in the data directory.

    Raises `StartError` on a URL of a database that is not supported.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = parsed.database or "solvent.db"
        return str(parsed.set(drivername="sqlite+aiosqlite", database=path if Path(path).is_absolute() else str(data_dir / path)))
    message = f"the store `{parsed.render_as_string(hide_password=True)}` is not supported; use sqlite:///solvent.db in `[store] url`"
    raise StartError(message)


async def open_database(url: str) -> AsyncEngine:
    """An engine on a migrated database. Raises `StartError` where it cannot be opened or migrated."""
    _probe(make_url(url).database or "")
    engine = create_async_engine(url)
    event.listen(engine.sync_engine, "connect", _prepare)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_migrate)
    except SQLAlchemyError as problem:
        await engine.dispose()
        raise _refused(engine.url.database or "", problem.__cause__ or problem) from problem
    return engine


async def written_database(url: str) -> AsyncEngine:
    """An engine on a database that an office wrote, running or not; nothing of it is changed. Raises `StartError`."""
    path = make_url(url).database or ""
    _look(path)
    engine = create_async_engine(url)
    event.listen(engine.sync_engine, "connect", _prepare)
    async with engine.connect() as connection:
        found, wanted = await connection.run_sync(_versions)
    if found != wanted:
        await engine.dispose()
        raise StartError(f"the store `{path}` is of another version of solvent; run `solvent serve` of this version on it once")
    return engine


def _look(path: str) -> None:
    if not Path(path).is_file():
        raise StartError(f"there is no store at `{path}`; name the data directory that an office ran in with --data")
    _probe(path)


def _versions(connection: Connection) -> tuple[str | None, str | None]:
    """Which migration the tables stand at, and which is the last."""
    script = ScriptDirectory.from_config(_config())
    return MigrationContext.configure(connection).get_current_revision(), script.get_current_head()


def _probe(path: str) -> None:
    """Opens the file once without the driver's thread, which would outlive a refusal and complain about it."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as problem:
        raise _refused(path, problem) from problem


def _refused(path: str, problem: BaseException) -> StartError:
    return StartError(f"the store cannot be opened ({str(problem)[:120]}); check that `{path}` is a database that can be written")


def _prepare(connection: Any, _record: Any) -> None:
    """Readers do not wait for the writer, foreign keys hold, and what is deleted is overwritten."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON", f"busy_timeout={_BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _migrate(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "solvent.adapters.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
