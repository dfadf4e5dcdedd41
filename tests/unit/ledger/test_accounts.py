from __future__ import annotations

import pytest

from solvent.base.money import ZERO, Money
from solvent.ledger.accounts import AMOUNT_MAX, Account, key_account, must_be_opened, upstream_account


def test_names() -> None:
    assert key_account("k1") == "key:k1"
    assert upstream_account("openai-main") == "upstream:openai-main"
    assert [must_be_opened(name) for name in ("key:k1", "upstream:x", "house:topup", "other")] == [True, False, False, True]


def test_a_balance_is_derived() -> None:
    account = Account(ZERO).credit(Money(10)).debit(Money(3)).hold(Money(2))
    assert (account.settled, account.held, account.available, account.room) == (Money(7), Money(2), Money(5), Money(5))
    assert account.release(Money(2)).available == Money(7)


@pytest.mark.parametrize(
    ("floor", "amount", "covered"),
    [(0, 5, "now"), (0, 6, "later"), (0, 7, "later"), (0, 8, "never"), (-1, 6, "now"), (3, 3, "later")],
)
def test_what_a_balance_covers(floor: int, amount: int, covered: str) -> None:
    account = Account(Money(floor), credited=Money(7), held=Money(2))
    assert account.covers(Money(amount)) is (covered == "now")
    assert account.covers_without_holds(Money(amount)) is (covered != "never")


def test_without_a_floor_anything_is_covered() -> None:
    assert Account().room is None
    assert Account().covers(AMOUNT_MAX)
    assert Account().covers_without_holds(AMOUNT_MAX)


def test_room_is_never_below_zero() -> None:
    assert Account(Money(9), credited=Money(5)).room == ZERO


def test_the_largest_counter_fits() -> None:
    assert Account(credited=AMOUNT_MAX).fits
    assert not Account(credited=AMOUNT_MAX + Money(1)).fits
    assert not Account(held=AMOUNT_MAX + Money(1)).fits
