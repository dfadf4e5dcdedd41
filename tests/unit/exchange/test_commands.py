from __future__ import annotations

from dataclasses import fields, is_dataclass

import pytest

from solvent.exchange import commands
from solvent.exchange.commands import Command

COMMANDS: tuple[type[Command], ...] = Command.__args__


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_command_is_a_frozen_slotted_value_that_says_what_to_do(kind: type[Command]) -> None:
    assert is_dataclass(kind)
    assert vars(kind)["__dataclass_params__"].frozen
    assert set(kind.__slots__) == {field.name for field in fields(kind)}
    assert kind.__doc__ is not None
    assert not kind.__doc__.startswith(kind.__name__ + "(")


def test_every_command_of_the_module_is_one() -> None:
    there = {value for value in vars(commands).values() if isinstance(value, type) and is_dataclass(value)}
    assert there == set(COMMANDS)
