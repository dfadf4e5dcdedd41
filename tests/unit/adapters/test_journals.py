from __future__ import annotations

import random
from pathlib import Path

import pytest

from solvent.adapters.journals import JournalFolder
from solvent.ledger.journal import PAYLOAD_BYTES_MAX, HoldVoided, Record, SegmentHeader, Stop, encode
from solvent.ledger.segments import begin_segment
from solvent.operations.folding import Batch, Place
from tests.unit.ledger.simulation import Machine

NAME = "worker-1"
FIRST = Place(NAME)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def segment(root: Path, number: int) -> Path:
    return root / NAME / f"{number:08d}.seg"


def put(root: Path, number: int, data: bytes) -> Path:
    path = segment(root, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def add(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def facts(*names: str) -> tuple[Record, ...]:
    return tuple(HoldVoided(name, 0) for name in names)


def data(*names: str) -> bytes:
    return b"".join(map(encode, facts(*names)))


def voided(records: tuple[Record, ...]) -> list[str]:
    return [record.hold_id for record in records if isinstance(record, HoldVoided)]


def read_on(folder: JournalFolder, since: Place) -> tuple[list[str], Batch]:
    """All that can be read now, and the last batch."""
    found: list[str] = []
    while True:
        batch = folder.read(since)
        assert batch.since == since
        found += voided(batch.records)
        if not batch.more:
            return found, batch
        assert batch.until != since, "more is promised and nothing moves"
        since = batch.until


def test_where_nothing_is_nothing_is_read(root: Path) -> None:
    folder = JournalFolder(root)
    assert folder.names() == ()
    assert folder.read(FIRST) == Batch(FIRST, FIRST)
    assert folder.read_all([]) == ((), ())
    (root / NAME).mkdir(parents=True)
    (root / NAME / "00000001.new").write_bytes(b"not begun")
    assert folder.names() == (NAME,)
    assert folder.read(FIRST) == Batch(FIRST, FIRST)


def test_only_what_is_new_is_read_and_an_unfinished_record_is_waited_for(root: Path) -> None:
    folder, path = JournalFolder(root), put(root, 1, begin_segment(NAME, 1) + data("a", "b"))
    first = folder.read(FIRST)
    assert isinstance(first.records[0], SegmentHeader)
    assert (voided(first.records), first.until) == (["a", "b"], Place(NAME, 1, path.stat().st_size))
    assert folder.read(first.until) == Batch(first.until, first.until)
    whole = data("c")
    for end in range(1, len(whole)):
        path.write_bytes(begin_segment(NAME, 1) + data("a", "b") + whole[:end])
        assert folder.read(first.until) == Batch(first.until, first.until)
    path.write_bytes(begin_segment(NAME, 1) + data("a", "b", "c"))
    assert folder.read(first.until).records == facts("c")


def test_a_segment_whose_header_is_being_written_is_waited_for(root: Path) -> None:
    header = begin_segment(NAME, 1)
    for end in range(len(header)):
        put(root, 1, header[:end])
        assert JournalFolder(root).read(FIRST) == Batch(FIRST, FIRST)


@pytest.mark.parametrize("torn", [b"", data("lost")[:-1], data("lost")[:5], bytes(40)])
def test_a_torn_end_is_dropped_once_a_segment_follows(root: Path, torn: bytes) -> None:
    folder = JournalFolder(root)
    one = begin_segment(NAME, 1) + data("a") + torn
    put(root, 1, one)
    found, last = read_on(folder, FIRST)
    assert found == ["a"]
    assert last.until == Place(NAME, 1, len(one) - len(torn))
    put(root, 2, begin_segment(NAME, 2, one) + data("b"))
    found, last = read_on(folder, last.until)
    assert (found, last.broken) == (["b"], "")
    assert read_on(folder, FIRST)[0] == ["a", "b"]


def test_a_header_that_was_never_finished_is_dropped_once_a_segment_follows(root: Path) -> None:
    one = begin_segment(NAME, 1)[:-3]
    put(root, 1, one)
    put(root, 2, begin_segment(NAME, 2, one) + data("a"))
    assert read_on(JournalFolder(root), FIRST)[0] == ["a"]


def test_a_record_longer_than_a_batch_is_read_and_a_batch_ends_where_it_should(root: Path) -> None:
    folder = JournalFolder(root, batch_bytes=200)
    long = "x" * 5_000
    put(root, 1, begin_segment(NAME, 1) + data("a", "b", long, "c", "d", "e"))
    assert read_on(folder, FIRST)[0] == ["a", "b", long, "c", "d", "e"]


def test_a_segment_is_read_to_its_end_before_the_one_that_follows(root: Path) -> None:
    one = begin_segment(NAME, 1) + data(*"abcdefgh")
    put(root, 1, one)
    put(root, 2, begin_segment(NAME, 2, one) + data("i", "j"))
    assert read_on(JournalFolder(root, batch_bytes=200), FIRST)[0] == list("abcdefghij")


def test_zeros_without_end_are_a_torn_end(root: Path) -> None:
    one = begin_segment(NAME, 1) + data("a") + bytes(PAYLOAD_BYTES_MAX * 2)
    put(root, 1, one)
    folder = JournalFolder(root, batch_bytes=1_000)
    assert read_on(folder, FIRST)[0] == ["a"]
    put(root, 2, begin_segment(NAME, 2, one) + data("b"))
    assert read_on(folder, FIRST)[0] == ["a", "b"]


def test_a_damaged_record_stops_reading_for_good(root: Path) -> None:
    one = bytearray(begin_segment(NAME, 1) + data("a", "b", "c"))
    at = len(begin_segment(NAME, 1) + data("a"))
    one[at + 14] ^= 1
    put(root, 1, bytes(one))
    put(root, 2, begin_segment(NAME, 2, bytes(one)) + data("d"))
    found, last = read_on(JournalFolder(root), FIRST)
    assert found == ["a"]
    assert (last.until, last.broken) == (Place(NAME, 1, at), f"segment 1: payload_damaged at byte {at}")
    found, again = read_on(JournalFolder(root), last.until)
    assert (found, again.until, again.broken) == ([], last.until, last.broken)


def chain(root: Path, what: str) -> None:
    one = begin_segment(NAME, 1) + data("a")
    two = begin_segment(NAME, 2, one) + data("b")
    three = begin_segment(NAME, 3, two) + data("c")
    if what == "the one before was changed":
        one = begin_segment(NAME, 1) + data("A")
    if what == "the one before grew":
        one += data("late")
    if what == "it is another journal's":
        two = begin_segment("worker-2", 2, one) + data("b")
    if what == "its number is another":
        two = begin_segment(NAME, 4, one) + data("b")
    if what == "it has no header":
        two = data("b")
    for number, written in ((1, one), (2, two), (3, three)):
        if (what, number) != ("it is missing", 2):
            put(root, number, written)


@pytest.mark.parametrize(
    ("what", "broken"),
    [
        ("the one before was changed", "segment 2: hash_differs"),
        ("the one before grew", "segment 2: hash_differs"),
        ("it is another journal's", "segment 2: out_of_order"),
        ("its number is another", "segment 2: out_of_order"),
        ("it has no header", "segment 2: header_missing at byte 0"),
        ("it is missing", "segment 3: out_of_order"),
    ],
)
def test_a_segment_that_does_not_follow_is_a_break(root: Path, what: str, broken: str) -> None:
    chain(root, what)
    found, last = read_on(JournalFolder(root), FIRST)
    assert [name.lower() for name in found if name != "late"] == ["a"]
    assert last.broken == broken
    records, ends = JournalFolder(root).read_all([last.until])
    assert [name.lower() for name in voided(records) if name != "late"] == ["a"]
    assert [end.broken for _, end in ends][:1] == [False]
    assert any(end.broken for _, end in ends)


def test_a_first_segment_that_is_missing_is_a_break(root: Path) -> None:
    put(root, 2, begin_segment(NAME, 2, b"the one before") + data("b"))
    assert read_on(JournalFolder(root), FIRST)[1].broken == "segment 2: hash_differs"


def test_what_was_read_and_is_gone_is_a_break(root: Path) -> None:
    folder, path = JournalFolder(root), put(root, 1, begin_segment(NAME, 1) + data("a"))
    until = folder.read(FIRST).until
    path.write_bytes(path.read_bytes()[:-1])
    assert "were read before" in folder.read(until).broken
    path.unlink()
    assert folder.read(until).broken == "segment 1 is missing"
    assert [(name, end.stop) for name, end in folder.read_all([until])[1]] == [(f"{NAME}/00000001", Stop.OUT_OF_ORDER)]


def test_the_audit_reads_up_to_the_books_place_and_looks_for_breaks_behind_it(root: Path) -> None:
    one = begin_segment(NAME, 1) + data("a", "b")
    two = begin_segment(NAME, 2, one) + data("c")
    put(root, 1, one)
    folder = JournalFolder(root)
    half = Place(NAME, 1, len(begin_segment(NAME, 1) + data("a")))
    assert voided(folder.read_all([half])[0]) == ["a"]
    put(root, 2, two + b"x" * 20)
    put(root, 3, begin_segment(NAME, 3, two + b"x" * 20))
    records, ends = folder.read_all([half])
    assert voided(records) == ["a"]
    assert [(name, end.stop) for name, end in ends] == [(f"{NAME}/00000001", Stop.END), (f"{NAME}/00000002", Stop.HEAD_DAMAGED)]
    assert voided(folder.read_all([Place(NAME, 2, len(two))])[0]) == ["a", "b", "c"]
    assert voided(folder.read_all([])[0]) == []


@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_crashing_machine_leaves_is_read_once_however_it_is_cut(root: Path, seed: int) -> None:
    machine, draw = Machine(seed), random.Random(seed)
    machine.run(150)
    folder = JournalFolder(root, batch_bytes=draw.choice((64, 300, 5_000)))
    place = Place("edge-1")
    found: list[Record] = []
    (root / "edge-1").mkdir(parents=True)
    for number, written in enumerate(machine.segments, 1):
        path = root / "edge-1" / f"{number:08d}.seg"
        cuts = sorted(draw.randint(0, len(written)) for _ in range(3))
        for start, end in zip([0, *cuts], [*cuts, len(written)], strict=True):
            add(path, written[start:end])
            more = True
            while more:
                batch = folder.read(place)
                assert batch.broken == ""
                found += batch.records
                place, more = batch.until, batch.more
    assert found == machine.records()
    records, ends = folder.read_all([place])
    assert list(records) == found
    assert not any(end.broken for _, end in ends)
