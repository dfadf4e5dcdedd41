from __future__ import annotations

from solvent.base.money import Money
from solvent.model.change import Change, Drill, LeaseRow, Opening


def test_a_change_says_only_what_changed() -> None:
    assert (Change().keys, Change().credited, Change().rearmed, Change().drills, Change().config) == ((), (), (), (), None)
    assert Change(drills=(Drill("main", 60_000),)) != Change()
    # The empty text is a config as well: the one of the environment.
    assert Change(config="") != Change()


def test_an_opening_that_names_no_more_is_that_of_an_empty_office() -> None:
    opening = Opening("", (), (LeaseRow("key:k", None, Money(1), Money(0), Money(0)),))
    assert (opening.spent, opening.health) == ((), ())
