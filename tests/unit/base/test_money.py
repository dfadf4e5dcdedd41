from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.money import NANO, Money


@pytest.mark.parametrize(
    ("text", "nano", "shown"),
    [
        ("25.00", 25 * NANO, "25.00"),
        ("0.1", NANO // 10, "0.10"),
        ("0.000000001", 1, "0.000000001"),
        ("-3.5", -3_500_000_000, "-3.50"),
        ("9999999999", 9_999_999_999 * NANO, "9999999999.00"),
        ("1.2500000000", 1_250_000_000, "1.25"),
    ],
)
def test_decimal_strings_are_exact(text: str, nano: int, shown: str) -> None:
    assert Money.parse(text) == Money(nano)
    assert str(Money(nano)) == shown


@pytest.mark.parametrize("text", ["", "1,5", "$1", "1e3", " 1", ".5", "1.", "1.0000000001", "nan", "١", "12345678901"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        Money.parse(text)


@pytest.mark.parametrize(("parts", "rate", "nano"), [(1, 3 * NANO, 3_000), (0, NANO, 0), (1, 1, 1), (1_000_000, 7, 7), (3, 333_333, 1)])
def test_a_rate_is_per_million_and_rounds_up(parts: int, rate: int, nano: int) -> None:
    assert Money.at_rate(parts, rate) == Money(nano)


@given(st.integers(-(10**18), 10**18))
def test_what_is_shown_reads_back(nano: int) -> None:
    assert Money.parse(str(Money(nano))) == Money(nano)


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_rounding_is_never_down_and_less_than_one(parts: int, rate: int) -> None:
    exact = parts * rate
    rounded = Money.at_rate(parts, rate).nano_usd * 1_000_000
    assert 0 <= rounded - exact < 1_000_000


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15))
def test_sums_are_sums(one: int, other: int) -> None:
    assert Money(one) + Money(other) - Money(other) == Money(one)
    assert -Money(one) == Money(-one)
    assert (Money(one) < Money(other)) is (one < other)
