from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from solvent.adapters.store.cases import SqlCaseStore
from solvent.adapters.store.opinions import SqlOpinions
from solvent.diagnosis.engine import Engine
from solvent.model.opinion import Assisted, Opinion, Standing
from solvent.model.verdict import Category, Wallet
from solvent.operations.cases import Desk
from tests import small
from tests.books import World

pytestmark = pytest.mark.anyio
SAID = Opinion("T", "S", "翻译", "C", "W", ("one", "two"), ("p",), Category.OTHER, Wallet.NONE, 3, 1)


@pytest.fixture
def desk(world: World, small_engine: Engine, random_bytes: Callable[[int], bytes]) -> Desk:
    return Desk(small_engine, SqlCaseStore(world.transactions), world.clock, random_bytes, lambda: 0)


@pytest.fixture
def opinions(world: World) -> SqlOpinions:
    return SqlOpinions(world.transactions)


async def made(desk: Desk, number: int = 0, key: str = "key") -> Assisted:
    paste = await desk.file(small.UNKNOWN, "en")
    at = datetime(2026, 11, 25, 12, 0, number, 7, tzinfo=UTC)
    return Assisted(f"o{number}", key, paste.occurrence.id, "zh", "tapir", at, Standing.PENDING, SAID)


async def test_an_opinion_comes_back_as_it_was_kept(desk: Desk, opinions: SqlOpinions) -> None:
    first = await made(desk)
    bare = replace(await made(desk, 1), opinion=Opinion(cause="C"))
    assert await opinions.keep(first)
    assert await opinions.keep(bare)
    assert await opinions.get("o0") == first
    assert await opinions.get("o1") == bare
    assert await opinions.get("nobody\x00") is None


async def test_it_goes_with_its_paste(desk: Desk, opinions: SqlOpinions) -> None:
    first = await made(desk)
    await opinions.keep(first)
    assert await desk.remove(first.occurrence_id)
    assert await opinions.get("o0") is None
    assert not await opinions.keep(first)


async def test_only_the_last_that_was_approved_of_a_key_stays_so(desk: Desk, opinions: SqlOpinions) -> None:
    for number in range(3):
        await opinions.keep(await made(desk, number, "key" if number else "other"))
    assert await opinions.of_key("key", Standing.APPROVED) is None
    for number in (0, 1, 2):
        found = await opinions.decide(f"o{number}", Standing.APPROVED)
        assert found is not None
        assert found.standing is Standing.APPROVED
    standings = {one.id: one.standing for one in (await opinions.page(limit=9, after=None, standing=None)).items}
    assert standings == {"o0": Standing.APPROVED, "o1": Standing.PENDING, "o2": Standing.APPROVED}
    approved = await opinions.of_key("key", Standing.APPROVED)
    assert approved is not None
    assert approved.id == "o2"
    await opinions.decide("o2", Standing.REJECTED)
    assert await opinions.of_key("key", Standing.APPROVED) is None
    assert await opinions.decide("nobody", Standing.APPROVED) is None


async def test_they_are_listed_page_by_page(desk: Desk, opinions: SqlOpinions) -> None:
    for number in range(5):
        await opinions.keep(await made(desk, number))
    await opinions.decide("o3", Standing.REJECTED)
    first = await opinions.page(limit=2, after=None, standing=Standing.PENDING)
    assert [one.id for one in first.items] == ["o4", "o2"]
    rest = await opinions.page(limit=2, after=first.after, standing=Standing.PENDING)
    assert ([one.id for one in rest.items], rest.after) == (["o1", "o0"], None)
    everything = await opinions.page(limit=9, after=None, standing=None)
    assert len(everything.items) == 5
    assert everything.items[0].at - everything.items[1].at == timedelta(seconds=1)
