from __future__ import annotations

import json
from typing import Any

import pytest

from solvent.base.money import Money
from solvent.ledger import fields
from solvent.ledger.fields import Field
from solvent.ledger.transfers import Charge, CostSource

CHARGE = Charge("2026-01", (("input", 3), ("output", 5)), CostSource.ESTIMATED, "usage")


@pytest.mark.parametrize(
    ("field", "value", "written"),
    [
        (fields.TEXT, "é", "é"),
        (fields.WHOLE, -7, -7),
        (fields.MONEY, Money(15), 15),
        (fields.TEXTS, ("a", "b"), ["a", "b"]),
        (fields.PAIRS, (("input", 3),), [["input", 3]]),
        (fields.CHARGE, CHARGE, ["2026-01", [["input", 3], ["output", 5]], "estimated", "usage"]),
        (fields.CHARGE_OR_NULL, None, None),
        (fields.CHARGE_OR_NULL, CHARGE, ["2026-01", [["input", 3], ["output", 5]], "estimated", "usage"]),
    ],
)
def test_what_is_written_is_plain_json_and_reads_back(field: Field, value: Any, written: Any) -> None:
    assert field.write(value) == written
    assert field.read(json.loads(json.dumps(written))) == value


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (fields.TEXT, 7),
        (fields.TEXT, None),
        (fields.WHOLE, True),
        (fields.WHOLE, 1.0),
        (fields.WHOLE, "1"),
        (fields.MONEY, 1.5),
        (fields.TEXTS, "ab"),
        (fields.TEXTS, ["a", 7]),
        (fields.PAIRS, [["input"]]),
        (fields.PAIRS, ["ab"]),
        (fields.PAIRS, [["input", "3"]]),
        (fields.CHARGE, None),
        (fields.CHARGE, ["v", [], "guessed", ""]),
        (fields.CHARGE, ["v", [], "estimated"]),
    ],
)
def test_anything_else_is_refused(field: Field, written: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|unpack|not a valid"):
        field.read(written)
