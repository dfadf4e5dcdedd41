from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from solvent.edge import link as links
from solvent.edge.link import OfficeLink
from solvent.model.change import Change, Opening
from solvent.model.health import Health
from solvent.model.key import Key
from solvent.model.link import Told
from solvent.office.link import WorkerDesk

pytestmark = pytest.mark.anyio

OPENING = Opening("config", (Key("k", "k", "digest"),), ())


class FakeWorker:
    """Keeps what it is told; refuses the config `bad`."""

    def __init__(self) -> None:
        self.openings: list[Opening] = []
        self.changes: list[Change] = []
        self.heard = asyncio.Event()

    def opened(self, opening: Opening) -> None:
        self.openings.append(opening)
        self.heard.set()

    def changed(self, change: Change) -> str:
        self.changes.append(change)
        self.heard.set()
        return "no such account" if change.config == "bad" else ""

    async def hear(self) -> None:
        async with asyncio.timeout(20):
            await self.heard.wait()
        self.heard.clear()


@asynccontextmanager
async def kept(link: OfficeLink) -> AsyncIterator[None]:
    """The link keeps its connection while the block runs."""
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(link.keep())
        yield
        keeping.cancel()


async def opened(_: str) -> Opening:
    return OPENING


async def test_a_worker_is_opened_once_and_told_of_changes(tmp_path: Path) -> None:
    path, worker = tmp_path / "office.sock", FakeWorker()
    desk = WorkerDesk(opened)
    await desk.listen(path)
    link = OfficeLink(path, "w1", 7, worker, lambda: (Health("a", "ready"),))
    async with kept(link):
        await worker.hear()
        assert worker.openings == [OPENING]
        assert link.up
        assert not link.fresh
        await desk.tell(Change(rearmed=("a",)))
        assert worker.changes == [Change(rearmed=("a",))]
        with pytest.raises(ValueError, match="no such account"):
            await desk.tell(Change(config="bad"))
    desk.close()


async def test_the_office_may_come_late_and_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "AGAIN_S", 0.001)
    path, worker = tmp_path / "office.sock", FakeWorker()
    link = OfficeLink(path, "w1", 7, worker, lambda: ())
    async with kept(link):
        await asyncio.sleep(0)
        assert not link.up
        desk = WorkerDesk(opened)
        await desk.listen(path)
        await worker.hear()
        desk.close()
        again = WorkerDesk(opened)
        await again.listen(path)
        await worker.hear()
        # It keeps its leases, and is told what may have changed meanwhile.
        assert len(worker.openings) == 1
        assert [change.keys for change in worker.changes] == [OPENING.keys]
        assert [change.config for change in worker.changes] == ["config"]
    again.close()


async def test_the_health_of_accounts_is_told_to_an_office_that_is_there(tmp_path: Path) -> None:
    path, worker = tmp_path / "office.sock", FakeWorker()
    healths = [Health("a", "ready")]
    link = OfficeLink(path, "w1", 7, worker, lambda: tuple(healths))
    link.tell_health()  # nobody is there: nothing happens
    desk = WorkerDesk(opened)
    await desk.listen(path)
    async with kept(link):
        await worker.hear()
        link.tell_health()
        await desk.tell(Change())  # its answer comes behind the health
        assert desk.health() == (Health("a", "ready"),)
        healths[0] = Health("a", "exhausted")
        link.tell_health()
        await desk.tell(Change())
        assert desk.health() == (Health("a", "exhausted"),)
    desk.close()


class Gone(asyncio.Transport):
    """A connection to an office that was killed a moment ago, as uvloop's are: whoever writes to it is told so by an exception."""

    def is_closing(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        raise RuntimeError(f"unable to write {len(data)} bytes; the handler is closed")


async def test_nothing_is_said_to_an_office_that_is_gone_before_the_loss_is_known(tmp_path: Path) -> None:
    link = OfficeLink(tmp_path / "office.sock", "w1", 7, FakeWorker(), lambda: (Health("a", "ready"),))
    link.begin(Gone())
    link.tell_health()
    link.hear(Told(1, Change(rearmed=("a",))))
    assert link.up
