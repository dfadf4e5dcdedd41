"""A journal's segments. Each starts with the SHA-256 of the one before, so none can be changed, cut or left out unseen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from solvent.ledger.journal import NO_SEGMENT_BEFORE, Decoded, End, SegmentHeader, Stop, decode, encode


def begin_segment(journal: str, number: int, before: bytes | None = None) -> bytes:
    """The first bytes of a segment. `before` is all of the segment before it as it lies on the disk, a torn end included."""
    return encode(SegmentHeader(journal, number, NO_SEGMENT_BEFORE if before is None else hashlib.sha256(before).hexdigest()))


@dataclass(frozen=True, slots=True)
class SegmentRead:
    """One segment of a chain. `position` counts from the first segment that was read."""

    position: int
    decoded: Decoded


def decode_chain(segments: Iterable[bytes], before: bytes | None = None) -> Iterator[SegmentRead]:
    """The segments of one journal, in order, each against the one before it; ends after the first break.

    `before` is the segment before the first, where the chain does not begin at its beginning. A torn end is fine in any segment, even
    in its header: the hash in the next one covers it, so it was there when the journal was taken up again.
    """
    expected: int | None = None
    for position, segment in enumerate(segments):
        decoded = decode(segment)
        header = decoded.records[0] if decoded.records else None
        if isinstance(header, SegmentHeader):
            if wrong := _unchained(header, before, expected):
                decoded = Decoded((), End(wrong, 0, f"segment {header.number}"))
            expected = header.number
        yield SegmentRead(position, decoded)
        if decoded.end.broken:
            return
        expected = None if expected is None else expected + 1
        before = segment


def _unchained(header: SegmentHeader, before: bytes | None, number: int | None) -> Stop | None:
    """What is wrong with a segment after the bytes of the one before it, where `number` is its turn."""
    if number is not None and header.number != number:
        return Stop.OUT_OF_ORDER
    sha256 = NO_SEGMENT_BEFORE if before is None else hashlib.sha256(before).hexdigest()
    return None if header.sha256 == sha256 else Stop.HASH_DIFFERS
