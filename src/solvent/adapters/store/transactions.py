"""Transactions on the store: one writer at a time, and reading that sees one instant.

SQLite's driver begins a transaction by itself only at the first change, so what was read before could be out of date by then; here it
begins at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Dialect, Row, Select, Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Item = TypeVar("Item")
_CHUNK = 500  # of ids in one question; databases limit them


class Transactions:
    """All stores of one database share these, so that its writers take turns."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that nobody else writes beside; kept if its block ends well, else undone."""
        async with self._turn, self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    async def forget(self) -> None:
        """Empties the log of past changes, in which a text that was deleted can still stand; what somebody reads just now stays until
        the next time.
        """
        async with self._turn, self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction in which everything read is of one instant."""
        async with self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                await connection.exec_driver_sql("BEGIN")
            yield connection


async def rows_in(connection: AsyncConnection, query: Select[Any], column: ColumnElement[Any], values: Iterable[Any]) -> Sequence[Row[Any]]:
    """The rows of the query whose column is one of the values, however many these are."""
    found: list[Row[Any]] = []
    for chunk in chunks(values):
        found += (await connection.execute(query.where(column.in_(chunk)))).all()
    return found


async def add_rows(connection: AsyncConnection, table: Table, values: list[dict[str, Any]]) -> None:
    """Inserts rows that all have the same columns in the same order, each of a type that the driver takes as it is.

    The driver is given the tuples directly: SQLAlchemy's own way costs as much again as the database does.
    """
    if not values:
        return
    statement, order = _insertion(connection.dialect, table, tuple(values[0]))
    if order is None:
        await connection.execute(insert(table), values)
    else:
        assert order == tuple(values[0])
        await connection.exec_driver_sql(statement, [tuple(row.values()) for row in values])


@lru_cache(maxsize=64)
def _insertion(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> tuple[str, tuple[str, ...] | None]:
    """The statement, and the order of its parameters; None where the driver wants them by name."""
    compiled = insert(table).values(dict.fromkeys(columns)).compile(dialect=dialect)
    return str(compiled), None if compiled.positiontup is None else tuple(compiled.positiontup)


def chunks(values: Iterable[Item]) -> Iterator[list[Item]]:
    """The values in order, as many at a time as one question may hold."""
    left = iter(values)
    while chunk := list(islice(left, _CHUNK)):
        yield chunk
