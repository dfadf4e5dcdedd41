from __future__ import annotations

import pytest

from solvent.base.money import NANO, Money
from solvent.sandbox.prices import BY_MODEL, BY_OPENROUTER, LABELS, OFFERS, Offer


@pytest.mark.parametrize(
    ("model", "input_tokens", "output_tokens", "usd"),
    [
        ("claude-sonnet-4-5", 1_000_000, 1_000_000, "18.00"),
        ("gpt-4o-mini", 10, 0, "0.0000015"),
        ("claude-haiku-4-5", 11, 18, "0.000101"),
        ("gpt-5", 0, 0, "0.00"),
    ],
)
def test_a_call_costs_what_the_table_says(model: str, input_tokens: int, output_tokens: int, usd: str) -> None:
    assert str(BY_MODEL[model].cost(input_tokens, output_tokens)) == usd


def test_a_cost_is_rounded_up_once() -> None:
    assert Offer("m", "v", "v/m", 1, 1, 1).cost(1, 1) == Money(1)


def test_every_model_has_its_own_name_a_known_vendor_and_a_price() -> None:
    assert len(BY_MODEL) == len(OFFERS)
    assert {offer.vendor for offer in OFFERS} == set(LABELS)
    for offer in OFFERS:
        assert BY_OPENROUTER[offer.openrouter] is BY_OPENROUTER[f"{offer.vendor}/{offer.model}"] is offer
        assert 0 < offer.input < offer.output < 100 * NANO
