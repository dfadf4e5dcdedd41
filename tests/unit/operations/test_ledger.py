from __future__ import annotations

import pytest

from solvent.base.money import Money
from solvent.ledger.audit import Finding
from solvent.ledger.journal import HoldPlaced, HoldVoided, Record, encode
from solvent.model.health import Health
from solvent.model.key import Budget
from solvent.operations.asking import Answered
from solvent.operations.folding import Contradiction
from solvent.operations.keys import Keys, KeyWish
from solvent.operations.ledger import Bookkeeper, CaughtUp, audit_books
from tests.books import AT_US, DAY_US, World, served

pytestmark = pytest.mark.anyio


PREPAID = KeyWish("app", Money.parse("1.00"))


async def key(world: World, wish: KeyWish = PREPAID) -> str:
    made = await Keys(world.around).create(wish)
    assert isinstance(made, Answered)
    return str(made.body["id"])


async def test_what_the_journals_tell_is_in_the_books_once(world: World) -> None:
    key_id, books = await key(world), Bookkeeper(world.around)
    assert await books.catch_up() == CaughtUp(0, (), {})
    world.write(served("r1", key_id, 40))
    world.write(served("r2", key_id, 2), journal="worker-2")
    assert (await books.catch_up()).records == 12
    assert await books.catch_up() == CaughtUp(0, (), {})
    # Another bookkeeper, such as the one after a restart, goes on where the books stand.
    assert await Bookkeeper(world.around).catch_up() == CaughtUp(0, (), {})
    world.begin()
    world.write(served("r3", key_id, 1))
    assert (await books.catch_up()).records == 6
    assert (await Bookkeeper(world.around).catch_up()).records == 0
    account = (await world.ledger.accounts([f"key:{key_id}"]))[f"key:{key_id}"]
    assert (account.debited, await books.audit()) == (Money(43), ())


async def test_two_that_fold_beside_each_other_do_not_fold_twice(world: World) -> None:
    key_id, one, other = await key(world), Bookkeeper(world.around), Bookkeeper(world.around)
    for number in range(4):
        world.write(served(f"r{number}", key_id, 1))
        assert (await one.catch_up()).records > 0
        if number % 2:
            await other.catch_up()
    world.write(served("last", key_id, 1))
    assert (await other.catch_up()).records == 5
    assert (await one.catch_up()).records == 0
    assert await audit_books(world.ledger, world.around.journals) == ()


async def test_what_comes_before_the_fold_sees_every_record(world: World) -> None:
    seen: list[Record] = []

    async def look(records: tuple[Record, ...]) -> None:
        assert await world.requests.get("r1") is None
        seen.extend(records)

    key_id = await key(world)
    world.write(served("r1", key_id, 40))
    await Bookkeeper(world.around, look).catch_up()
    assert seen[1:] == served("r1", key_id, 40)


async def test_what_came_of_it_is_noticed_whoever_asked(world: World) -> None:
    noticed: list[CaughtUp] = []
    books = Bookkeeper(world.around, notice=noticed.append)
    world.write([HoldVoided("h", 0)])
    await books.opening("")
    assert [(one.records, len(one.refused)) for one in noticed] == [(2, 1)]
    await books.catch_up()
    assert noticed[1:] == [CaughtUp(0, (), {})]


async def test_what_the_books_refuse_and_where_a_journal_breaks_is_told(world: World) -> None:
    await key(world)
    world.write([HoldVoided("h", 0)])
    world.write(served("r1", "b", 1), journal="worker-2")
    path = world.folder / "worker-2" / "00000001.seg"
    damaged = bytearray(path.read_bytes())
    damaged[-3] ^= 1
    path.write_bytes(bytes(damaged))
    found = await Bookkeeper(world.around).catch_up()
    assert found.refused[0] == Contradiction("worker-1", 1, "hold_unknown", "void:h")
    assert list(found.broken) == ["worker-2"]
    assert "payload_damaged" in found.broken["worker-2"]
    told = await Bookkeeper(world.around).catch_up()
    assert (told.records, told.refused, told.broken) == (0, (), found.broken)
    findings = {one.finding for one in await Bookkeeper(world.around).audit()}
    assert {Finding.JOURNAL_BROKEN, Finding.RECORD_NOT_FOLDED} <= findings


