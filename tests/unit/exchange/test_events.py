from __future__ import annotations

from dataclasses import fields, is_dataclass

import pytest

from solvent.exchange import events
from solvent.exchange.events import KINDS, Kind


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_a_frozen_slotted_value_that_says_what_it_means(kind: Kind) -> None:
    assert is_dataclass(kind)
    assert vars(kind)["__dataclass_params__"].frozen
    assert set(kind.__slots__) == {field.name for field in fields(kind)}
    assert kind.__doc__ is not None
    assert not kind.__doc__.startswith(kind.__name__ + "(")


def test_every_event_of_the_module_is_a_kind() -> None:
    there = {value for value in vars(events).values() if isinstance(value, type) and is_dataclass(value)}
    assert there == set(KINDS)
