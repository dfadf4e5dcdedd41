from __future__ import annotations

import json
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.money import ZERO, Money
from solvent.ledger.journal import (
    PAYLOAD_BYTES_MAX,
    AttemptEnded,
    Decoded,
    End,
    HoldPlaced,
    HoldVoided,
    Outcome,
    Record,
    SegmentHeader,
    Stop,
    append,
    decode,
    encode,
)
from solvent.ledger.segments import begin_segment
from tests.unit.ledger.histories import any_facts, any_records, request, segment_of

HEAD_BYTES = 12
HEADER = SegmentHeader("edge-1", 1)


def framed(payload: bytes) -> bytes:
    front = len(payload).to_bytes(4, "big") + zlib.crc32(payload).to_bytes(4, "big")
    return front + zlib.crc32(front).to_bytes(4, "big") + payload


def some_segment() -> bytes:
    return segment_of(request(random.Random(7), "r1", "key:a", Money(500)))


def test_the_bytes_of_a_record_are_these() -> None:
    payload = b'{"account":"key:a","amount":15000000000,"at_us":7,"hold_id":"h1","kind":"hold_placed"}'
    assert encode(HoldPlaced("h1", "key:a", Money.parse("15.00"), 7)) == framed(payload)


def test_a_segment_begins_with_its_header() -> None:
    assert decode(begin_segment("edge-1", 1)) == Decoded((HEADER,), End(Stop.END, len(encode(HEADER))))


@given(any_records)
def test_what_is_written_reads_back(record: Record) -> None:
    whole = encode(record)
    if isinstance(record, SegmentHeader):
        assert decode(whole) == Decoded((record,), End(Stop.END, len(whole)))
    else:
        start = len(encode(HEADER))
        assert decode(append(encode(HEADER), record), start) == Decoded((record,), End(Stop.END, start + len(whole)))


@given(st.lists(any_facts, max_size=5))
def test_a_segment_reads_back_in_one_go_and_record_by_record(facts: list[Record]) -> None:
    segment = segment_of(facts)
    assert decode(segment).records == (HEADER, *facts)
    seen: list[Record] = []
    grown, at = b"", 0
    for record in (HEADER, *facts):
        grown = append(grown, record)
        decoded = decode(grown, at)
        seen, at = [*seen, *decoded.records], decoded.end.offset
    assert (tuple(seen), at) == ((HEADER, *facts), len(segment))


def test_a_tail_torn_at_any_byte_loses_only_the_record_it_is_in() -> None:
    segment = some_segment()
    records = decode(segment).records
    borders = [0]
    for record in records:
        borders.append(borders[-1] + len(encode(record)))
    for length in range(len(segment) + 1):
        whole = max(index for index, border in enumerate(borders) if border <= length)
        stop = Stop.END if length in borders else Stop.TORN
        assert decode(segment[:length]) == Decoded(records[:whole], End(stop, borders[whole]))


def test_any_single_corrupted_byte_is_detected() -> None:
    segment = some_segment()
    records = decode(segment).records
    for at in range(len(segment)):
        for flip in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            decoded = decode(segment[:at] + bytes([segment[at] ^ flip]) + segment[at + 1 :])
            assert decoded.end.broken
            assert decoded.end.offset <= at
            assert decoded.records == records[: len(decoded.records)]


@given(st.data())
def test_bytes_of_any_kind_never_raise_and_never_make_up_a_record(data: st.DataObject) -> None:
    segment = some_segment()
    records = decode(segment).records
    start = data.draw(st.integers(0, len(segment)))
    decoded = decode(segment[:start] + data.draw(st.binary(max_size=60)))
    shared = min(len(decoded.records), len(records))
    assert decoded.records[:shared] == records[:shared]
    assert len(decoded.records) <= len(records)


@pytest.mark.parametrize("zeros", [1, 11, 12, 4096])
def test_a_tail_of_zeros_was_never_written(zeros: int) -> None:
    segment = some_segment()
    assert decode(segment + bytes(zeros)).end == End(Stop.TORN, len(segment))


def test_zeros_before_anything_else_are_damage() -> None:
    segment = some_segment()
    assert decode(segment + bytes(40) + b"x").end == End(Stop.HEAD_DAMAGED, len(segment))


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (b"not json", "Expecting value"),
        (b"[]", "not an object"),
        (b'{"kind":"refund"}', "no record is called `refund`"),
        (b'{"kind":7}', "a text was expected"),
        (b'{"at_us":0,"kind":"hold_voided"}', "has the fields"),
        (b'{"at_us":0,"hold_id":"h","kind":"hold_voided","more":1}', "has the fields"),
        (b'{"at_us":1.0,"hold_id":"h","kind":"hold_voided"}', "`1.0` is not a whole number"),
        (b'{"at_us":NaN,"hold_id":"h","kind":"hold_voided"}', "`NaN` is not a whole number"),
        (b'{"at_us":true,"hold_id":"h","kind":"hold_voided"}', "a whole number was expected"),
        (b'{"at_us":0,"hold_id":null,"kind":"hold_voided"}', "a text was expected"),
        (b'{"account":"key:a","amount":-1,"at_us":7,"hold_id":"h1","kind":"hold_placed"}', "between zero and 64 bits"),
        (b'{"account":"key:a","amount":9223372036854775808,"at_us":7,"hold_id":"h1","kind":"hold_placed"}', "between zero and 64 bits"),
        (b'{"at_us":0,"charge":["v"],"cost":1,"hold_id":"h","kind":"hold_posted"}', "unpack"),
        (b'{"at_us":0,"charge":{},"cost":1,"hold_id":"h","kind":"hold_posted"}', "a list was expected"),
        (b"[" * 200_000, "recursion"),
    ],
)
def test_a_payload_with_right_sums_and_other_content_is_named(payload: bytes, detail: str) -> None:
    start = len(encode(HEADER))
    end = decode(encode(HEADER) + framed(payload)).end
    assert (end.stop, end.offset, detail in end.detail) == (Stop.UNREADABLE, start, True)


def test_a_length_that_no_record_has_is_named() -> None:
    front = (PAYLOAD_BYTES_MAX + 1).to_bytes(4, "big") + bytes(4)
    assert decode(front + zlib.crc32(front).to_bytes(4, "big")).end.stop is Stop.TOO_LONG


def test_a_record_that_is_too_long_is_not_written() -> None:
    with pytest.raises(ValueError, match="too long for the journal"):
        encode(HoldVoided("h" * PAYLOAD_BYTES_MAX, 0))


def test_headers_stand_first_and_nowhere_else() -> None:
    voided = encode(HoldVoided("h", 0))
    assert decode(voided).end == End(Stop.HEADER_MISSING, 0)
    assert decode(encode(HEADER) * 2).end == End(Stop.HEADER_MISPLACED, len(encode(HEADER)))
    later = json.dumps({"journal": "j", "kind": "segment", "number": 1, "sha256": "", "version": 2}).encode()
    assert decode(framed(later)).end.stop is Stop.VERSION_UNKNOWN


def test_an_attempt_that_ended_in_none_costs_nothing() -> None:
    assert AttemptEnded("a", Outcome.NONE, ZERO, 0).cost == ZERO
    with pytest.raises(ValueError, match="costs nothing"):
        AttemptEnded("a", Outcome.NONE, Money(1), 0)
    with pytest.raises(ValueError, match="between zero and 64 bits"):
        HoldPlaced("h", "key:a", Money(-1), 0)
