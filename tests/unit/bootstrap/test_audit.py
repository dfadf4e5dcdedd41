from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from solvent.base.errors import StartError
from solvent.base.money import Money
from solvent.bootstrap.audit import audit
from solvent.ledger.audit import Finding
from solvent.operations.asking import Answered
from solvent.operations.keys import Keys, KeyWish
from solvent.operations.ledger import Bookkeeper
from tests.books import opened, served
from tests.conftest import FixedClock

URL = "sqlite:///solvent.db"


async def keep(folder: Path, *, tamper: bool = False) -> None:
    async with opened(folder, FixedClock()) as world:
        made = await Keys(world.around).create(KeyWish("app", Money.parse("1.00")))
        assert isinstance(made, Answered)
        world.write(served("r1", made.body["id"], 40))
        await Bookkeeper(world.around).catch_up()
        if tamper:
            async with world.transactions.write() as connection:
                await connection.exec_driver_sql("UPDATE accounts SET debited = debited - 1 WHERE name LIKE 'key:%'")


def test_the_books_of_a_directory_balance_though_nobody_runs(tmp_path: Path) -> None:
    asyncio.run(keep(tmp_path))
    before = sorted(path.name for path in tmp_path.iterdir())
    assert audit(URL, tmp_path) == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_what_somebody_changed_is_found(tmp_path: Path) -> None:
    asyncio.run(keep(tmp_path, tamper=True))
    assert Finding.BALANCE_DIFFERS in {one.finding for one in audit(URL, tmp_path)}


def test_a_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"there is no data directory `.*none`; .*--data"):
        audit(URL, tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_a_directory_without_a_store_is_told(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="there is no store"):
        audit(URL, tmp_path)
