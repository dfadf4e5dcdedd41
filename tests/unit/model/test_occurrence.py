from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from solvent.model.occurrence import FEEDBACK, SOURCES, Occurrence

AT = datetime(2026, 11, 25, tzinfo=UTC)


def test_the_words_are_those_of_the_contract() -> None:
    assert set(SOURCES) <= {"paste", "gateway", "api"}
    assert FEEDBACK == ("helped", "not_helped", "corrected")


def test_an_occurrence_cannot_be_changed_behind_the_stores_back() -> None:
    occurrence = Occurrence("a", "c", AT, "paste", "text", (), "en", listed=True, took_us=1)
    with pytest.raises(FrozenInstanceError):
        occurrence.feedback = "helped"  # type: ignore[misc]
