from __future__ import annotations

import msgspec
import pytest

from solvent.exchange import events
from solvent.exchange.events import KINDS, Kind


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_a_frozen_slotted_value_that_says_what_it_means(kind: Kind) -> None:
    assert issubclass(kind, msgspec.Struct)
    assert kind.__struct_config__.frozen
    assert kind.__dictoffset__ == 0
    assert kind.__doc__ is not None
    assert not kind.__doc__.startswith(kind.__name__ + "(")


def test_every_event_of_the_module_is_a_kind() -> None:
    there = {value for value in vars(events).values() if isinstance(value, type) and issubclass(value, msgspec.Struct)}
    assert there == set(KINDS)
