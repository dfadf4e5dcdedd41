from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.money import Money
from solvent.ledger import transfers
from solvent.ledger.books import Books, apply
from solvent.ledger.transfers import TRANSIENT, Charge, CostSource, Entry, Kind, Reason, Refusal
from tests.unit.ledger.bookkeeping import play

SRC = Path(__file__).resolve().parents[3] / "src" / "solvent"
OF_MONEY = [*sorted((SRC / "ledger").glob("*.py")), *sorted((SRC / "pricing").glob("*.py")), SRC / "base" / "money.py"]


def inexact(source: str) -> list[str]:
    """Whatever could bring a float into a program text."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex)):
            found.append(f"{node.lineno}: {node.value}")
        if isinstance(node, ast.Name) and node.id == "float":
            found.append(f"{node.lineno}: float")
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, ast.Div):
            found.append(f"{node.lineno}: /")
    return found


@pytest.mark.parametrize("path", OF_MONEY, ids=lambda path: path.name)
def test_no_float_comes_near_money(path: Path) -> None:
    assert inexact(path.read_text(encoding="utf-8")) == []


def test_a_float_would_be_found() -> None:
    source = "a = 1.5\nb = float('1')\nc = 1 / 2\nc /= 2\nd = 7 // 2"
    assert sorted(inexact(source)) == ["1: 1.5", "2: float", "3: /", "4: /"]


def test_a_prepaid_key_from_top_up_to_bill() -> None:
    play("""
        open  key:a 0.00
        topup t1 key:a 20.00                     -> ok
        hold  h1 key:a 15.00                     -> ok
        is    key:a 20.00 15.00 5.00
        begin a1 h1 openai 15.00                 -> ok
        end   a1 usage 9.20                      -> ok
        post  h1 9.20                            -> ok
        is    key:a 10.80 0.00 10.80
        is    house:sales 9.20 0.00 9.20
        is    house:topup -20.00 0.00 -20.00
        is    upstream:openai -9.20 0.00 -9.20
        is    house:spend 9.20 0.00 9.20
    """)


def test_repeating_changes_nothing_and_another_content_is_refused() -> None:
    play("""
        open  key:a 0.00
        topup t1 key:a 20.00                     -> ok
        topup t1 key:a 20.00                     -> exists
        topup t1 key:a 21.00                     -> exists_with_different_content
        hold  h1 key:a 5.00                      -> ok
        hold  h1 key:a 5.00                      -> exists
        hold  h1 key:a 6.00                      -> exists_with_different_content
        is    key:a 20.00 5.00 15.00
    """)


def test_asking_again_later_is_the_same_transfer() -> None:
    books = Books.opened({"key:a": Money(0)})
    books, _ = apply(books, transfers.top_up("t1", "key:a", Money(7), at_us=1))
    after, outcome = apply(books, transfers.top_up("t1", "key:a", Money(7), at_us=2))
    assert not isinstance(outcome, Refusal)
    assert outcome.exists
    assert after is books


def test_money_held_by_others_is_worth_waiting_for_and_money_that_is_not_there_is_not() -> None:
    play("""
        open  key:a 0.00
        topup t1 key:a 10.00                     -> ok
        hold  h1 key:a 4.00                      -> ok
        hold  h2 key:a 5.00                      -> ok
        hold  h3 key:a 2.00                      -> held_by_others transient affordable 1.00 holds 2
        hold  h4 key:a 10.01                     -> exceeds_balance
        void  h1                                 -> ok
        hold  h3 key:a 2.00                      -> ok
        is    key:a 10.00 7.00 3.00
    """)


def test_a_final_refusal_names_what_is_affordable() -> None:
    books = Books.opened({"key:a": Money(0)})
    books, _ = apply(books, transfers.top_up("t1", "key:a", Money(100)))
    _, outcome = apply(books, transfers.hold("h1", "key:a", Money(101)))
    assert outcome == Refusal(Reason.EXCEEDS_BALANCE, "hold:h1", Money(100), 0)
    assert not outcome.transient


def test_a_credit_line_is_a_floor_below_zero() -> None:
    books = Books.opened({"key:a": Money.parse("-5.00")})
    books, placed = apply(books, transfers.hold("h1", "key:a", Money.parse("5.00")))
    assert not isinstance(placed, Refusal)
    _, refused = apply(books, transfers.hold("h2", "key:a", Money(1)))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.HELD_BY_OTHERS


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("topup t key:a 0.00", "amount_out_of_range"),
        ("topup t key:a -1.00", "amount_out_of_range"),
        ("hold h key:a -0.01", "amount_out_of_range"),
        ("topup t key:nobody 1.00", "account_unknown"),
        ("topup t elsewhere 1.00", "account_unknown"),
        ("correct c key:a key:a 1.00", "accounts_must_differ"),
        ("correct c key:nobody key:nobody 0.00", "amount_out_of_range"),
        ("correct c key:nobody key:nobody 1.00", "accounts_must_differ"),
        ("correct c key:a house:correction 0.01", "exceeds_balance"),
        ("void h", "hold_unknown"),
        ("post h 1.00", "hold_unknown"),
    ],
)
def test_the_first_reason_that_holds_is_told(line: str, reason: str) -> None:
    play(f"open key:a 0.00\n{line} -> {reason}")


def test_what_does_not_fit_a_database_is_refused() -> None:
    play("""
        topup t1 upstream:x 9000000000.00        -> ok
        topup t2 upstream:x 9000000000.00        -> counter_overflows
        topup t3 upstream:x 9999999999.00        -> amount_out_of_range
        is    upstream:x 9000000000.00 0.00 9000000000.00
    """)


def test_a_mistake_is_cured_by_a_correction() -> None:
    play("""
        open  key:a 0.00
        topup t1 key:a 10.00                     -> ok
        correct c1 key:a house:correction 4.00   -> ok
        correct c1 key:a house:correction 4.00   -> exists
        correct c2 key:a house:correction 6.01   -> exceeds_balance
        correct c3 house:correction key:a 1.00   -> ok
        is    key:a 7.00 0.00 7.00
    """)


def test_only_what_is_held_by_others_is_transient() -> None:
    assert {reason for reason in Reason if Refusal(reason, "x").transient} == TRANSIENT == {Reason.HELD_BY_OTHERS}


def test_a_charge_has_its_inputs_sorted_and_once() -> None:
    for inputs in ((("b", 1), ("a", 2)), (("a", 1), ("a", 2))):
        with pytest.raises(ValueError, match="sorted by name"):
            Charge("v", inputs, CostSource.REPORTED)


@given(st.text(), st.text())
def test_ids_of_different_kinds_never_meet(one: str, other: str) -> None:
    money = Money(1)
    made = [
        transfers.top_up(one, "key:a", money),
        transfers.hold(one, "key:a", money),
        transfers.post(other, money),
        transfers.void(other),
        transfers.spend(one, "x", money),
        transfers.correction(one, ("a", "b"), money),
    ]
    assert len({transfer.id for transfer in made}) == len(made) == len(Kind)


def test_an_entry_is_flagged_where_the_house_bears_a_part_or_a_hold_is_not_covered() -> None:
    held = transfers.hold("h", "key:a", Money(5))
    assert not Entry(held, held=Money(5)).flagged
    assert Entry(held, held=Money(4)).flagged
    assert Entry(transfers.post("h", Money(5)), excess=Money(1)).flagged
