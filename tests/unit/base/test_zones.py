from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.zones import zone


@pytest.mark.parametrize(
    ("name", "summer", "winter"),
    [
        ("Europe/Berlin", 2, 1),
        ("America/Los_Angeles", -7, -8),
        ("Asia/Shanghai", 8, 8),
        ("UTC", 0, 0),
        ("GMT-3", -3, -3),
        ("UTC+05:30", 5.5, 5.5),
    ],
)
def test_a_zone_knows_its_summer(name: str, summer: float, winter: float) -> None:
    found = zone(name)
    assert found is not None
    assert found.utcoffset(datetime(2026, 7, 1)) == timedelta(hours=summer)  # noqa: DTZ001 - a zone is asked about a clock's reading
    assert datetime(2026, 1, 1, tzinfo=UTC).astimezone(found).utcoffset() == timedelta(hours=winter)


@pytest.mark.parametrize(
    "name", ["", "Europe", "Nowhere/Town", "../etc/passwd", "/etc/passwd", "localtime", "GMT+99", "europe/berlin", "America"]
)
def test_what_is_no_zone_is_none(name: str) -> None:
    assert zone(name) is None


def test_a_machine_without_zones_of_its_own_is_given_ours() -> None:
    zoneinfo.reset_tzpath(to=())
    try:
        assert zoneinfo.ZoneInfo.no_cache("America/Los_Angeles").key == "America/Los_Angeles"
    finally:
        zoneinfo.reset_tzpath()


@given(st.text(max_size=40))
def test_no_name_makes_it_fail(name: str) -> None:
    assert zone(name) is None or zone(name) is zone(name)
