from __future__ import annotations

import pytest

from solvent.base.errors import UsageError
from solvent.base.money import Money
from solvent.ledger.accounts import AMOUNT_MAX
from solvent.model.change import Change
from solvent.operations.asking import REUSED, Answered, Refused, Why
from solvent.operations.keys import Keys, KeyWish
from solvent.operations.topups import Payment, TopUps
from tests.books import World

pytestmark = pytest.mark.anyio
TEN = Payment(Money.parse("10.00"), "invoice 7", "once")


async def key(world: World, balance: str | None = "1.00") -> str:
    made = await Keys(world.around).create(KeyWish("app", None if balance is None else Money.parse(balance)))
    assert isinstance(made, Answered)
    world.workers.told.clear()
    return str(made.body["id"])


def body(outcome: Answered | Refused) -> dict[str, object]:
    assert isinstance(outcome, Answered), outcome
    return outcome.body


def why(outcome: Answered | Refused) -> Why:
    assert isinstance(outcome, Refused)
    return outcome.why


async def settled(world: World, account: str) -> str:
    return str((await world.ledger.accounts([account]))[account].settled)


async def test_money_reaches_a_key_and_its_workers(world: World) -> None:
    key_id = await key(world)
    told = body(await TopUps(world.around).to_key(key_id, Payment(Money.parse("10.00"), "invoice 7")))
    expected = {"key_id": key_id, "usd": "10.00", "reference": "invoice 7", "at": "2026-11-25T12:00:00Z", "balance_usd": "11.00"}
    assert {name: value for name, value in told.items() if name != "id"} == expected
    assert world.workers.told == [Change(credited=((f"key:{key_id}", Money.parse("11.00")),))]
    assert told["id"] in [entry.transfer.id for entry in (await world.ledger.witness()).entries]


async def test_each_payment_without_an_idempotency_key_counts(world: World) -> None:
    key_id = await key(world)
    for _ in range(2):
        await TopUps(world.around).to_key(key_id, Payment(Money.parse("10.00")))
    assert await settled(world, f"key:{key_id}") == "21.00"


async def test_a_repeated_payment_is_booked_once_and_gets_its_first_answer(world: World) -> None:
    key_id, topups = await key(world), TopUps(world.around)
    first = body(await topups.to_key(key_id, TEN))
    await topups.to_key(key_id, Payment(Money.parse("0.50")))
    world.clock.pass_by(hours=5)
    assert body(await topups.to_key(key_id, TEN)) == first
    assert await settled(world, f"key:{key_id}") == "11.50"
    # The workers are told what stands now, not what stood then.
    assert world.workers.told[-1] == Change(credited=((f"key:{key_id}", Money.parse("11.50")),))


async def test_a_repeated_payment_gets_its_first_answer_whatever_became_of_the_key(world: World) -> None:
    key_id, topups = await key(world), TopUps(world.around)
    first = body(await topups.to_key(key_id, TEN))
    await Keys(world.around).revoke(key_id)
    assert body(await topups.to_key(key_id, TEN)) == first


@pytest.mark.parametrize("other", [Payment(Money.parse("10.01"), "invoice 7", "once"), Payment(Money.parse("10.00"), "invoice 8", "once")])
async def test_another_payment_under_the_same_idempotency_key_is_refused(world: World, other: Payment) -> None:
    key_id, topups = await key(world), TopUps(world.around)
    await topups.to_key(key_id, TEN)
    world.workers.told.clear()
    assert await topups.to_key(key_id, other) is REUSED
    assert await topups.to_account("main", TEN) is REUSED
    assert (await settled(world, f"key:{key_id}"), world.workers.told) == ("11.00", [])


async def test_money_at_a_provider_rearms_the_account(world: World) -> None:
    told = body(await TopUps(world.around).to_account("relay", TEN))
    assert (told["account"], told["balance_usd"]) == ("relay", "10.00")
    assert world.workers.told == [Change(credited=(("upstream:relay", Money.parse("10.00")),), rearmed=("relay",))]
    await TopUps(world.around).to_account("relay", TEN)
    assert world.workers.told[1] == world.workers.told[0]


async def test_who_cannot_be_paid_is_told_why(world: World) -> None:
    topups, unlimited, revoked = TopUps(world.around), await key(world, None), await key(world)
    await Keys(world.around).revoke(revoked)
    world.workers.told.clear()
    assert why(await topups.to_key("nobody", TEN)) is Why.UNKNOWN
    assert why(await topups.to_key(unlimited, TEN)) is Why.CONFLICT
    assert why(await topups.to_key(revoked, TEN)) is Why.CONFLICT
    assert why(await topups.to_account("nobody", TEN)) is Why.UNKNOWN
    assert world.workers.told == []
    assert isinstance(await topups.to_account("relay", TEN), Answered), "a refused payment must not use up its Idempotency-Key"


async def test_more_than_the_books_can_hold_is_refused(world: World) -> None:
    topups = TopUps(world.around)
    await topups.to_account("main", Payment(AMOUNT_MAX))
    assert why(await topups.to_account("main", TEN)) is Why.CONFLICT


async def test_a_bad_idempotency_key_books_nothing(world: World) -> None:
    with pytest.raises(UsageError, match="Idempotency-Key"):
        await TopUps(world.around).to_account("main", Payment(Money(1), "", "\n"))
    assert (await world.ledger.witness()).entries == ()
