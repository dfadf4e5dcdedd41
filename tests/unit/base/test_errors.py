from __future__ import annotations

import inspect

import pytest

from solvent.base import errors
from solvent.base.errors import SolventError, StartError, UsageError, raised_at


@pytest.mark.parametrize("kind", [UsageError, StartError])
def test_every_kind_is_caught_as_a_solvent_error(kind: type[SolventError]) -> None:
    with pytest.raises(SolventError, match="what happened"):
        raise kind("what happened")


def test_the_callers_mistake_and_the_surroundings_are_told_apart() -> None:
    assert not issubclass(UsageError, StartError)
    assert not issubclass(StartError, UsageError)


def test_the_tree_in_the_docstring_names_every_class() -> None:
    found = [name for name, item in vars(errors).items() if inspect.isclass(item) and issubclass(item, Exception)]
    assert len(found) < 10
    assert [name for name in found if name not in (errors.__doc__ or "")] == []


def test_the_place_of_a_failure_is_the_innermost_and_says_nothing_of_its_message() -> None:
    def inner() -> None:
        raise ValueError("what was pasted")

    with pytest.raises(ValueError, match="pasted") as caught:
        inner()
    line = inner.__code__.co_firstlineno + 1
    assert raised_at(caught.value) == f"{__name__}:{line}"


def test_a_failure_that_was_never_raised_has_no_place() -> None:
    assert raised_at(ValueError("never raised")) == "?"
