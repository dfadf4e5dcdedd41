from __future__ import annotations

from typing import Any

import pytest

from solvent.access import keys as access
from solvent.base.errors import UsageError
from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import AMOUNT_MAX
from solvent.model.change import Change
from solvent.model.key import Budget
from solvent.model.occurrence import PAGE_LENGTH_MAX
from solvent.operations.asking import REUSED, Answered, Refused, Why
from solvent.operations.folding import Batch, Place
from solvent.operations.keys import Keys, KeyWish
from tests.books import AT_US, PEPPER, World, served

pytestmark = pytest.mark.anyio
PREPAID = KeyWish("app", Money.parse("1.00"))
ASKED = {"name": "app", "balance_usd": "1.00"}


async def made(world: World, wish: KeyWish = PREPAID, idempotency_key: str | None = None) -> dict[str, Any]:
    outcome = await Keys(world.around).create(wish, ASKED, idempotency_key)
    assert isinstance(outcome, Answered)
    return outcome.body


async def test_a_key_is_told_once_and_kept_as_a_keyed_hash(world: World) -> None:
    body = await made(world)
    assert access.has_form(body["key"])
    (key,) = await world.keys.all()
    assert (key.digest, key.name, key.created_at_us) == (access.digest(body["key"], PEPPER), "app", AT_US)
    state = await Keys(world.around).get(key.id)
    assert state is not None
    assert "key" not in state.as_json()
    again = await made(world, idempotency_key="once")
    on_disk = b"".join(path.read_bytes() for path in world.folder.parent.glob("solvent.db*"))
    assert key.digest.encode() in on_disk
    for text in (body["key"], again["key"]):
        assert text.encode() not in on_disk
        assert text.removeprefix(access.PREFIX).encode() not in on_disk
    assert PEPPER.decode() not in repr(world.around)


async def test_a_key_is_in_force_at_the_workers_with_its_money(world: World) -> None:
    body = await made(world)
    (key,) = await world.keys.all()
    assert world.workers.told == [Change(keys=(key,), credited=((f"key:{body['id']}", Money.parse("1.00")),))]
    assert (key.prepaid, key.revoked) == (True, False)
    (entry,) = (await world.ledger.witness()).entries
    assert (entry.transfer.reference, entry.transfer.amount) == ("opening balance", Money.parse("1.00"))


@pytest.mark.parametrize(("balance", "told", "floor"), [(None, None, None), (ZERO, "0.00", ZERO)])
async def test_no_balance_is_not_the_same_as_an_empty_one(
    world: World, balance: Money | None, told: str | None, floor: Money | None
) -> None:
    body = await made(world, KeyWish("app", balance))
    assert (body["balance_usd"], body["available_usd"]) == (told, told)
    assert (await world.ledger.accounts([f"key:{body['id']}"]))[f"key:{body['id']}"].floor == floor
    assert (await world.ledger.witness()).entries == ()


async def test_the_same_request_gets_the_same_key_and_no_second_one_is_made(world: World) -> None:
    body = await made(world, idempotency_key="once")
    again = await made(world, idempotency_key="once")
    assert again == body
    assert "salt" not in body
    assert len(await world.keys.all()) == 1
    assert world.workers.told[0] == world.workers.told[1]
    other = await made(world, idempotency_key="twice")
    assert len({body["key"], other["key"]}) == 2


async def test_another_request_under_the_same_idempotency_key_is_refused(world: World) -> None:
    await made(world, idempotency_key="once")
    world.workers.told.clear()
    outcome = await Keys(world.around).create(KeyWish("other"), {"name": "other"}, "once")
    assert outcome is REUSED
    assert (len(await world.keys.all()), world.workers.told) == (1, [])


async def test_a_bad_idempotency_key_makes_nothing(world: World) -> None:
    with pytest.raises(UsageError, match="Idempotency-Key"):
        await Keys(world.around).create(PREPAID, ASKED, "")
    assert await world.keys.all() == ()


async def test_an_amount_that_the_books_cannot_hold_is_refused(world: World) -> None:
    await made(world, KeyWish("rich", AMOUNT_MAX))
    outcome = await Keys(world.around).create(PREPAID)
    assert isinstance(outcome, Refused)
    assert outcome.why is Why.CONFLICT
    assert len(await world.keys.all()) == 1


async def test_limits_are_kept_and_told(world: World) -> None:
    wish = KeyWish("app", None, (Budget("day", Money.parse("5.00")),), 10, 2_000, ("claude-*",), reveal=True)
    body = await made(world, wish)
    (key,) = await world.keys.all()
    assert (key.budgets, key.rpm, key.tpm, key.models, key.reveal) == (wish.budgets, 10, 2_000, ("claude-*",), True)
    assert body["budgets"] == [{"window": "day", "usd": "5.00"}]
    assert [body[name] for name in ("rpm", "tpm", "models", "reveal", "prepaid")] == [10, 2_000, ["claude-*"], True, False]


async def test_a_key_tells_its_money_as_the_books_have_it(world: World) -> None:
    body = await made(world)
    records = [*served("r1", body["id"], 250_000_000), *served("r2", body["id"], 1, ceiling=100_000_000)[:2]]
    await world.ledger.fold(Batch(Place("w"), Place("w", 1, 1), tuple(records)))
    state = await Keys(world.around).get(body["id"])
    assert state is not None
    told = state.as_json()
    money = {name: told[name] for name in ("balance_usd", "held_usd", "leased_usd", "available_usd", "spent_usd", "requests", "open_holds")}
    assert money == {
        "balance_usd": "0.75",
        "held_usd": "0.10",
        "leased_usd": "0.00",
        "available_usd": "0.65",
        "spent_usd": "0.25",
        "requests": 1,
        "open_holds": 1,
    }
    (listed,) = (await Keys(world.around).page(limit=5, after=None)).items
    assert listed.as_json() == {name: value for name, value in told.items() if name != "open_holds"}


async def test_a_revoked_key_is_told_to_the_workers_and_stays_in_the_list(world: World) -> None:
    body = await made(world)
    world.workers.told.clear()
    state = await Keys(world.around).revoke(body["id"])
    assert state is not None
    assert state.as_json()["revoked"] is True
    (change,) = world.workers.told
    assert [(key.id, key.revoked) for key in change.keys] == [(body["id"], True)]
    assert len((await Keys(world.around).page(limit=5, after=None)).items) == 1


async def test_what_is_not_there_is_none(world: World) -> None:
    assert await Keys(world.around).get("nobody") is None
    assert await Keys(world.around).revoke("nobody") is None
    assert world.workers.told == []


@pytest.mark.parametrize(("limit", "length"), [(0, 1), (-5, 1), (10**9, PAGE_LENGTH_MAX)])
async def test_a_list_is_neither_empty_by_request_nor_endless(world: World, limit: int, length: int) -> None:
    for number in range(PAGE_LENGTH_MAX + 1):
        await made(world, KeyWish(f"k{number}"))
    assert len((await Keys(world.around).page(limit=limit, after=None)).items) == length
