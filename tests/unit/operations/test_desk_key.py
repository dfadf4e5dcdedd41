from __future__ import annotations

import pytest

from solvent.access import keys as access
from solvent.base.money import Money
from solvent.model.key import Budget, Key
from solvent.operations import desk_key
from tests.books import PEPPER, World

pytestmark = pytest.mark.anyio
DOLLAR = Money.parse("1.00")


async def only(world: World) -> Key:
    (key,) = await world.keys.all()
    return key


async def test_the_key_is_made_once_with_its_budget_and_its_one_model(world: World) -> None:
    text = await desk_key.take(world.around, "tapir", DOLLAR)
    key = await only(world)
    assert access.has_form(text)
    assert key.digest == access.digest(text, PEPPER)
    assert (key.name, key.prepaid, key.budgets, key.models) == (desk_key.NAME, False, (Budget("day", DOLLAR),), ("tapir",))
    assert (await world.ledger.accounts([f"key:{key.id}"]))[f"key:{key.id}"].floor is None
    assert await desk_key.take(world.around, "tapir", DOLLAR) == text
    assert await only(world) == key


async def test_a_new_budget_and_model_count_for_the_same_key_so_that_what_was_spent_today_stays_spent(world: World) -> None:
    text = await desk_key.take(world.around, "tapir", DOLLAR)
    before = await only(world)
    assert await desk_key.take(world.around, "zebra", Money.parse("0.10")) == text
    key = await only(world)
    assert (key.id, key.created_at_us) == (before.id, before.created_at_us)
    assert (key.budgets, key.models) == ((Budget("day", Money.parse("0.10")),), ("zebra",))
    assert world.workers.told[-1].keys == (key,)


async def test_a_revoked_key_stays_revoked_and_the_next_start_makes_another(world: World) -> None:
    first = await desk_key.take(world.around, "tapir", DOLLAR)
    revoked = await only(world)
    await world.keys.revoke(revoked.id)
    second = await desk_key.take(world.around, "tapir", DOLLAR)
    assert first != second
    keys = {key.id: key.revoked for key in await world.keys.all()}
    assert len(keys) == 2
    assert keys[revoked.id]


async def test_another_installation_has_another_key(world: World) -> None:
    assert access.repeatable("desk key 0", b"", PEPPER) != access.repeatable("desk key 0", b"", b"another pepper of 32 bytes or so")
    assert PEPPER.decode() not in await desk_key.take(world.around, "tapir", DOLLAR)