async def test_the_audit_balances_while_records_are_being_written(world: World) -> None:
    key_id, books = await key(world), Bookkeeper(world.around)
    world.write(served("r1", key_id, 40))
    await books.catch_up()
    world.write(served("r2", key_id, 2), torn=encode(HoldVoided("x", 0))[:9])
    assert await books.audit() == ()
    await books.catch_up()
    assert await books.audit() == ()


async def test_the_audit_finds_a_row_that_somebody_changed(world: World) -> None:
    key_id, books = await key(world), Bookkeeper(world.around)
    world.write(served("r1", key_id, 40))
    await books.catch_up()
    async with world.transactions.write() as connection:
        await connection.exec_driver_sql("UPDATE accounts SET debited = debited - 1 WHERE name LIKE 'key:%'")
        await connection.exec_driver_sql("DELETE FROM entries WHERE kind = 'spend'")
    findings = {one.finding for one in await books.audit()}
    assert {Finding.BALANCE_DIFFERS, Finding.RECORD_NOT_FOLDED, Finding.TOTAL_NOT_ZERO} <= findings


async def test_the_audit_misses_what_the_journal_does_not_tell(world: World) -> None:
    key_id, books = await key(world), Bookkeeper(world.around)
    world.write(served("r1", key_id, 40))
    await books.catch_up()
    (world.folder / "worker-1" / "00000001.seg").unlink()
    findings = {one.finding for one in await books.audit()}
    assert {Finding.JOURNAL_BROKEN, Finding.ENTRY_WITHOUT_RECORD} <= findings


async def test_a_worker_is_opened_with_all_that_its_predecessor_wrote(world: World) -> None:
    prepaid = await key(world)
    budgets = (Budget("day", Money(500)), Budget("month", Money(900)))
    limited, gone = await key(world, KeyWish("limited", None, budgets)), await key(world)
    await Keys(world.around).revoke(gone)
    world.workers.healths = (Health("main", "ready"),)
    yesterday, last_month = AT_US - DAY_US, AT_US - 25 * DAY_US
    world.write(served("r1", limited, 1))
    world.write(served("r2", limited, 10, at_us=yesterday))
    world.write(served("r3", limited, 100, at_us=last_month))
    # Its worker died in the middle of this one.
    world.write(served("r4", prepaid, 7)[:2], torn=b"\0\0")
    opening = await Bookkeeper(world.around).opening("the config")
    assert (opening.config, opening.health) == ("the config", world.workers.healths)
    assert sorted((key.id, key.revoked) for key in opening.keys) == sorted([(prepaid, False), (limited, False), (gone, True)])
    rows = {row.account: row for row in opening.leases}
    assert set(rows) == {f"key:{prepaid}", f"key:{limited}"}
    row = rows[f"key:{prepaid}"]
    assert (row.floor, row.credited, row.debited, row.held) == (Money(0), Money.parse("1.00"), Money(0), Money(1_000_000))
    assert (rows[f"key:{limited}"].floor, rows[f"key:{limited}"].debited) == (None, Money(111))
    assert sorted(opening.spent) == [(limited, "day", Money(1)), (limited, "month", Money(11))]
    assert await world.ledger.count_open_holds(f"key:{prepaid}") == 1


async def test_an_orphaned_hold_stays_held_and_listed(world: World) -> None:
    key_id, books = await key(world), Bookkeeper(world.around)
    world.write(served("r1", key_id, 40, ceiling=500)[:2])
    await books.catch_up()
    world.begin()
    world.write(served("r2", key_id, 40))
    await books.catch_up()
    (hold,) = (await world.ledger.open_holds(limit=9, after=None)).items
    assert (hold.id, hold.placed.held, hold.attempts) == ("r1", Money(500), ("r1/1",))
    assert await books.audit() == ()


async def test_an_empty_office_opens_a_worker(world: World) -> None:
    opening = await Bookkeeper(world.around).opening("")
    assert (opening.keys, opening.leases, opening.spent, opening.health) == ((), (), (), ())


async def test_many_batches_of_one_journal_are_folded_at_once(world: World) -> None:
    key_id = await key(world)
    records: list[Record] = [record for number in range(400) for record in served(f"r{number}", key_id, 1, ceiling=5)]
    world.write(records)
    assert (await Bookkeeper(world.around).catch_up()).records == len(records) + 1
    world.write([HoldPlaced("x", f"key:{key_id}", Money(1), 0)])
    assert (await Bookkeeper(world.around).catch_up()).records == 1
    assert await Bookkeeper(world.around).audit() == ()
