from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from solvent.model.occurrence import FEEDBACK, PAGE_LENGTH_MAX, SOURCES, Occurrence, page_length

AT = datetime(2026, 11, 25, tzinfo=UTC)


def test_the_words_are_those_of_the_contract() -> None:
    assert set(SOURCES) <= {"paste", "gateway", "api"}
    assert FEEDBACK == ("helped", "not_helped", "corrected")


def test_an_occurrence_cannot_be_changed_behind_the_stores_back() -> None:
    occurrence = Occurrence("a", "c", AT, "paste", "text", (), "en", listed=True, took_us=1)
    with pytest.raises(FrozenInstanceError):
        occurrence.feedback = "helped"  # type: ignore[misc]


@pytest.mark.parametrize(("wanted", "length"), [(-5, 1), (0, 1), (1, 1), (PAGE_LENGTH_MAX, PAGE_LENGTH_MAX), (10**9, PAGE_LENGTH_MAX)])
def test_a_page_has_at_least_one_item_and_at_most_so_many(wanted: int, length: int) -> None:
    assert page_length(wanted) == length
