from __future__ import annotations

import hashlib
import random

from solvent.base.money import Money
from solvent.ledger.journal import HoldVoided, SegmentHeader, Stop, decode, encode
from solvent.ledger.segments import begin_segment, decode_chain
from tests.unit.ledger.histories import request, segment_of


def chain(torn: int = 0) -> list[bytes]:
    """Three segments; the first is cut short by so many bytes before the second is begun."""
    segments: list[bytes] = []
    for number in (1, 2, 3):
        facts = request(random.Random(number), f"r{number}", "key:a", Money(500))
        segment = segment_of(facts, number, segments[-1] if segments else None)
        segments.append(segment[: len(segment) - torn] if number == 1 else segment)
    return segments


def some_segment() -> bytes:
    return segment_of(request(random.Random(7), "r1", "key:a", Money(500)))


def stops(segments: list[bytes], before: bytes | None = None) -> list[Stop]:
    return [read.decoded.end.stop for read in decode_chain(segments, before)]


def test_a_segment_holds_the_hash_of_the_one_before() -> None:
    first, second, _ = chain()
    header = decode(second).records[0]
    assert isinstance(header, SegmentHeader)
    assert header.sha256 == hashlib.sha256(first).hexdigest()
    assert stops(chain()) == [Stop.END] * 3


def test_a_torn_end_in_the_middle_is_vouched_for_by_the_next_hash() -> None:
    assert stops(chain(torn=5)) == [Stop.TORN, Stop.END, Stop.END]


def test_a_journal_that_died_in_its_header_goes_on_in_the_next_segment() -> None:
    first = some_segment()
    second = begin_segment("edge-1", 2, first)[:20]
    third = begin_segment("edge-1", 3, second)
    assert stops([first, second, third]) == [Stop.END, Stop.TORN, Stop.END]
    assert stops([first, b"", begin_segment("edge-1", 3, b"")]) == [Stop.END, Stop.END, Stop.END]


def test_a_segment_changed_cut_left_out_or_moved_is_detected() -> None:
    first, second, third = chain()
    assert stops([first, third]) == [Stop.END, Stop.OUT_OF_ORDER]
    assert stops([second, third]) == [Stop.HASH_DIFFERS]
    assert stops([second, third], before=first) == [Stop.END, Stop.END]
    assert stops([first, second[: -len(encode(HoldVoided("r2", 0)))], third])[-1] is not Stop.END
    other = segment_of([HoldVoided("x", 0)])
    assert stops([other, second, third]) == [Stop.END, Stop.HASH_DIFFERS]


def test_any_corrupted_byte_of_a_closed_segment_is_detected_even_in_its_torn_end() -> None:
    first, second, third = chain(torn=5)
    for at in range(len(first)):
        changed = first[:at] + bytes([first[at] ^ 1]) + first[at + 1 :]
        reads = list(decode_chain([changed, second, third]))
        assert reads[-1].decoded.end.broken
        assert reads[-1].position <= 1
