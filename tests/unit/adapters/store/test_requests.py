from __future__ import annotations

import pytest

from solvent.ledger.journal import AttemptTold, Outcome, Record, RequestDone
from solvent.operations.folding import Batch, Place
from tests.books import AT_US, World, done

pytestmark = pytest.mark.anyio


async def keep(world: World, *records: Record) -> None:
    assert (await world.ledger.fold(Batch(Place("worker-1"), Place("worker-1", 1, 9), records))).took


async def test_a_request_is_found_by_our_id_and_by_every_id_of_an_upstream(world: World) -> None:
    tried = (
        AttemptTold("one", "m", 500, Outcome.NONE, 3, ("up-1", "shared"), "server_error", "acme/x", "none", "acme", "boom"),
        AttemptTold("two", "n", 0, Outcome.UNKNOWN, 4, ("slv-2",)),
    )
    first = RequestDone("slv-1", "a", AT_US, 9, "openai", "模型\ud800", "r", 502, tried, (("input_tokens", 2),))
    kept = RequestDone("slv-1", "a", AT_US, 9, "openai", "模型?", "r", 502, tried, (("input_tokens", 2),))
    second = RequestDone("slv-2", "", AT_US + 1, 9, "openai", "m", "", 200, (AttemptTold("one", "m", 200, Outcome.USAGE, 1, ("shared",)),))
    await keep(world, first, second)
    assert await world.requests.get("slv-1") == kept
    assert await world.requests.get("up-1") is None
    assert await world.requests.find("up-1") == (kept,)
    assert await world.requests.find("shared") == (second, kept)
    assert await world.requests.find("slv-2") == (second, kept)
    assert await world.requests.find("nobody\ud800") == ()


async def test_pages_are_newest_first(world: World) -> None:
    await keep(world, *(done(f"slv-{number}", "a", at_us=AT_US + number // 2) for number in range(5)))
    first = await world.requests.page(limit=2, after=None)
    second = await world.requests.page(limit=2, after=first.after)
    third = await world.requests.page(limit=2, after=second.after)
    found = [[request.request_id for request in page.items] for page in (first, second, third)]
    assert found == [["slv-4", "slv-3"], ["slv-2", "slv-1"], ["slv-0"]]
    assert third.after is None
