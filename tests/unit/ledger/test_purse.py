from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from solvent.ledger.purse import Lease, Part, Purse, Short


def balance(credited: int, debited: int = 0, held: int = 0) -> Lease:
    return Lease(Part.BALANCE, credited, debited, held)


def test_a_purse_without_limits_covers_everything() -> None:
    purse = Purse()
    assert not purse.limited
    assert purse.affordable is None
    assert purse.hold(10**18) is None
    assert purse.holds == 1


def test_a_hold_is_taken_from_the_room_and_given_back_with_its_cost() -> None:
    purse = Purse((balance(100),))
    assert purse.hold(60) is None
    assert purse.affordable == 40
    purse.resolve(60, 25)
    assert (purse.affordable, purse.holds) == (75, 0)


def test_too_little_money_is_final_and_money_that_others_hold_passes() -> None:
    purse = Purse((balance(100),))
    assert purse.hold(101) == Short(Part.BALANCE, 100, False, 0)
    assert purse.hold(70) is None
    assert purse.hold(31) == Short(Part.BALANCE, 30, True, 1)
    assert purse.hold(101) == Short(Part.BALANCE, 30, False, 1)


def test_a_refused_hold_takes_nothing_anywhere() -> None:
    day = Lease(Part.DAY, 50)
    purse = Purse((balance(100), day))
    assert purse.hold(60) == Short(Part.DAY, 50, False, 0)
    assert [lease.held for lease in purse.leases] == [0, 0]


def test_the_final_reason_is_told_before_the_passing_one() -> None:
    purse = Purse((balance(100, held=60), Lease(Part.DAY, 50, debited=20)))
    short = purse.hold(45)
    assert short is not None
    assert (short.part, short.passing) == (Part.DAY, False)


def test_a_cost_above_its_hold_takes_the_balance_but_not_what_others_hold() -> None:
    purse = Purse((balance(100),))
    assert purse.hold(10) is None
    assert purse.hold(50) is None
    purse.resolve(10, 80)
    assert purse.leases[0].settled == 50
    purse.resolve(50, 50)
    assert purse.leases[0].settled == 0


def test_a_budget_counts_all_of_a_cost_and_begins_anew_with_its_window() -> None:
    day, month = Lease(Part.DAY, 50), Lease(Part.MONTH, 80)
    purse = Purse((day, month))
    purse.roll("2026-11-25", "2026-11")
    assert purse.hold(50) is None
    purse.resolve(50, 60)
    assert (day.room, month.room) == (0, 20)
    purse.roll("2026-11-26", "2026-11")
    assert (day.room, month.room) == (50, 20)
    purse.roll("2026-12-01", "2026-12")
    assert month.room == 80


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 90)), max_size=20), st.integers(0, 200))
def test_no_order_of_holds_and_costs_takes_more_than_the_balance(requests: list[tuple[int, int]], credited: int) -> None:
    lease = balance(credited)
    purse = Purse((lease,))
    held = [(amount, cost) for amount, cost in requests if purse.hold(amount) is None]
    for amount, cost in held:
        purse.resolve(amount, cost)
        assert lease.settled >= lease.held >= 0
    assert (purse.holds, lease.held) == (0, 0)
