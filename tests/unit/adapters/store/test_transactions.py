from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql.base import PGDialect

from solvent.adapters.store.tables import accounts, journals
from solvent.adapters.store.transactions import Transactions, _insertion, add_rows, rows_in
from tests.books import World

pytestmark = pytest.mark.anyio


def row(name: str, offset: int = 0) -> dict[str, object]:
    return {"name": name, "segment": 1, "offset": offset}


async def count(world: World) -> int:
    async with world.transactions.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(journals))).scalar_one())


async def test_what_fails_leaves_nothing(world: World) -> None:
    async def fail() -> None:
        async with world.transactions.write() as connection:
            await add_rows(connection, journals, [row("a")])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        await fail()
    assert await count(world) == 0


async def test_reading_sees_one_instant_while_others_write(world: World) -> None:
    query = select(func.count()).select_from(journals)
    async with world.transactions.read() as connection:
        assert (await connection.execute(query)).scalar_one() == 0
        async with world.transactions.write() as other:
            await add_rows(other, journals, [row("a")])
        assert (await connection.execute(query)).scalar_one() == 0
    assert await count(world) == 1


async def test_what_a_writer_read_is_true_until_it_has_written(world: World) -> None:
    others = Transactions(world.engine)  # such as another process, which knows nothing of our turns

    async def one_more(name: str) -> None:
        by = others if int(name[1:]) % 2 else world.transactions
        async with by.write() as connection:
            seen = (await connection.execute(select(func.count()).select_from(journals))).scalar_one()
            await asyncio.sleep(0)
            await add_rows(connection, journals, [row(name, seen)])

    await asyncio.gather(*(one_more(f"w{number}") for number in range(6)))
    async with world.transactions.read() as connection:
        offsets = (await connection.execute(select(journals.c.offset).order_by(journals.c.offset))).scalars().all()
    assert offsets == list(range(6))


async def test_any_number_of_values_can_be_asked_for(world: World) -> None:
    names = [f"w{number}" for number in range(1_203)]
    async with world.transactions.write() as connection:
        await add_rows(connection, journals, [])
        await add_rows(connection, journals, [row(name) for name in names])
        found = await rows_in(connection, select(journals.c.name), journals.c.name, [*names, "nobody"])
        assert sorted(one.name for one in found) == sorted(names)
        assert await rows_in(connection, select(journals.c.name), journals.c.name, []) == []


def test_a_driver_that_wants_names_gets_them() -> None:
    by_name = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
    statement, order = _insertion(by_name, accounts, ("name", "held"))
    assert "INSERT INTO accounts (name, held)" in statement
    assert order is None
