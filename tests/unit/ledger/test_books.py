from __future__ import annotations

from itertools import product

import pytest

from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.books import HOLD_LIFE, Books, HoldState, apply, decide, opening
from solvent.ledger.transfers import Kind, Reason, Refusal
from tests.unit.ledger.bookkeeping import play

STARTED = """
    open  key:a 0.00
    topup t1 key:a 10.00                     -> ok
    hold  h1 key:a 4.00                      -> ok
    begin a1 h1 openai 4.00                  -> ok
"""


def test_every_pair_of_hold_state_and_resolution_is_a_row() -> None:
    assert set(HOLD_LIFE) == set(product(HoldState, (Kind.POST, Kind.VOID)))


@pytest.mark.parametrize(
    ("first", "second", "comes_to"),
    [
        ("post h1 2.00", "post h1 2.00", "exists"),
        ("post h1 2.00", "post h1 3.00", "exists_with_different_content"),
        ("post h1 2.00", "void h1", "hold_already_posted"),
        ("void h1", "void h1", "exists"),
        ("void h1", "post h1 2.00", "hold_already_voided"),
    ],
)
def test_a_hold_is_resolved_once(first: str, second: str, comes_to: str) -> None:
    left = "8.00 0.00 8.00" if first.startswith("post") else "10.00 0.00 10.00"
    play(f"{STARTED}\n{first} -> ok\n{second} -> {comes_to}\nis key:a {left}")


def test_a_cost_above_its_hold_is_taken_from_the_balance() -> None:
    play(f"""{STARTED}
        post  h1 7.00                            -> ok
        is    key:a 3.00 0.00 3.00
        is    house:excess 0.00 0.00 0.00
    """)


def test_a_cost_above_the_balance_is_the_houses_and_flagged() -> None:
    books = play(f"""{STARTED}
        post  h1 12.50                           -> ok flagged
        is    key:a 0.00 0.00 0.00
        is    house:excess -2.50 0.00 -2.50
        is    house:sales 12.50 0.00 12.50
    """)
    entry = books.entries["post:h1"]
    assert (entry.excess, entry.released) == (Money.parse("2.50"), ZERO)


def test_a_cost_above_its_hold_never_takes_what_others_hold() -> None:
    play(f"""{STARTED}
        hold  h2 key:a 5.00                      -> ok
        post  h1 7.00                            -> ok flagged
        is    key:a 5.00 5.00 0.00
        is    house:excess -2.00 0.00 -2.00
    """)


def test_a_cost_above_its_hold_may_go_down_to_a_credit_line() -> None:
    play("""
        open  key:a -3.00
        hold  h1 key:a 1.00                      -> ok
        begin a1 h1 openai 1.00                  -> ok
        post  h1 4.00                            -> ok flagged
        is    key:a -3.00 0.00 -3.00
        is    house:excess -1.00 0.00 -1.00
    """)


def test_a_key_that_is_not_prepaid_has_no_limit_and_leaves_no_excess() -> None:
    play("""
        open  key:b -
        hold  h1 key:b 1000.00                   -> ok
        hold  h2 key:b 1000.00                   -> ok
        begin a1 h1 openai 1000.00               -> ok
        post  h1 1500.00                         -> ok
        is    key:b -1500.00 1000.00 -2500.00
        is    house:excess 0.00 0.00 0.00
    """)


def test_a_free_call_has_a_hold_and_a_cost_of_nothing() -> None:
    play("""
        open  key:a 0.00
        hold  h1 key:a 0.00                      -> ok
        begin a1 h1 local 0.00                   -> ok
        end   a1 usage 0.00                      -> ok
        post  h1 0.00                            -> ok
        is    key:a 0.00 0.00 0.00
    """)


def test_what_is_given_back_is_told() -> None:
    books = play(f"{STARTED}\npost h1 1.00 -> ok")
    assert books.entries["post:h1"].released == Money.parse("3.00")
    books = play(f"{STARTED}\nvoid h1 -> ok")
    assert books.entries["void:h1"].released == Money.parse("4.00")


def test_open_holds_are_listed_oldest_first() -> None:
    books = play("""
        open  key:a -
        open  key:b -
        hold  h1 key:a 1.00                      -> ok
        hold  h2 key:b 1.00                      -> ok
        hold  h3 key:a 1.00                      -> ok
        begin a1 h1 openai 1.00                  -> ok
        void  h2                                 -> ok
    """)
    assert [hold.id for hold in books.open_holds()] == ["h1", "h3"]
    assert [hold.id for hold in books.open_holds("key:a")] == ["h1", "h3"]
    assert books.open_holds("key:b") == []
    assert books.holds["h1"].attempts == ("a1",)


def test_another_floor_leaves_the_balance() -> None:
    books = play("open key:a 0.00\ntopup t1 key:a 10.00 -> ok")
    books.take(opening(books, "key:a", None))
    play("hold h1 key:a 99.00 -> ok\nis key:a 10.00 99.00 -89.00", books)


def test_a_decision_changes_nothing_by_itself() -> None:
    books = play(STARTED)
    before = books.copy()
    decide(books, transfers.void("h1"))
    apply(books, transfers.void("h1"))
    assert books == before


def test_a_transfer_without_its_money_is_refused_but_a_fact_is_not() -> None:
    books = Books.opened({"key:a": ZERO})
    asked = transfers.hold("h1", "key:a", Money(5))
    refused = decide(books, asked)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.EXCEEDS_BALANCE
    taken = decide(books, asked, is_fact=True)
    assert not isinstance(taken, Refusal)
    assert taken.entry is not None
    assert (taken.entry.held, taken.entry.flagged) == (ZERO, True)
