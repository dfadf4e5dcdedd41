from __future__ import annotations

from typing import Any

import pytest

from solvent.cli import columns
from solvent.cli.wrap import width


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"),
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        ("a\nb\tc", "a b c"),
        ("\x1b[31mred", "�[31mred"),
        ("\x9b2J", "�2J"),
        ("evil\u202egpj", "evil�gpj"),
        ("\ud800", "�"),
        ("余额　耗尽", "余额 耗尽"),
    ],
)
def test_a_value_is_one_printable_line(value: Any, shown: str) -> None:
    assert columns.clean(value) == shown


def test_columns_line_up_with_chinese_in_them() -> None:
    lines = columns.table(("NAME", "COST", "LAST"), [("余额", "0.10", "a"), ("b", "12.345678901", "c")], right=("COST",))
    assert lines == [
        "NAME          COST  LAST",
        "余额          0.10  a",
        "b     12.345678901  c",
    ]
    assert {width(line) for line in lines[1:]} == {width(lines[2])}


def test_a_column_without_any_value_is_left_out_and_a_lone_gap_is_shown() -> None:
    assert columns.table(("A", "B", "C"), [("1", None, None), ("2", "", "x")]) == ["A  C", "1  -", "2  x"]


def test_a_zero_is_a_value() -> None:
    assert columns.table(("A",), [(0,)]) == ["A", "0"]


def test_facts_begin_in_one_column_and_unknown_ones_are_left_out() -> None:
    assert columns.facts([("id", "1"), ("none", None), ("longer", "x\x1b")], indent="  ") == ["  id      1", "  longer  x�"]
    assert columns.facts([]) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-01-26T10:09:10Z", "2026-01-26 10:09:10 UTC"),
        ("2026-01-26T18:09:10.123456+08:00", "2026-01-26 10:09:10 UTC"),
        ("2026-01-26T10:09:10", "2026-01-26T10:09:10"),
        ("yesterday\n", "yesterday "),
        (None, ""),
    ],
)
def test_instants_are_told_in_utc_and_anything_else_as_it_came(given: Any, shown: str) -> None:
    assert columns.instant(given) == shown


@pytest.mark.parametrize(("given", "shown"), [("0.000000001", "0.000000001 USD"), ("5", "5 USD"), (None, "")])
def test_money_is_told_exactly_as_it_came(given: Any, shown: str) -> None:
    assert columns.dollars(given) == shown
