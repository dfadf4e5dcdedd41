from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest

from solvent.adapters.store import ledger as module
from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.accounts import Account
from solvent.ledger.audit import Evidence, audit
from solvent.ledger.books import Books, apply
from solvent.ledger.fold import fold_all
from solvent.ledger.journal import AttemptBegun, AttemptEnded, Fact, HoldPlaced, HoldPosted, HoldVoided, Outcome, Record
from solvent.ledger.transfers import Reason, Refusal
from solvent.operations.asking import Draft, Kept, Wish
from solvent.operations.folding import Batch, Contradiction, Place, Tally, Witness
from tests.books import AT_US, DAY_US, World, done, served
from tests.unit.ledger.bookkeeping import CHARGE
from tests.unit.ledger.histories import FLOORS, KEYS
from tests.unit.ledger.simulation import Machine

pytestmark = pytest.mark.anyio
WISH = Wish.of("once", "x", 1)


async def open_accounts(world: World, floors: dict[str, Money | None]) -> None:
    async with world.transactions.write() as connection:
        for name, floor in floors.items():
            await module.open_account(connection, name, Account(floor))


async def fold(world: World, records: Iterable[Record], since: Place, step: int = 1) -> Place:
    until = Place(since.journal, 1, since.offset + step)
    folded = await world.ledger.fold(Batch(since, until, tuple(records)))
    assert folded.place == until
    return until


def facts(draw: random.Random, length: int) -> list[Fact]:
    """A journal over few ids, contradictions and repetitions included."""
    made: list[Fact] = []
    for _ in range(length):
        hold, attempt, amount = draw.choice("hij"), draw.choice("abcd"), Money(draw.randint(0, 12))
        some: list[Fact] = [
            HoldPlaced(hold, draw.choice(KEYS), amount, AT_US),
            AttemptBegun(attempt, hold, draw.choice(("one", "two")), amount, AT_US),
            AttemptEnded(attempt, draw.choice((Outcome.USAGE, Outcome.UNKNOWN)), amount, AT_US, ("x",), CHARGE),
            AttemptEnded(attempt, Outcome.NONE, ZERO, AT_US),
            HoldPosted(hold, amount, CHARGE, AT_US),
            HoldVoided(hold, AT_US),
        ]
        made.append(draw.choice(some))
    return made


async def paid_books(world: World) -> Books:
    """The same money in the store and in memory."""
    await open_accounts(world, FLOORS)
    books = Books.opened(FLOORS)
    for name in FLOORS:
        paid = transfers.top_up(name, name, Money(20))
        assert isinstance(await world.ledger.move(paid), Account)
        books, _ = apply(books, paid)
    return books


def refusals(outcomes: Iterable[Any]) -> list[tuple[str, str]]:
    return [(one.reason.value, one.id) for one in outcomes if isinstance(one, Refusal)]


@pytest.mark.parametrize("seed", range(25))
async def test_the_store_folds_as_memory_does_however_a_journal_is_cut_and_repeated(world: World, seed: int) -> None:
    draw = random.Random(seed)
    expected = await paid_books(world)
    journal = facts(draw, 60)
    expected, outcomes = fold_all(expected, journal)
    place, at = Place("worker-1"), 0
    old: list[Batch] = []
    while at < len(journal):
        step = draw.choice((1, 2, 3, 10, 60))
        batch = Batch(place, Place("worker-1", 1, at + step), tuple(journal[at : at + step]))
        folded = await world.ledger.fold(batch)
        assert (folded.took, folded.place) == (True, batch.until)
        old.append(batch)
        again = draw.choice(old)
        repeated = await world.ledger.fold(again)
        assert (repeated.took, repeated.place, repeated.refused) == (False, batch.until, ())
        place, at = batch.until, at + step
    witness = await world.ledger.witness()
    assert witness.accounts == expected.accounts
    assert list(witness.entries) == list(expected.entries.values())
    page = await world.ledger.open_holds(limit=100, after=None)
    assert {hold.id: hold for hold in page.items} == {hold.id: hold for hold in expected.open_holds()}
    assert [(one.reason, one.subject) for one in await world.ledger.contradictions()] == refusals(outcomes)


