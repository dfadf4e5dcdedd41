from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.money import ZERO, Money
from solvent.ledger.transfers import Charge, CostSource
from solvent.model.price import Price, Rates
from solvent.model.usage import NO_USAGE, Usage
from solvent.pricing.quote import OUTPUT_TOKENS_FREE, affordable_output, ceiling, cost, inputs, recost

SONNET = Price(
    "test",
    Rates(3_000_000_000, 15_000_000_000, 300_000_000, 3_750_000_000, 6_000_000_000),
    ((200_000, Rates(6_000_000_000, 22_500_000_000, 600_000_000, 7_500_000_000, 12_000_000_000)),),
)
# Nobody's price: dearer when short, so that a ceiling which only looks at the last step would be wrong.
CHEAPER_WHEN_LONG = Price("test", Rates(9, 9, 9, 9, 9), ((10, Rates(5, 5, 5, 5, 5)), (20, Rates(1, 1, 1, 1, 1))))

tokens = st.integers(0, 400_000)
rates = st.builds(Rates, *[st.integers(0, 80_000_000_000)] * 5)
steps = st.lists(st.integers(0, 300_000), max_size=3, unique=True).map(sorted)
prices = st.builds(
    lambda base, at, more: Price("test", base, tuple(zip(at, more, strict=False))), rates, steps, st.lists(rates, min_size=3, max_size=3)
)
usages = st.builds(Usage, tokens, tokens, tokens, tokens, tokens)


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        (NO_USAGE, "0.00"),
        (Usage(1_000_000), "6.00"),
        (Usage(200_000), "0.60"),
        (Usage(200_001), "1.200006"),
        (Usage(output_tokens=100), "0.0015"),
        (Usage(10, 20, 30, 40, 50), "0.0011385"),
        (Usage(cache_read_tokens=1), "0.0000003"),
    ],
)
def test_costs(usage: Usage, dollars: str) -> None:
    assert cost(SONNET, usage) == Money.parse(dollars)


def test_a_cost_is_rounded_up_once_and_not_by_part() -> None:
    third = Price("test", Rates(333_333, 333_333, 333_333, 333_333, 333_333))
    assert cost(third, Usage(1, 1, 1)).nano_usd == 1
    assert cost(third, Usage(1, 1, 1, 0, 1)).nano_usd == 2


def test_the_inputs_say_what_was_used_and_nothing_else() -> None:
    found = inputs(SONNET, Usage(7, 0, 0, 2, 5))
    assert found == (
        ("cache_write_1h_nano_usd_per_million", 6_000_000_000),
        ("cache_write_1h_tokens", 2),
        ("input_nano_usd_per_million", 3_000_000_000),
        ("input_tokens", 7),
        ("output_nano_usd_per_million", 15_000_000_000),
        ("output_tokens", 5),
    )
    assert Charge("test", found, CostSource.REPORTED).inputs == found


@given(prices, usages)
def test_the_inputs_give_the_very_same_cost(price: Price, usage: Usage) -> None:
    found = inputs(price, usage)
    Charge("test", found, CostSource.REPORTED)
    assert recost(found) == cost(price, usage)


@pytest.mark.parametrize("numbers", [(("input_tokens", 1),), (("input_nano_usd_per_million", 1),), (("surprise", 1),)])
def test_incomplete_inputs_are_refused(numbers: tuple[tuple[str, int], ...]) -> None:
    with pytest.raises(ValueError, match=r"input|surprise"):
        recost(numbers)


def test_no_inputs_cost_nothing() -> None:
    assert recost(()) == ZERO


@given(prices, usages, tokens, tokens, st.integers(1, 4))
def test_a_ceiling_covers_every_usage_within_its_bounds(
    price: Price, usage: Usage, prompt_more: int, output_more: int, answers: int
) -> None:
    prompt = usage.prompt_tokens + prompt_more
    each = -(-usage.output_tokens // answers) + output_more
    assert ceiling(price, prompt, each, answers) >= cost(price, usage)
    if usage.cache_write_1h_tokens == 0:
        assert ceiling(price, prompt, each, answers, hour_writes=False) >= cost(price, usage)


def test_a_ceiling_looks_at_every_step_that_the_prompt_can_reach() -> None:
    assert ceiling(CHEAPER_WHEN_LONG, 1_000_000, 0) == Money(1)
    million = Price("test", Rates(9_000_000, 0, 0, 0, 0), ((10, Rates(1_000_000, 0, 0, 0, 0)),))
    assert [ceiling(million, prompt, 0).nano_usd for prompt in (5, 10, 11, 50, 100)] == [45, 90, 90, 90, 100]


def test_a_prompt_that_cannot_reach_the_step_is_not_priced_there() -> None:
    assert ceiling(SONNET, 200_000, 0, hour_writes=False) == Money.parse("0.75")
    assert ceiling(SONNET, 200_001, 0, hour_writes=False) == Money.parse("1.5000075")


def test_every_answer_is_held() -> None:
    assert ceiling(SONNET, 0, 1_000, 3) == Money.parse("0.045")


@given(prices, tokens, st.integers(1, 4), st.integers(0, 10_000_000_000), st.booleans())
def test_the_affordable_output_is_the_most_that_fits(price: Price, prompt: int, answers: int, nano: int, hour: bool) -> None:  # noqa: FBT001
    amount = Money(nano)
    found = affordable_output(price, prompt, answers, amount, hour_writes=hour)
    if found > 0:
        assert ceiling(price, prompt, found, answers, hour_writes=hour) <= amount
    if found < OUTPUT_TOKENS_FREE:
        assert ceiling(price, prompt, found + 1, answers, hour_writes=hour) > amount


def test_nothing_is_affordable_below_the_prompt_or_below_zero() -> None:
    assert affordable_output(SONNET, 1_000, 1, Money.parse("0.005")) == 0
    assert affordable_output(SONNET, 0, 1, Money(-1)) == 0
    assert affordable_output(SONNET, 1_000, 1, Money.parse("0.006015")) == 1
    assert affordable_output(Price("free", Rates(0, 0, 0, 0, 0)), 5, 1, ZERO) == OUTPUT_TOKENS_FREE
