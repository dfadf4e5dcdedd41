"""How the fields of the journal's records are written as JSON and read back. Reading raises `ValueError` on anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from solvent.base.money import Money
from solvent.ledger.transfers import Charge, CostSource


@dataclass(frozen=True, slots=True)
class Field:
    """One kind of value: `write` makes of it what JSON knows, `read` makes it of that again."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def text(value: Any) -> str:
    """The value, which must be a text."""
    if type(value) is not str:
        raise ValueError(f"a text was expected, not {value!r}")
    return value


def whole(value: Any) -> int:
    """The value, which must be a whole number."""
    # `type`, because `True` is an int to `isinstance`.
    if type(value) is not int:
        raise ValueError(f"a whole number was expected, not {value!r}")
    return value


def lists(value: Any) -> list[list[Any]]:
    """The value, which must be a list of lists."""
    return [_list(item) for item in _list(value)]


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise ValueError(f"a list was expected, not {value!r}")
    return value


def _charge_out(charge: Charge | None) -> Any:
    return (
        None if charge is None else [charge.price_version, [list(pair) for pair in charge.inputs], charge.cost_source.value, charge.policy]
    )


def _charge_in(value: Any) -> Charge:
    version, inputs, source, policy = _list(value)
    return Charge(text(version), _pairs(inputs), CostSource(text(source)), text(policy))


def _pairs(value: Any) -> tuple[tuple[str, int], ...]:
    return tuple((text(name), whole(number)) for name, number in lists(value))


TEXT = Field(text, text)
WHOLE = Field(whole, whole)
MONEY = Field(lambda money: money.nano_usd, lambda value: Money(whole(value)))
TEXTS = Field(list, lambda value: tuple(text(item) for item in _list(value)))
PAIRS = Field(lambda pairs: [list(pair) for pair in pairs], _pairs)
CHARGE = Field(_charge_out, _charge_in)
CHARGE_OR_NULL = Field(_charge_out, lambda value: None if value is None else _charge_in(value))
