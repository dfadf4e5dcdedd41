"""How the fields of the journal's records are written as JSON and read back.

Writing gives JSON text at once, because a worker writes five records for every request. It raises `TypeError` or `ValueError` on a value
of another type, reading raises `ValueError` on anything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from json.encoder import encode_basestring_ascii
from typing import Any, Final

from solvent.base.money import Money
from solvent.ledger.transfers import Charge, CostSource

write_text: Final = encode_basestring_ascii


def write_list(texts: Iterable[str]) -> str:
    """A list of what is written already."""
    return f"[{','.join(texts)}]"


def write_texts(texts: Iterable[str]) -> str:
    """A list of texts."""
    return write_list(map(write_text, texts))


def write_pairs(pairs: tuple[tuple[str, int], ...]) -> str:
    """A list of names with their numbers."""
    return write_list([f"[{write_text(name)},{number:d}]" for name, number in pairs])


def write_charge(charge: Charge | None) -> str:
    """A charge, or null."""
    if charge is None:
        return "null"
    source, policy = write_text(charge.cost_source.value), write_text(charge.policy)
    return f"[{write_text(charge.price_version)},{write_pairs(charge.inputs)},{source},{policy}]"


def read_text(value: Any) -> str:
    """The value, which must be a text."""
    if type(value) is not str:
        raise ValueError(f"a text was expected, not {value!r}")
    return value


def read_whole(value: Any) -> int:
    """The value, which must be a whole number."""
    # `type`, because `True` is an int to `isinstance`.
    if type(value) is not int:
        raise ValueError(f"a whole number was expected, not {value!r}")
    return value


def read_money(value: Any) -> Money:
    """An amount in nano-dollars."""
    return Money(read_whole(value))


def read_lists(value: Any) -> list[list[Any]]:
    """The value, which must be a list of lists."""
    return [_list(item) for item in _list(value)]


def read_texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(read_text(item) for item in _list(value))


def read_pairs(value: Any) -> tuple[tuple[str, int], ...]:
    """A list of names with their numbers."""
    return tuple((read_text(name), read_whole(number)) for name, number in read_lists(value))


def read_charge(value: Any) -> Charge:
    """A charge."""
    version, inputs, source, policy = _list(value)
    return Charge(read_text(version), read_pairs(inputs), CostSource(read_text(source)), read_text(policy))


def read_charge_or_null(value: Any) -> Charge | None:
    """A charge, or None."""
    return None if value is None else read_charge(value)


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise ValueError(f"a list was expected, not {value!r}")
    return value
