from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from solvent.base.money import Money
from solvent.edge import journal as edge
from solvent.edge.journal import JournalWriter
from solvent.ledger.journal import HoldPlaced, HoldVoided, SegmentHeader, Stop, decode
from solvent.ledger.segments import decode_chain

pytestmark = pytest.mark.anyio

HOLD = HoldPlaced("slv-1", "key:k", Money(7), 1)
VOID = HoldVoided("slv-1", 2)


def writer(folder: Path, *, sync: bool = False) -> JournalWriter:
    return JournalWriter(folder, "worker-1", sync=sync, loop=asyncio.get_running_loop())


def segments(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((folder / "worker-1").glob("*.seg"))]


async def test_records_are_in_the_file_before_anybody_is_told(tmp_path: Path) -> None:
    journal, seen = writer(tmp_path), []
    journal.write((HOLD,), lambda good: seen.append((good, decode(segments(tmp_path)[0]).records[1:])))
    journal.write((VOID,))
    assert seen == [(True, (HOLD,))]
    header, *facts = decode(segments(tmp_path)[0]).records
    assert header == SegmentHeader("worker-1", 1)
    assert facts == [HOLD, VOID]


async def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    writer(tmp_path)
    (segment,) = (tmp_path / "worker-1").iterdir()
    assert segment.stat().st_mode & 0o777 == 0o600
    assert segment.name == "00000001.seg"


async def test_each_start_begins_a_segment_that_vouches_for_the_one_before_a_torn_end_included(tmp_path: Path) -> None:
    writer(tmp_path).write((HOLD,))
    with (tmp_path / "worker-1" / "00000001.seg").open("ab") as file:
        file.write(b"\0\0\0")
    writer(tmp_path).write((VOID,))
    ends = [read.decoded.end.stop for read in decode_chain(segments(tmp_path))]
    assert ends == [Stop.TORN, Stop.END]


async def test_a_segment_that_is_large_enough_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "SEGMENT_BYTES_MAX", 400)
    journal = writer(tmp_path)
    for _ in range(10):
        journal.write((HOLD,))
    reads = list(decode_chain(segments(tmp_path)))
    assert len(reads) > 1
    assert all(read.decoded.end.stop is Stop.END for read in reads)
    assert sum(record == HOLD for read in reads for record in read.decoded.records) == 10


async def test_after_a_failed_write_nothing_is_taken_until_a_new_segment_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = writer(tmp_path)
    told: list[bool] = []
    write = os.write

    def full(fd: int, data: bytes) -> int:
        write(fd, data[:5])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    journal.write((HOLD,), told.append)
    assert (told, journal.failed) == ([False], True)
    assert not journal.revive()
    monkeypatch.setattr(os, "write", write)
    journal.write((HOLD,), told.append)
    assert told == [False, False]
    assert journal.revive()
    journal.write((VOID,), told.append)
    assert told == [False, False, True]
    reads = list(decode_chain(segments(tmp_path)))
    assert [read.decoded.end.stop for read in reads] == [Stop.TORN, Stop.END]
    assert reads[-1].decoded.records[1:] == (VOID,)


class Told:
    """What whoever waits for a sync is told; `all` waits until so many have been."""

    def __init__(self) -> None:
        self.told: list[bool] = []
        self._one = asyncio.Event()

    def __call__(self, good: bool) -> None:  # noqa: FBT001 - the journal's signature
        self.told.append(good)
        self._one.set()

    async def all(self, count: int) -> list[bool]:
        async with asyncio.timeout(10):
            while len(self.told) < count:
                self._one.clear()
                await self._one.wait()
        return self.told


async def test_with_power_in_mind_one_sync_serves_all_who_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, told = writer(tmp_path, sync=True), Told()
    syncs: list[int] = []
    monkeypatch.setattr(os, "fdatasync", syncs.append)
    for _ in range(5):
        journal.write((HOLD,), told)
    assert told.told == []
    assert await told.all(5) == [True] * 5
    # The first is under way when the others come; they share the second.
    assert len(syncs) == 2


async def test_a_sync_that_fails_fails_all_who_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, told = writer(tmp_path, sync=True), Told()

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    journal.write((HOLD,), told)
    assert await told.all(1) == [False]
    assert journal.failed
    journal.close()
    assert journal.failed
