from __future__ import annotations

import pytest

from solvent.base.money import Money
from solvent.settings import Assistance
from tests.unit.settings.texts import ACCOUNT, mistakes, read, warnings

SERVED = (
    '[[account]]\nname = "open"\nprovider = "openai"\napi_key = "env:KEY"\n'
    '[[model]]\nname = "tapir-2"\nroutes = [{ account = "open", model = "tapir-2" }]\n'
    '[[model]]\nname = "zebra-*"\nroutes = [{ account = "open" }]\n'
)
CLAUDE = ACCOUNT + 'dialects = ["anthropic"]\n[[model]]\nname = "claude"\nroutes = [{ account = "main", model = "claude-sonnet-4-5" }]\n'


def told(desk: str, rest: str = SERVED) -> list[tuple[int | None, str]]:
    return mistakes(f"[desk]\n{desk}\n{rest}")


def test_no_model_is_asked_where_none_is_named() -> None:
    assert read(SERVED).desk_model is None


def test_a_model_is_asked_within_its_limits() -> None:
    assert read(f'[desk]\nmodel = "tapir-2"\n{SERVED}').desk_model == Assistance("tapir-2", Money.parse("1.00"), False, 2, 6, 20)
    keys = 'model = "zebra-9"\nmodel_budget_day = "0.25"\nmodel_auto = true\nmodel_at_once = 4\nmodel_asks_per_minute = 1\nmodel_asks_per_day = 9'
    assert read(f"[desk]\n{keys}\n{SERVED}").desk_model == Assistance("zebra-9", Money.parse("0.25"), True, 4, 1, 9)


@pytest.mark.parametrize(
    ("desk", "line", "words"),
    [
        ('model = "tapir-3"', 2, "`model` of [desk]: no [[model]] serves `tapir-3`; did you mean `tapir-2`?"),
        ('model = "zebra-*"', 2, "`model` of [desk]: a `*` names no one model; write a whole name that a [[model]] serves"),
        ("model = 5", 2, '`model` of [desk]: it must be a name such as "claude-sonnet-4-5", in quotes and without blanks'),
        (
            'model = "tapir-2"\nmodel_budget_day = "0"',
            3,
            "`model_budget_day` of [desk]: nothing can be asked for nothing; write an amount above zero, or take out `model`",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_repair(desk: str, line: int, words: str) -> None:
    assert (line, words) in told(desk)


def test_a_bare_number_is_no_budget() -> None:
    assert told('model = "tapir-2"\nmodel_budget_day = 1.5')[0][1].startswith("`model_budget_day` of [desk]: 1.5 is a bare number")


def test_a_model_of_which_there_is_none_at_all() -> None:
    assert told('model = "tapir-2"', "") == [
        (2, "`model` of [desk]: no [[model]] serves `tapir-2`; there is none: add a [[model]] with routes")
    ]


def test_a_model_with_mistakes_of_its_own_is_told_of_once() -> None:
    assert [line for line, _ in told('model = "broken"', f'{SERVED}[[model]]\nname = "broken"\n')] == [13]


def test_a_model_that_is_not_spoken_to_as_openai_is_cannot_be_asked() -> None:
    assert told('model = "claude"', CLAUDE) == [
        (
            2,
            "`model` of [desk]: the desk asks as OpenAI's clients do, and no account of `claude` is spoken to like that; name another model",
        )
    ]


def test_limits_without_a_model_are_told_of() -> None:
    assert [words for _, words in warnings(f"[desk]\nmodel_auto = true\nmodel_at_once = 3\n{SERVED}")] == [
        '`model_auto` of [desk]: no model is asked; add model = "…" with the name of a [[model]]',
        '`model_at_once` of [desk]: no model is asked; add model = "…" with the name of a [[model]]',
    ]
