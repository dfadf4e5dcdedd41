from __future__ import annotations

import pytest

from solvent.base.money import Money
from solvent.ledger import transfers
from solvent.model.health import Closed, Health
from solvent.operations.accounts import Accounts
from solvent.operations.alerts import Alerts
from tests.books import AT_US, World

pytestmark = pytest.mark.anyio
DRY = Closed("account", "credit_exhausted", AT_US - 5, None, money=True, text="402 no credit")
VENDOR = Closed("vendor:anthropic", "credit_exhausted", AT_US - 3, AT_US + 60, money=True)
DRILL = Closed("account", "drill", AT_US - 1, AT_US + 60)
RATE = Closed("account", "rate_limited", AT_US - 1, AT_US + 60)


def alerts(world: World, **low: str) -> Alerts:
    return Alerts(Accounts(world.around), lambda: {name: Money.parse(usd) for name, usd in low.items()}, world.around.now_us)


async def test_what_is_closed_for_want_of_money_fires_by_its_part(world: World) -> None:
    world.workers.healths = (Health("main", "exhausted", (DRY, RATE)), Health("relay", "ready", (VENDOR,)))
    main, relay = await alerts(world).look()
    assert (main.id, main.kind, main.subject, main.since_us) == ("balance.exhausted:main", "balance.exhausted", "main", AT_US - 5)
    assert "402 no credit" in main.text
    assert "top-up" in main.text
    assert (relay.id, relay.subject, relay.since_us) == ("balance.exhausted:relay:vendor:anthropic", "relay", AT_US - 3)


async def test_a_drill_says_that_nothing_is_to_be_paid(world: World) -> None:
    world.workers.healths = (Health("main", "exhausted", (DRILL,)),)
    (alert,) = await alerts(world).look()
    assert "nothing is to be paid" in alert.text


async def test_what_is_closed_for_another_reason_is_no_alert(world: World) -> None:
    world.workers.healths = (Health("main", "cooling", (RATE,)),)
    assert await alerts(world).look() == ()


async def test_an_account_that_runs_low_fires_from_when_it_was_first_seen_until_it_is_paid(world: World) -> None:
    watched = alerts(world, main="25.00", relay="5.00")
    await Accounts(world.around).post_openings()
    assert await watched.look() == ()
    await world.ledger.move(transfers.spend("a", "main", Money(1)))
    world.clock.pass_by(seconds=1)
    (first,) = await watched.look()
    assert (first.id, first.kind, first.since_us) == ("balance.low:main", "balance.low", AT_US + 1_000_000)
    assert "24.999999999" in first.text
    world.clock.pass_by(hours=1)
    assert await watched.look() == (first,)
    await world.ledger.move(transfers.top_up("t", "upstream:main", Money(1), reference="", at_us=AT_US))
    assert await watched.look() == ()
    await world.ledger.move(transfers.spend("b", "main", Money(1)))
    assert [alert.since_us for alert in await watched.look()] == [AT_US + 3_601_000_000]


async def test_a_balance_that_nobody_knows_is_not_low(world: World) -> None:
    assert await alerts(world, relay="5.00").look() == ()
