from __future__ import annotations

from typing import Any

import pytest

from solvent.base.money import ZERO, Money
from solvent.exchange import bill
from solvent.exchange.commands import Outcome
from solvent.exchange.events import End
from solvent.ledger.transfers import CostSource
from solvent.model.price import Price, Rates
from solvent.model.usage import Usage
from solvent.pricing import quote
from tests.unit.exchange.stage import Stage

PRICE = Price("p1", Rates(3_000_000_000, 15_000_000_000, 300_000_000, 3_750_000_000, 6_000_000_000))


def test_reported_usage_is_the_cost_and_can_be_computed_again() -> None:
    made = bill.of_usage(PRICE, Usage(10, 5, 0, 0, 20))
    assert made.cost == Money(10 * 3_000 + 5 * 300 + 20 * 15_000)
    assert made.charge is not None
    assert (made.charge.price_version, made.charge.cost_source) == ("p1", CostSource.REPORTED)
    assert quote.recost(made.charge.inputs) == made.cost


def test_zeros_are_no_usage_where_something_was_said() -> None:
    assert bill.is_told(Usage(1, 0, 0, 0, 1), lambda: b"Hello")
    assert bill.is_told(Usage(1, 0, 0, 0, 0), bytes)
    assert bill.is_told(Usage(0, 1, 0, 0, 1), lambda: b"Hello")
    assert not bill.is_told(Usage(1, 0, 0, 0, 0), lambda: b"Hello")
    assert not bill.is_told(Usage(0, 0, 0, 0, 1), lambda: b"Hello")
    assert not bill.is_told(Usage(), bytes)


def test_without_usage_prompt_and_text_are_counted_and_never_nothing() -> None:
    stage = Stage()
    stage.claude()
    job = stage.runs[0].job
    silent = bill.estimated(PRICE, job, "claude-sonnet-4-5", b"")
    assert silent.usage.input_tokens > 0
    assert silent.usage.output_tokens == 0
    spoken = bill.estimated(PRICE, job, "claude-sonnet-4-5", b"Hello there, how are you?")
    assert spoken.usage.output_tokens > 3
    assert spoken.charge is not None
    assert spoken.charge.cost_source is CostSource.ESTIMATED


@pytest.mark.parametrize(("asked", "most"), [({"max_tokens": 30}, 30), ({"max_tokens": 30, "n": 2}, 60), ({"max_tokens": None}, 32_768)])
def test_no_more_is_counted_than_the_request_allowed(asked: dict[str, Any], most: int) -> None:
    stage = Stage()
    stage.gpt(**asked)
    made = bill.estimated(PRICE, stage.runs[0].job, "gpt-4o-mini", b"x" * 1_000_000)
    assert made.usage.output_tokens == most


def test_what_was_told_of_the_prompt_is_better_than_a_count() -> None:
    stage = Stage()
    stage.claude()
    job = stage.runs[0].job
    made = bill.estimated(PRICE, job, "claude-sonnet-4-5", b"", Usage(1_000, 50, 0, 0, 7))
    assert made.usage == Usage(1_000, 50, 0, 0, 0)


def test_who_pays_stands_on_the_row() -> None:
    made = bill.of_usage(PRICE, Usage(10, 0, 0, 0, 20))
    for outcome in Outcome:
        cost, charge = bill.charged(made, outcome)
        assert cost == (ZERO if outcome is Outcome.UNANSWERED else made.cost)
        assert charge.policy == bill.POLICIES[outcome]
    cost, charge = bill.charged(bill.FREE, Outcome.LEFT)
    assert (cost, charge.price_version) == (ZERO, "none")


@pytest.mark.parametrize("policy", ["told", "prompt"])
def test_what_the_caller_owes_of_an_attempt(policy: str) -> None:
    def owed(end: End, outcome: Outcome, *, told: bool = False) -> bool:
        return bill.is_owed(end, outcome, told=told, caller_left=policy)

    assert all(owed(End.USAGE, outcome) for outcome in Outcome)
    assert not any(owed(End.NONE, outcome, told=True) for outcome in Outcome)
    assert owed(End.UNKNOWN, Outcome.LEFT, told=True)
    assert owed(End.UNKNOWN, Outcome.LEFT) is (policy == "prompt")
    assert not owed(End.UNKNOWN, Outcome.UNANSWERED, told=True)
