from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite import dialect

from solvent.adapters.store.tables import Instant, metadata

# Fixed offsets: at the hour that a summer time repeats or skips, Python itself does not compare instants by what they mean.
ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.builds(
    lambda seconds, micros, zone: (datetime(2, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=micros)).astimezone(zone),
    st.integers(0, 315_000_000_000),
    st.integers(0, 999_999),
    ZONES,
)
SQLITE = dialect()


def stored(at: datetime | None) -> int | None:
    value = Instant().process_bind_param(at, SQLITE)
    assert value is None or isinstance(value, int)
    return value


@given(INSTANTS)
def test_an_instant_comes_back_exactly_and_in_utc(at: datetime) -> None:
    back = Instant().process_result_value(stored(at), SQLITE)
    assert back == at
    assert back is not None
    assert back.tzinfo is UTC


@given(INSTANTS, INSTANTS)
def test_instants_sort_in_the_database_as_they_do_in_time(one: datetime, other: datetime) -> None:
    first, second = stored(one), stored(other)
    assert first is not None
    assert second is not None
    assert (first < second) == (one < other)


def test_an_instant_is_counted_in_microseconds_of_utc() -> None:
    assert stored(datetime(1970, 1, 1, 8, 0, 1, 5, tzinfo=timezone(timedelta(hours=8)))) == 1_000_005


def test_no_instant_is_null() -> None:
    assert stored(None) is None
    assert Instant().process_result_value(None, SQLITE) is None


def test_every_index_and_key_has_a_name_that_a_migration_can_drop() -> None:
    for table in metadata.tables.values():
        assert [index for index in table.indexes if not index.name] == []
        assert [constraint for constraint in table.constraints if not constraint.name] == []
