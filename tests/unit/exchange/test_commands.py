from __future__ import annotations

import msgspec
import pytest

from solvent.exchange import commands
from solvent.exchange.commands import Command

COMMANDS: tuple[type[Command], ...] = Command.__args__


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_is_a_frozen_slotted_value_that_says_what_to_do(kind: type[Command]) -> None:
    assert issubclass(kind, msgspec.Struct)
    assert kind.__struct_config__.frozen
    assert kind.__dictoffset__ == 0
    assert kind.__doc__ is not None
    assert not kind.__doc__.startswith(kind.__name__ + "(")


def test_every_command_of_the_module_is_one() -> None:
    there = {value for value in vars(commands).values() if isinstance(value, type) and issubclass(value, msgspec.Struct)}
    assert there == set(COMMANDS)
