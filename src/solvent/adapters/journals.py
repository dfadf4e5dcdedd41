"""Reading the workers' journals: `<folder>/<journal>/<number>.seg`, on from where the books stand.

A segment is done with only once its successor exists, and the successor is looked for before the bytes are read: nothing is appended
to a segment that has one. Until then an unfinished record is one that is being written; after that it is a torn end and dropped.
At a break reading stops for good and says where, because nothing behind it can be believed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from solvent.ledger.journal import NO_SEGMENT_BEFORE, PAYLOAD_BYTES_MAX, End, Record, SegmentHeader, Stop, decode
from solvent.ledger.segments import decode_chain
from solvent.operations.folding import Batch, Place

# A few hundred requests: few enough to be decoded and folded without giving way, many enough to pay for a transaction.
BATCH_BYTES = 512 * 1024
# A whole record of any size lies in this much.
_RECORD_BYTES_MAX = PAYLOAD_BYTES_MAX + 64
_SEGMENT = re.compile(r"[0-9]{8,}\.seg", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Bytes of a segment from an offset. `whole`: they reach to the end of the file; `size` is that of the file."""

    data: bytes
    whole: bool
    size: int


class JournalFolder:
    """The folder of all journals; a journal is a folder in it, named for its worker."""

    def __init__(self, folder: Path, *, batch_bytes: int = BATCH_BYTES) -> None:
        self._folder = folder
        self._batch_bytes = batch_bytes

    def names(self) -> tuple[str, ...]:
        """The journals that are there, sorted."""
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(path.name for path in self._folder.iterdir() if path.is_dir()))

    def read(self, since: Place) -> Batch:
        """What follows `since`, as much as is worth one transaction; empty where nothing whole follows yet."""
        segments = self._segments(since.journal)
        if since == Place(since.journal):
            if not segments:
                return Batch(since, since)
            segment = min(segments)
        else:
            segment = since.segment
        if segment not in segments:
            return Batch(since, since, broken=f"segment {segment} is missing")
        return self._read(since, segment, segments)

    def _read(self, since: Place, segment: int, segments: dict[int, Path]) -> Batch:
        later = [number for number in segments if number > segment]
        start = since.offset if segment == since.segment else 0
        # A record may be longer than a batch; and what is torn in more than any record takes is zeros, perhaps to the end.
        for length in (self._batch_bytes, _RECORD_BYTES_MAX, -1):
            cut = _cut(segments[segment], start, length)
            records, end = _decoded(cut.data, start)
            if records or cut.whole or end.stop is not Stop.TORN:
                break
        if cut.size < start:
            return Batch(since, since, broken=f"segment {segment} is {cut.size} bytes long, and {start} were read before")
        if start == 0 and records and (wrong := _unchained(records[0], since.journal, segment, segments)):
            return Batch(since, since, broken=f"segment {segment}: {wrong}")
        until = Place(since.journal, segment, end.offset) if end.offset or segment == since.segment else since
        if end.broken:
            return Batch(since, until, records, broken=f"segment {segment}: {end.stop} at byte {end.offset}")
        if later and cut.whole:
            return Batch(since, Place(since.journal, min(later), 0), records, more=True)
        return Batch(since, until, records, more=not cut.whole and bool(records))

    def read_all(self, places: Iterable[Place]) -> tuple[tuple[Record, ...], tuple[tuple[str, End], ...]]:
        """All records up to these places, and where each segment of every journal ends, by name. For the audit.

        What lies behind a place is looked at for breaks alone: it is not in the books yet.
        """
        known = {place.journal: place for place in places}
        records: list[Record] = []
        ends: list[tuple[str, End]] = []
        for journal in sorted({*known, *self.names()}):
            place = known.get(journal, Place(journal))
            segments = self._segments(journal)
            if place != Place(journal) and place.segment not in segments:
                ends.append((_name(journal, place.segment), End(Stop.OUT_OF_ORDER, 0, "the segment is missing")))
            numbers = sorted(segments)
            for read in decode_chain(_each(segments[number] for number in numbers)):
                number = numbers[read.position]
                ends.append((_name(journal, number), _misnamed(read.decoded.records, journal, number) or read.decoded.end))
                if number < place.segment:
                    records += read.decoded.records
                elif number == place.segment:
                    records += decode(segments[number].read_bytes()[: place.offset]).records
        return tuple(records), tuple(ends)

    def _segments(self, journal: str) -> dict[int, Path]:
        folder = self._folder / journal
        if not folder.is_dir():
            return {}
        return {int(path.stem): path for path in folder.iterdir() if _SEGMENT.fullmatch(path.name)}


def _name(journal: str, number: int) -> str:
    return f"{journal}/{number:08d}"


def _each(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        yield path.read_bytes()


def _cut(path: Path, start: int, length: int) -> _Cut:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(start)
        data = file.read(length)
    return _Cut(data, start + len(data) >= size, size)


def _decoded(data: bytes, start: int) -> tuple[tuple[Record, ...], End]:
    """The records of bytes that stand at `start` of their segment, with offsets of the segment."""
    if start == 0:
        decoded = decode(data)
        return decoded.records, decoded.end
    # One byte in front tells the decoder that this is not the beginning, where a header would have to stand.
    decoded = decode(b"\0" + data, 1)
    end = decoded.end
    return decoded.records, End(end.stop, start + end.offset - 1, end.detail)


def _unchained(header: Record, journal: str, number: int, segments: dict[int, Path]) -> Stop | str:
    """What is wrong with the first record of a segment after those that lie before it; empty if nothing is."""
    if not isinstance(header, SegmentHeader):
        return Stop.HEADER_MISSING
    if _misnamed((header,), journal, number):
        return Stop.OUT_OF_ORDER
    before = max((other for other in segments if other < number), default=None)
    if before is None:
        sha256 = NO_SEGMENT_BEFORE
    elif before != number - 1:
        return Stop.OUT_OF_ORDER
    else:
        with segments[before].open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return "" if header.sha256 == sha256 else Stop.HASH_DIFFERS


def _misnamed(records: tuple[Record, ...], journal: str, number: int) -> End | None:
    """A break where a segment says that it belongs to another place than its file stands at."""
    header = records[0] if records else None
    if isinstance(header, SegmentHeader) and (header.journal, header.number) != (journal, number):
        return End(Stop.OUT_OF_ORDER, 0, f"its header says {header.journal} {header.number}")
    return None
