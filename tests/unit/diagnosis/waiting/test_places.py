from __future__ import annotations

from solvent.diagnosis.waiting import places


def test_the_places_of_all_signs_come_in_order() -> None:
    assert places.of("resets at, until, reset", ("until", "reset")) == [0, 11, 18]
    assert places.of("nothing", ("until",)) == []


def test_a_word_that_is_everywhere_is_looked_at_a_few_times() -> None:
    assert len(places.of("reset " * 1_000, ("reset",))) == places.PLACES_MAX
