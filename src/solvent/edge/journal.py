"""The journal's writer: appends records to segments of its own, in order, and says when they are safe.

`process`: a record is with the operating system before anything goes on, so it survives the end of the process. `power`: it is on the
disk, and one sync serves all who wait. After a write that failed the segment is left as it is, and only a new one makes the journal
work again: what stands behind a torn record could not be believed.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from solvent.ledger.journal import NO_SEGMENT_BEFORE, Fact, SegmentHeader, encode

SEGMENT_BYTES_MAX = 64 * 1024 * 1024
Done = Callable[[bool], None]


class JournalWriter:
    """One worker's journal in a folder `<name>` of its own, with segments `00000001.seg` and so on."""

    def __init__(self, folder: Path, name: str, *, sync: bool, loop: asyncio.AbstractEventLoop) -> None:
        """Opens a new segment behind those that are there. Raises `OSError`."""
        self._folder = folder / name
        self._name = name
        self._sync = sync
        self._loop = loop
        self._fd = -1
        self._number = 0
        self._bytes = 0
        self._unsynced: list[Done] = []
        self._syncing = False
        self.failed = False
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._open()

    def _open(self) -> None:
        segments = sorted(self._folder.glob("*.seg"))
        before = NO_SEGMENT_BEFORE
        number = 1
        if segments:
            number = int(segments[-1].stem) + 1
            with segments[-1].open("rb") as file:
                before = hashlib.file_digest(file, "sha256").hexdigest()
        header = encode(SegmentHeader(self._name, number, before))
        draft = self._folder / f"{number:08d}.new"
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            _write_all(fd, header)
            os.fdatasync(fd)
            # Whole or not at all: readers never meet a segment without its header.
            draft.rename(self._folder / f"{number:08d}.seg")
            folder_fd = os.open(self._folder, os.O_RDONLY)
            os.fsync(folder_fd)
            os.close(folder_fd)
        except OSError:
            os.close(fd)
            raise
        if self._fd >= 0:
            if self._sync:
                # Who still waits for these records is answered by a sync of the new segment.
                os.fdatasync(self._fd)
            os.close(self._fd)
        self._fd, self._number, self._bytes = fd, number, len(header)
        self.failed = False

    def write(self, facts: tuple[Fact, ...], done: Done | None = None) -> None:
        """Appends the records, then calls `done` with whether they and all before them are safe."""
        if self.failed:
            if done is not None:
                done(False)
            return
        data = encode(facts[0]) if len(facts) == 1 else b"".join(map(encode, facts))
        try:
            if self._bytes > SEGMENT_BYTES_MAX and not self._syncing:  # a sync under way holds the segment's descriptor
                self._open()
            _write_all(self._fd, data)
        except OSError:
            self.failed = True
            if done is not None:
                done(False)
            return
        self._bytes += len(data)
        if done is None:
            return
        if self._sync:
            self._unsynced.append(done)
            self._start_sync()
        else:
            done(True)

    def _start_sync(self) -> None:
        if not self._syncing and self._unsynced:
            self._syncing = True
            waiting, self._unsynced = self._unsynced, []
            future = self._loop.run_in_executor(None, os.fdatasync, self._fd)
            future.add_done_callback(lambda result: self._synced(result, waiting))

    def _synced(self, result: asyncio.Future[None], waiting: list[Done]) -> None:
        self._syncing = False
        good = result.exception() is None
        if not good:
            # What a failed sync lost is unknown, so nothing more may be built on this segment.
            self.failed = True
        for done in waiting:
            done(good)
        self._start_sync()

    def revive(self) -> bool:
        """After a failure: whether a new segment could be opened."""
        try:
            self._open()
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Closes the file; nothing may be written after that."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            self.failed = True


def _write_all(fd: int, data: bytes) -> None:
    """Writes all bytes. Raises `OSError` where the disk takes only a part."""
    written = os.write(fd, data)
    while written < len(data):
        more = os.write(fd, data[written:])
        if more == 0:
            raise OSError("the disk took only a part of a record")
        written += more
