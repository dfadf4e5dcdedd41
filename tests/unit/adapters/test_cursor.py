from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.adapters import cursor
from solvent.model.occurrence import Page

IDS = st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=1, max_size=32)


@given(st.datetimes(timezones=st.just(UTC)), IDS)
def test_what_is_written_is_read(at: datetime, item_id: str) -> None:
    assert cursor.read(cursor.write(at, item_id)) == (at, item_id)


@given(st.datetimes(timezones=st.just(UTC)), IDS)
def test_a_cursor_can_stand_in_an_address_as_it_is(at: datetime, item_id: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,200}", cursor.write(at, item_id))


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    at = datetime(2026, 11, 25, 20, tzinfo=timezone(timedelta(hours=8)))
    assert cursor.read(cursor.write(at, "a")) == (datetime(2026, 11, 25, 12, tzinfo=UTC), "a")


@given(
    st.one_of(
        st.text(max_size=300),
        st.text("ABCabc019-_=", max_size=300),
        st.binary(max_size=150).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    )
)
def test_garbage_is_no_cursor(garbage: str) -> None:
    found = cursor.read(garbage)
    assert found is None or found[0].tzinfo is not None


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "",
        "!",
        "x" * 201,
        "余额",
        base64.urlsafe_b64encode(b"yesterday|a").decode(),
        base64.urlsafe_b64encode(b"2026-11-25T12:00:00|no zone").decode(),
        base64.urlsafe_b64encode(b"\xff\xfe|a").decode(),
    ],
)
def test_what_cannot_be_read_starts_from_the_newest(garbage: str | None) -> None:
    assert cursor.read(garbage) is None


def test_a_counted_cursor_leads_back_to_its_item_and_rubbish_nowhere() -> None:
    at = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    assert cursor.read_counted(cursor.write_counted(7, at, "a|b")) == (7, at, "a|b")
    for wrong in (
        None,
        "",
        "!",
        cursor.write(at, "abc"),
        cursor.write(at, "-3|a"),
        cursor.write(at, "٣|a"),
        cursor.write(at, "9" * 20 + "|a"),
    ):
        assert cursor.read_counted(wrong) is None


@pytest.mark.parametrize(
    ("found", "after"), [([], None), (["a"], None), (["a", "b"], None), (["a", "b", "c"], "after b"), (list("abcd"), "after b")]
)
def test_a_page_goes_on_where_more_was_found_than_it_holds(found: list[str], after: str | None) -> None:
    assert cursor.page(found, 2, lambda item: f"after {item}") == Page(tuple(found[:2]), after)