@pytest.mark.parametrize("seed", range(4))
async def test_the_books_of_a_crashing_machine_balance(world: World, seed: int) -> None:
    machine = Machine(seed)
    machine.run(250)
    await open_accounts(world, FLOORS)
    for entry in machine.office.entries.values():
        if entry.transfer.kind in (transfers.Kind.TOP_UP, transfers.Kind.CORRECTION):
            await world.ledger.move(entry.transfer)
    place, records = Place("edge-1"), machine.records()
    for at in range(0, len(records), 17):
        place = await fold(world, records[at : at + 17], place)
    witness = await world.ledger.witness()
    assert audit(Evidence(witness.entries, witness.accounts, tuple(records))) == ()
    assert machine.requests > 20


async def test_a_record_that_contradicts_an_earlier_batch_is_told_by_name(world: World) -> None:
    await open_accounts(world, {"key:b": None})
    place = await fold(world, served("r1", "b", 40), Place("worker-1"))
    more: list[Record] = [
        HoldPlaced("r1", "key:b", Money(1_000_000), AT_US),  # the same again
        HoldPlaced("r1", "key:b", Money(7), AT_US),
        AttemptEnded("r1/1", Outcome.USAGE, Money(41), AT_US, ("req_r1",), CHARGE),
        HoldPosted("r1", Money(40), CHARGE, AT_US),  # the same again
        HoldPosted("r1", Money(41), CHARGE, AT_US),
        HoldVoided("r1", AT_US),
    ]
    before = await world.ledger.witness()
    await fold(world, more, place)
    after = await world.ledger.witness()
    assert (after.entries, after.accounts) == (before.entries, before.accounts)
    reasons = [(one.reason, one.subject) for one in await world.ledger.contradictions()]
    different = "exists_with_different_content"
    assert reasons == [(different, "hold:r1"), (different, "r1/1"), (different, "post:r1"), ("hold_already_posted", "void:r1")]


