from __future__ import annotations

from solvent.model.health import Closed, Health


def test_an_account_without_a_closed_part_has_nothing_counted_yet() -> None:
    health = Health("main", "ready")
    assert (health.closed, health.requests, health.errors) == ((), 0, 0)


def test_a_closed_part_is_no_matter_of_money_and_no_doubt_unless_it_says_so() -> None:
    closed = Closed("account", "overloaded", 1, 2)
    assert (closed.money, closed.doubtful, closed.text) == (False, False, "")
