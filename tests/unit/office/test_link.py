from __future__ import annotations

import asyncio
import contextlib
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from solvent.base.errors import StartError
from solvent.base.frames import Frames, frame
from solvent.base.money import Money
from solvent.model.change import Change, LeaseRow, Opening
from solvent.model.health import Health
from solvent.model.key import Key
from solvent.model.link import Done, Healths, Hello, Message, Opened, Told, decode, encode
from solvent.office import link
from solvent.office.link import WorkerDesk

pytestmark = pytest.mark.anyio
KEY = Key("k", "app", "ab" * 32)
READY, DRY = Health("main", "ready"), Health("main", "exhausted")


class Worker:
    """The other end of the link: says what a test says, and remembers what it hears."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.frames = reader, writer, Frames()
        self.heard: list[Message] = []

    def say(self, *messages: Message) -> None:
        self.writer.write(b"".join(frame(encode(message)) for message in messages))

    async def next(self) -> Message:
        while not self.heard:
            data = await asyncio.wait_for(self.reader.read(65_536), 5)
            assert data, "the office closed the connection"
            self.heard += map(decode, self.frames.feed(data))
        return self.heard.pop(0)

    async def gone(self) -> bool:
        return await asyncio.wait_for(self.reader.read(65_536), 5) == b""


class House:
    """A desk on a socket of its own; `opening` is what it tells whoever comes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "office.sock"
        self.asked: list[str] = []
        self.opening = Opening("the config", (KEY,), (LeaseRow("key:k", None, Money(7), Money(0), Money(0)),))
        self.desk = WorkerDesk(self._open)
        self._stack = contextlib.AsyncExitStack()

    async def _open(self, worker: str) -> Opening:
        self.asked.append(worker)
        return Opening(self.opening.config, self.opening.keys, self.opening.leases, health=self.desk.health())

    async def worker(self, *, fresh: bool = True, says: tuple[Health, ...] = ()) -> Worker:
        """A worker that has said hello, and at once how the accounts fare, as real ones do."""
        worker = Worker(*await asyncio.open_unix_connection(str(self.path)))
        self._stack.callback(worker.writer.close)
        worker.say(Hello("worker-1", 7, fresh), Healths(says))
        return worker

    async def close(self) -> None:
        await self._stack.aclose()
        self.desk.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    found = House(tmp_path)
    await found.desk.listen(found.path)
    yield found
    await found.close()


async def test_the_socket_is_its_owners_alone_and_an_old_one_is_replaced(house: House) -> None:
    assert stat.S_IMODE(house.path.stat().st_mode) == 0o600
    other = WorkerDesk(house._open)
    await other.listen(house.path)
    assert house.path.is_socket()
    other.close()


async def test_a_path_that_is_too_long_is_refused_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"cannot open the socket `.*`: .*; choose a data directory with a shorter path"):
        await WorkerDesk(House(tmp_path)._open).listen(tmp_path / ("x" * 120))


async def test_a_worker_that_starts_is_told_all_that_it_must_know(house: House) -> None:
    worker = await house.worker()
    assert await worker.next() == Opened(house.opening)
    assert house.asked == ["worker-1"]


async def test_a_worker_that_only_lost_the_office_is_told_what_may_have_changed(house: House) -> None:
    worker = await house.worker(fresh=False, says=(DRY,))
    assert await worker.next() == Told(0, Change(keys=(KEY,), credited=(("key:k", Money(7)),), config="the config"))
    assert house.desk.health() == (DRY,)


async def test_a_change_is_answered_once_every_worker_has_it_in_force(house: House) -> None:
    first, second = await house.worker(), await house.worker()
    assert [type(await each.next()) for each in (first, second)] == [Opened, Opened]
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(house.desk.tell(Change(rearmed=("main",))))
        told = await first.next()
        assert isinstance(told, Told)
        assert (await second.next(), told.change.rearmed) == (told, ("main",))
        first.say(Done(told.number))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not telling.done()
        second.say(Done(told.number))


async def test_nobody_is_waited_for_where_no_worker_is(house: House) -> None:
    await asyncio.wait_for(house.desk.tell(Change(rearmed=("main",))), 5)


async def test_a_worker_that_dies_meanwhile_is_not_waited_for(house: House) -> None:
    worker = await house.worker()
    await worker.next()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(asyncio.wait_for(house.desk.tell(Change(keys=(KEY,))), 5))
        await worker.next()
        worker.writer.close()


async def test_a_worker_that_does_not_answer_is_taken_for_dead(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "IN_FORCE_S", 0.05)
    worker = await house.worker()
    await worker.next()
    await asyncio.wait_for(house.desk.tell(Change(keys=(KEY,))), 5)
    await worker.next()
    assert await worker.gone()


async def test_a_change_that_a_worker_refuses_is_an_error_with_its_reason(house: House) -> None:
    worker = await house.worker()
    await worker.next()
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(refused(house.desk, Change(config="x")))
        told = await worker.next()
        assert isinstance(told, Told)
        worker.say(Done(told.number, "`api_key` is not set here"))
    assert telling.result() == "`api_key` is not set here"


async def refused(desk: WorkerDesk, change: Change) -> str:
    with pytest.raises(ValueError, match="api_key") as problem:
        await desk.tell(change)
    return str(problem.value)


async def test_what_is_said_of_the_accounts_outlives_the_worker_that_said_it(house: House) -> None:
    worker = await house.worker()
    await worker.next()
    worker.say(Healths((DRY,)))
    # What is said first is heard first: once this change is in force, the office knows.
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(house.desk.tell(Change()))
        told = await worker.next()
        assert isinstance(told, Told)
        worker.say(Done(told.number))
    worker.writer.close()
    # The one after it knows nothing yet, and says so before it is opened: that must not count.
    opened = await (await house.worker(says=(READY,))).next()
    assert isinstance(opened, Opened)
    assert opened.opening.health == house.desk.health() == (DRY,)


async def test_closing_leaves_the_workers(house: House) -> None:
    worker = await house.worker()
    await worker.next()
    house.desk.close()
    assert await worker.gone()


async def test_what_is_no_message_ends_the_connection(house: House, caplog: pytest.LogCaptureFixture) -> None:
    worker = await house.worker()
    await worker.next()
    worker.writer.write(frame(b"\xffnothing"))
    assert await worker.gone()
    assert "different versions" in caplog.text
