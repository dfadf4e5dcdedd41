from __future__ import annotations

from dataclasses import replace

import pytest

from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.accounts import AMOUNT_MAX, Account
from solvent.ledger.transfers import Reason, Refusal
from solvent.model.key import Budget, Key
from solvent.operations.asking import Draft, Kept, Wish
from tests.books import World

pytestmark = pytest.mark.anyio
KEY = Key(
    "k1",
    "my app 应用",
    "ab" * 32,
    prepaid=True,
    budgets=(Budget("day", Money(5)), Budget("month", Money(9))),
    rpm=3,
    tpm=4,
    models=("claude-*", "m"),
    reveal=True,
    created_at_us=7,
)


def paid(amount: int) -> transfers.Transfer:
    return transfers.top_up("opening", "key:k1", Money(amount))


async def test_a_key_comes_back_as_it_was_added_with_its_account_and_money(world: World) -> None:
    assert await world.keys.add(KEY, paid(70)) == Account(ZERO, Money(70))
    assert await world.keys.get("k1") == KEY
    assert await world.keys.all() == (KEY,)
    assert (await world.ledger.accounts(["key:k1"])) == {"key:k1": Account(ZERO, Money(70))}


async def test_a_key_without_a_balance_has_no_floor(world: World) -> None:
    key = Key("k2", "plain", "cd" * 32)
    assert await world.keys.add(key, None) == Account(None)
    assert await world.keys.get("k2") == key


async def test_where_paying_in_is_refused_there_is_no_key_either(world: World) -> None:
    await world.ledger.move(transfers.top_up("much", "upstream:main", AMOUNT_MAX))
    refusal = await world.keys.add(KEY, paid(1), Draft(Wish.of("once", "x", 1), lambda _: {}))
    assert refusal == Refusal(Reason.COUNTER_OVERFLOWS, "topup:opening")
    assert await world.keys.all() == ()
    assert await world.ledger.accounts(["key:k1"]) == {}
    assert await world.answers.find(Wish.of("once", "x", 1)) is None


async def test_a_key_is_added_once_under_an_idempotency_key(world: World) -> None:
    draft = Draft(Wish.of("once", "x", 1), lambda account: {"balance": account.settled.nano_usd})
    await world.keys.add(KEY, paid(70), draft)
    again = await world.keys.add(replace(KEY, id="k2", digest="ef" * 32), None, draft)
    assert again == Kept(draft.wish.content, {"balance": 70})
    assert await world.keys.all() == (KEY,)


async def test_a_revoked_key_stays_and_stays_revoked(world: World) -> None:
    await world.keys.add(KEY, None)
    revoked = replace(KEY, revoked=True)
    for _ in range(2):
        assert await world.keys.revoke("k1") == revoked
    assert await world.keys.get("k1") == revoked
    assert await world.keys.revoke("nobody\ud800") is None
    assert await world.keys.get("nobody\ud800") is None


async def test_pages_are_newest_first(world: World) -> None:
    for number in range(5):
        await world.keys.add(replace(KEY, id=f"k{number}", digest=f"{number}" * 64, created_at_us=number // 2), None)
    first = await world.keys.page(limit=2, after=None)
    second = await world.keys.page(limit=2, after=first.after)
    third = await world.keys.page(limit=2, after=second.after)
    assert [[key.id for key in page.items] for page in (first, second, third)] == [["k4", "k3"], ["k2", "k1"], ["k0"]]
    assert third.after is None
    assert [key.id for key in await world.keys.all()] == ["k0", "k1", "k2", "k3", "k4"]


async def test_budgets_limits_and_models_of_a_key_can_be_changed_and_nothing_else(world: World) -> None:
    await world.keys.add(KEY, None)
    wanted = replace(KEY, name="other", digest="cd" * 32, budgets=(Budget("day", Money(1)),), rpm=None, tpm=9, models=("m2",), reveal=False)
    changed = replace(KEY, budgets=(Budget("day", Money(1)),), rpm=None, tpm=9, models=("m2",))
    assert await world.keys.amend(wanted) == changed
    assert await world.keys.get("k1") == changed
    assert await world.keys.amend(replace(KEY, id="nobody")) is None
