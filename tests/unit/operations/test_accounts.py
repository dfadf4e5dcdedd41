from __future__ import annotations

from typing import Any

import pytest

from solvent.base.money import Money
from solvent.ledger import transfers
from solvent.model.change import Change, Drill
from solvent.model.health import Closed, Health
from solvent.operations.accounts import Accounts
from solvent.operations.asking import REUSED, Answered, Refused, Why
from solvent.operations.folding import Batch, Place
from tests.books import AT_US, World, done, served, upstream

pytestmark = pytest.mark.anyio


async def listed(world: World) -> dict[str, dict[str, Any]]:
    return {state.upstream.name: state.as_json() for state in await Accounts(world.around).list()}


async def test_an_account_is_what_its_worker_says_and_what_the_books_know(world: World) -> None:
    await Accounts(world.around).post_openings()
    records = [*served("r1", "nobody", 250_000_000)[4:], done("r2", "", status=500)]
    await world.ledger.fold(Batch(Place("w"), Place("w", 1, 1), tuple(records)))
    await world.ledger.move(transfers.spend("a", "main", Money.parse("0.25")))
    closed = Closed("vendor:anthropic", "credit_exhausted", AT_US, AT_US + 60_000_000, money=True, text="no credit")
    world.workers.healths = (Health("main", "cooling", (closed, Closed("account", "drill", AT_US, None)), 99, 98), Health("gone", "ready"))
    assert (await listed(world))["main"] == {
        "name": "main",
        "provider": "acme",
        "state": "cooling",
        "closed": [
            {
                "scope": "vendor:anthropic",
                "why": "credit_exhausted",
                "since": "2026-11-25T12:00:00Z",
                "until": "2026-11-25T12:01:00Z",
                "text": "no credit",
            },
            {"scope": "account", "why": "drill", "since": "2026-11-25T12:00:00Z", "until": None, "text": None},
        ],
        "balance_usd": "24.75",
        "balance_source": "shadow",
        "spent_usd": "0.00",
        "requests": 2,
        "errors": 1,
        "runway": None,
    }


async def test_what_a_call_took_is_spent(world: World) -> None:
    await world.ledger.move(transfers.top_up("x", "upstream:relay", Money.parse("1.00")))
    async with world.transactions.write() as connection:
        await connection.exec_driver_sql("INSERT INTO accounts VALUES ('key:b', NULL, 0, 0, 0)")
    await world.ledger.fold(Batch(Place("w"), Place("w", 1, 1), tuple(served("r1", "b", 250_000_000, account="relay"))))
    relay = (await listed(world))["relay"]
    assert [relay[name] for name in ("balance_usd", "spent_usd", "requests", "errors")] == ["0.75", "0.25", 1, 0]


async def test_an_account_of_which_nobody_said_what_was_paid_in_has_no_balance(world: World) -> None:
    await world.ledger.move(transfers.spend("a", "relay", Money(5)))
    relay = (await listed(world))["relay"]
    assert [relay[name] for name in ("state", "closed", "balance_usd", "balance_source")] == ["ready", [], None, "none"]


async def test_the_opening_credit_is_booked_once_in_an_accounts_life(world: World) -> None:
    for figure in ("25.00", "25.00", "99.00", None):
        world.configured[:] = [upstream("main", figure), upstream("relay")]
        await Accounts(world.around).post_openings()
        world.clock.pass_by(days=1)
    (entry,) = (await world.ledger.witness()).entries
    assert (entry.transfer.id, entry.transfer.amount, entry.transfer.at_us) == ("topup:opening:main", Money.parse("25.00"), AT_US)


async def test_the_list_follows_the_config(world: World) -> None:
    world.configured[:] = [upstream("new"), upstream("main")]
    assert list(await listed(world)) == ["new", "main"]
    world.configured.clear()
    assert await listed(world) == {}


async def test_a_balance_that_cannot_be_read_is_no_figure(world: World) -> None:
    refused = Accounts(world.around).probe("main")
    assert refused.why is Why.CONFLICT
    assert "cannot be read" in refused.message
    assert Accounts(world.around).probe("nobody").why is Why.UNKNOWN


async def test_a_drill_is_in_force_before_it_is_answered(world: World) -> None:
    outcome = await Accounts(world.around).drill("main", 90_000)
    assert outcome == Answered({"account": "main", "kind": "exhaust", "until": "2026-11-25T12:01:30Z"})
    assert world.workers.told == [Change(drills=(Drill("main", 90_000),))]


async def test_a_drill_that_is_asked_for_again_is_not_begun_anew(world: World) -> None:
    accounts = Accounts(world.around)
    first = await accounts.drill("main", 90_000, "once")
    world.clock.pass_by(seconds=80)
    assert await accounts.drill("main", 90_000, "once") == first
    assert len(world.workers.told) == 1
    assert await accounts.drill("relay", 90_000, "once") is REUSED
    assert await accounts.drill("main", 1, "once") is REUSED


async def test_nobodys_account_is_not_drilled(world: World) -> None:
    outcome = await Accounts(world.around).drill("nobody", 90_000)
    assert isinstance(outcome, Refused)
    assert (outcome.why, world.workers.told) == (Why.UNKNOWN, [])
