from __future__ import annotations

import pytest

from solvent.sandbox.faults import Fault, Kind, parse, parse_list, take


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("gzip", Fault(Kind.GZIP)),
        ("rate-limit", Fault(Kind.RATE_LIMIT, 20)),
        ("rate-limit=7*3", Fault(Kind.RATE_LIMIT, 7, 3)),
        (" hang*1 ", Fault(Kind.HANG, 0, 1)),
        ("cut=0", Fault(Kind.CUT, 0)),
        ("bad-gateway=504", Fault(Kind.BAD_GATEWAY, 504)),
    ],
)
def test_a_fault_is_a_kind_a_number_and_a_bound(written: str, fault: Fault) -> None:
    assert parse(written) == fault
    assert parse(str(fault)) == fault


@pytest.mark.parametrize("written", ["", "flood", "gzip=3", "cut=", "cut=-1", "hang*0", "bad-gateway=418", "latency=999999", "cut=1.5"])
def test_what_is_no_fault_is_refused_with_the_reason(written: str) -> None:
    with pytest.raises(ValueError, match="`"):
        parse(written)


def test_a_header_lists_several() -> None:
    assert parse_list("latency=5, gzip,") == [Fault(Kind.LATENCY, 5), Fault(Kind.GZIP)]
    assert parse_list("") == []


def test_a_bounded_fault_meets_so_many_calls_and_an_unbounded_one_all() -> None:
    faults = parse_list("rate-limit=1*2, gzip")
    assert [set(take(faults)) for _ in range(3)] == [{Kind.RATE_LIMIT, Kind.GZIP}, {Kind.RATE_LIMIT, Kind.GZIP}, {Kind.GZIP}]
    assert faults == [Fault(Kind.GZIP)]


def test_every_kind_can_be_written_by_its_name_alone() -> None:
    assert [parse(kind.value).kind for kind in Kind] == list(Kind)