async def test_a_fold_that_fails_half_way_leaves_nothing_and_can_be_made_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await open_accounts(world, {"key:b": None})
    before = await world.ledger.witness()

    async def fail(*_: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(module, "_add_tallies", fail)
        with pytest.raises(OSError, match="full"):
            await fold(world, served("r1", "b", 40), Place("worker-1"))
    assert await world.ledger.witness() == before
    assert await world.requests.get("r1") is None
    await fold(world, served("r1", "b", 40), Place("worker-1"))
    assert (await world.ledger.accounts(["key:b"]))["key:b"].debited == Money(40)


async def test_journals_are_followed_each_for_itself(world: World) -> None:
    await open_accounts(world, {"key:b": None})
    one = await fold(world, served("r1", "b", 1), Place("worker-1"))
    two = await fold(world, served("r2", "b", 2), Place("worker-2"), 9)
    assert await world.ledger.places() == {"worker-1": one, "worker-2": two}
    three = await fold(world, served("r3", "b", 3), one)
    assert await world.ledger.places() == {"worker-1": three, "worker-2": two}


async def test_tallies_add_up_over_batches_and_begin_at_a_day(world: World) -> None:
    await open_accounts(world, {"key:b": None})
    place = Place("worker-1")
    for number, day in enumerate((0, 0, 1, 3)):
        place = await fold(world, served(f"r{number}", "b", 10**number, at_us=AT_US + day * DAY_US), place)
    day = AT_US // DAY_US
    names = ["key:b", "upstream:main", "key:nobody"]
    assert await world.ledger.tallies(names, 0) == {"key:b": Tally(Money(1_111), 4), "upstream:main": Tally(Money(1_111), 4)}
    assert await world.ledger.tallies(["key:b"], day + 1) == {"key:b": Tally(Money(1_100), 2)}
    assert await world.ledger.tallies(["key:b"], day + 4) == {}


async def test_a_request_that_is_told_again_is_counted_once(world: World) -> None:
    place = await fold(world, [done("r1", "b")], Place("worker-1"))
    await fold(world, [done("r1", "b", status=500)], place)
    assert await world.ledger.tallies(["key:b"], 0) == {"key:b": Tally(ZERO, 1)}
    found = await world.requests.get("r1")
    assert found is not None
    assert found.status == 200


async def test_an_attempt_may_begin_and_end_in_batches_of_their_own(world: World) -> None:
    await open_accounts(world, {"key:b": None})
    place = Place("worker-1")
    for record in served("r1", "b", 40):
        place = await fold(world, [record], place)
    witness = await world.ledger.witness()
    assert [entry.transfer.id for entry in witness.entries] == ["hold:r1", "spend:r1/1", "post:r1"]
    assert witness.places == (place,)
    assert (await world.ledger.contradictions(), await world.ledger.count_open_holds("key:b")) == ((), 0)


async def test_a_transfer_moves_money_once(world: World) -> None:
    await open_accounts(world, {"key:a": ZERO})
    paid = transfers.top_up("t1", "key:a", Money(70), reference="invoice 7", at_us=AT_US)
    for _ in range(2):
        assert await world.ledger.move(paid) == Account(ZERO, Money(70))
    assert await world.ledger.move(transfers.top_up("t1", "key:a", Money(71))) == Refusal(Reason.EXISTS_WITH_DIFFERENT_CONTENT, "topup:t1")
    assert await world.ledger.move(transfers.top_up("t2", "key:nobody", Money(1))) == Refusal(Reason.ACCOUNT_UNKNOWN, "topup:t2")
    assert await world.ledger.move(transfers.top_up("t3", "upstream:new", Money(5))) == Account(None, Money(5))
    assert await world.ledger.accounts(["key:a", "house:topup", "key:nobody"]) == {
        "key:a": Account(ZERO, Money(70)),
        "house:topup": Account(None, ZERO, Money(75)),
    }
    (first, second) = (await world.ledger.witness()).entries
    assert (first.transfer, first.transfer.at_us, second.transfer.id) == (paid, AT_US, "topup:t3")


async def test_the_first_answer_is_kept_with_the_money_and_told_again(world: World) -> None:
    await open_accounts(world, {"key:a": ZERO})

    def draft(wish: Wish) -> Draft:
        return Draft(wish, lambda account: {"balance": account.settled.nano_usd})

    assert await world.ledger.move(transfers.top_up("t0", "key:nobody", Money(70)), draft(WISH)) == Refusal(
        Reason.ACCOUNT_UNKNOWN, "topup:t0"
    )
    assert await world.answers.find(WISH) is None
    assert await world.ledger.move(transfers.top_up("t1", "key:a", Money(70)), draft(WISH)) == Account(ZERO, Money(70))
    await world.ledger.move(transfers.top_up("t2", "key:a", Money(1)))
    kept = await world.ledger.move(transfers.top_up("t3", "key:a", Money(9)), draft(Wish.of("once", "y", 2)))
    assert kept == Kept(WISH.content, {"balance": 70})
    assert (await world.ledger.accounts(["key:a"]))["key:a"].settled == Money(71)


async def test_lists_go_on_where_the_page_before_ended(world: World) -> None:
    await open_accounts(world, {f"key:{number}": None for number in range(5)})
    place = Place("worker-1")
    for number in range(5):
        place = await fold(world, [HoldPlaced(f"h{number}", f"key:{number % 2}", Money(1), AT_US + number // 2)], place)

    async def walk(page: Any, name: Any) -> list[str]:
        found, after = [], None
        while True:
            items = await page(limit=2, after=after)
            found += [name(item) for item in items.items]
            assert len(items.items) <= 2
            after = items.after
            if after is None:
                return found

    assert await walk(world.ledger.balances, lambda pair: pair[0]) == [f"key:{number}" for number in range(5)]
    assert await walk(world.ledger.transfers, lambda entry: entry.transfer.hold_id) == ["h4", "h3", "h2", "h1", "h0"]
    assert await walk(world.ledger.open_holds, lambda hold: hold.id) == ["h0", "h1", "h2", "h3", "h4"]
    assert [hold.id for hold in (await world.ledger.open_holds(limit=9, after=None, account="key:1")).items] == ["h1", "h3"]
    assert await world.ledger.count_open_holds("key:0") == 3


@pytest.mark.parametrize("after", ["", "nonsense", "-1", "٣", "9" * 40, "5-\ud800", "x-y"])
async def test_a_cursor_that_is_none_of_ours_breaks_no_list(world: World, after: str) -> None:
    await open_accounts(world, {"key:a": ZERO})
    await world.ledger.move(transfers.top_up("t1", "key:a", Money(70)))
    assert len((await world.ledger.transfers(limit=5, after=after)).items) == 1
    await world.ledger.open_holds(limit=5, after=after)
    await world.ledger.balances(limit=5, after=after)
    await world.keys.page(limit=5, after=after)
    await world.requests.page(limit=5, after=after)


async def test_empty_books_are_empty(world: World) -> None:
    assert await world.ledger.witness() == Witness((), {}, ())
    assert await world.ledger.contradictions() == ()
    assert await fold(world, [HoldVoided("h", 0)], Place("worker-1")) == Place("worker-1", 1, 1)
    assert await world.ledger.contradictions() == (Contradiction("worker-1", 1, "hold_unknown", "void:h"),)
