from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

from solvent.adapters.store.filing import BATCH_MAX, Filed, Filing
from solvent.model.occurrence import Case, Occurrence
from solvent.model.verdict import Category, Wallet

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CASE = Case("c1", "answered", None, Category.OTHER, Wallet.NONE, "acme", "", 1, AT, AT)
POISON = "o7"


def filed(name: str) -> Filed:
    return Occurrence(name, "c1", AT, "paste", "text", (), "en", True, 1), CASE


class Store:
    """Keeps batches, one at a time, each when it is let; refuses a batch with the poison in it."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.open = asyncio.Event()
        self.begun = asyncio.Event()
        self.under_way = 0

    async def keep(self, batch: Sequence[Filed]) -> dict[str, Case]:
        self.under_way += 1
        self.begun.set()
        assert self.under_way == 1
        try:
            await self.open.wait()
            if any(occurrence.id == POISON for occurrence, _ in batch):
                raise OperationalError("insert", {}, Exception("refused"))
            self.batches.append([occurrence.id for occurrence, _ in batch])
            return dict.fromkeys(self.batches[-1], replace(CASE, count=sum(map(len, self.batches))))
        finally:
            self.under_way -= 1


async def many(filing: Filing, *names: str) -> list[asyncio.Task[Case]]:
    tasks = [asyncio.ensure_future(filing.file(*filed(name))) for name in names]
    await asyncio.sleep(0)
    return tasks


async def test_what_waits_shares_the_next_transaction() -> None:
    store = Store()
    filing = Filing(store.keep)
    first = await many(filing, "o1")
    await store.begun.wait()
    others = await many(filing, "o2", "o3", "o4")
    store.open.set()
    assert [case.count for case in await asyncio.gather(*first, *others)] == [1, 4, 4, 4]
    assert store.batches == [["o1"], ["o2", "o3", "o4"]]


async def test_a_batch_has_a_bound_and_everybody_is_in_one() -> None:
    store = Store()
    filing = Filing(store.keep)
    names = [f"n{number}" for number in range(2 * BATCH_MAX + 50)]
    tasks = await many(filing, *names)
    store.open.set()
    await asyncio.gather(*tasks)
    assert max(map(len, store.batches)) == BATCH_MAX
    assert sorted(name for batch in store.batches for name in batch) == sorted(names)


async def test_one_that_cannot_be_kept_fails_alone() -> None:
    store = Store()
    store.open.set()
    filing = Filing(store.keep)
    done = await asyncio.gather(*await many(filing, "o6", POISON, "o8"), return_exceptions=True)
    assert [type(one) for one in done] == [Case, OperationalError, Case]
    assert sorted(name for batch in store.batches for name in batch) == ["o6", "o8"]
    assert (await filing.file(*filed("o9"))).count == 3


async def test_one_that_is_given_up_takes_no_other_with_it() -> None:
    store = Store()
    filing = Filing(store.keep)
    tasks = await many(filing, "o1", "o2", "o3")
    await store.begun.wait()
    tasks[0].cancel()
    store.open.set()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in done] == [asyncio.CancelledError, Case, Case]
    assert store.batches == [["o2", "o3"]]


async def test_the_same_twice_is_the_stores_to_refuse() -> None:
    store = Store()
    filing = Filing(store.keep)
    first = await many(filing, "o1")
    await store.begun.wait()
    store.open.set()
    await asyncio.gather(*first)
    await filing.file(*filed("o1"))
    assert store.batches == [["o1"], ["o1"]]
