from __future__ import annotations

import pytest

from solvent.model.occurrence import PAGE_LENGTH_MAX
from solvent.operations.folding import Batch, Place
from solvent.operations.requests import Requests
from tests.books import AT_US, World, done

pytestmark = pytest.mark.anyio


async def test_requests_are_listed_and_found(world: World) -> None:
    made = tuple(done(f"slv-{number:03d}", "a", at_us=AT_US + number) for number in range(PAGE_LENGTH_MAX + 2))
    await world.ledger.fold(Batch(Place("w"), Place("w", 1, 1), made))
    requests = Requests(world.requests)
    for limit, length in ((0, 1), (10**9, PAGE_LENGTH_MAX), (7, 7)):
        assert (await requests.page(limit=limit, after=None)).items == tuple(reversed(made))[:length]
    assert await requests.find(" req_slv-003 ") == (made[3],)
    assert await requests.get("slv-004") == made[4]
    assert await requests.get("req_slv-004") is None
