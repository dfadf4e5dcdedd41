from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from solvent.base.money import Money
from solvent.ledger import fields
from solvent.ledger.transfers import Charge, CostSource

CHARGE = Charge("2026-01", (("input", 3), ("output", 5)), CostSource.ESTIMATED, "usage")


@pytest.mark.parametrize(
    ("write", "read", "value", "written"),
    [
        (fields.write_text, fields.read_text, "é\ud800\n", "é\ud800\n"),
        (fields.write_texts, fields.read_texts, ("a", "b"), ["a", "b"]),
        (fields.write_texts, fields.read_texts, (), []),
        (fields.write_pairs, fields.read_pairs, (("input", 3), ("output", -5)), [["input", 3], ["output", -5]]),
        (fields.write_charge, fields.read_charge, CHARGE, ["2026-01", [["input", 3], ["output", 5]], "estimated", "usage"]),
        (fields.write_charge, fields.read_charge_or_null, CHARGE, ["2026-01", [["input", 3], ["output", 5]], "estimated", "usage"]),
        (fields.write_charge, fields.read_charge_or_null, None, None),
    ],
)
def test_what_is_written_is_the_shortest_plain_json_and_reads_back(
    write: Callable[[Any], str], read: Callable[[Any], Any], value: Any, written: Any
) -> None:
    assert write(value) == json.dumps(written, separators=(",", ":"))
    assert read(written) == value


def test_whole_numbers_and_amounts_are_read() -> None:
    assert fields.read_whole(-7) == -7
    assert fields.read_money(15) == Money(15)
    assert fields.read_lists([[1], []]) == [[1], []]


@pytest.mark.parametrize(("write", "value"), [(fields.write_text, 7), (fields.write_texts, (7,)), (fields.write_pairs, (("a", "b"),))])
def test_a_value_of_another_type_is_not_written(write: Callable[[Any], str], value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        write(value)


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (fields.read_text, 7),
        (fields.read_text, None),
        (fields.read_whole, True),
        (fields.read_whole, 1.0),
        (fields.read_whole, "1"),
        (fields.read_money, 1.5),
        (fields.read_texts, "ab"),
        (fields.read_texts, ["a", 7]),
        (fields.read_lists, [1]),
        (fields.read_pairs, [["input"]]),
        (fields.read_pairs, ["ab"]),
        (fields.read_pairs, [["input", "3"]]),
        (fields.read_charge, None),
        (fields.read_charge, ["v", [], "guessed", ""]),
        (fields.read_charge_or_null, ["v", [], "estimated"]),
    ],
)
def test_anything_else_is_refused(read: Callable[[Any], Any], written: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|unpack|not a valid"):
        read(written)
