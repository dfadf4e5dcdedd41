from __future__ import annotations

import pytest

from solvent.base.money import Money
from solvent.console import key_form
from solvent.console.site import Problem
from solvent.model.key import Budget
from solvent.operations.keys import KeyWish

WHOLE = {
    "name": " 客服 ",
    "balance": "$5",
    "budget_day": "1.50",
    "budget_month": "20",
    "rpm": "60",
    "tpm": "200000",
    "models": "a, b  a，c、d",
    "reveal": "yes",
}


def test_a_whole_form() -> None:
    assert key_form.read(WHOLE, "en") == KeyWish(
        name="客服",
        balance=Money.parse("5.00"),
        budgets=(Budget("day", Money.parse("1.50")), Budget("month", Money.parse("20.00"))),
        rpm=60,
        tpm=200_000,
        models=("a", "b", "c", "d"),
        reveal=True,
    )


def test_an_empty_field_is_no_limit() -> None:
    assert key_form.read({"name": "x"}, "en") == KeyWish(name="x")
    assert key_form.read({"name": "x", "balance": "0"}, "en") == KeyWish(name="x", balance=Money(0)), "prepaid, and nothing paid in yet"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"balance": "five"},
        {"balance": "-1"},
        {"balance": "1e3"},
        {"balance": "0.0000000001"},
        {"budget_day": "1,50"},
        {"budget_month": "nan"},
        {"rpm": "0"},
        {"rpm": "1.5"},
        {"tpm": "-3"},
        {"tpm": "1234567890"},
        {"tpm": "٣"},
        {"models": "m," * 3_000},
    ],
)
def test_a_mistake_is_named(wrong: dict[str, str], lang: str) -> None:
    found = key_form.read({"name": "x"} | wrong, lang)
    assert isinstance(found, Problem)
    assert len(found.title) >= 2
    assert len(found.text) > 10
    assert any("一" <= sign <= "鿿" for sign in found.text) is (lang == "zh")


@pytest.mark.parametrize(
    ("text", "nano_usd"), [("25", 25 * 10**9), (" $ 0.000000001 ", 1), ("", None), ("$", None), ("1 2", None), ("٢", None)]
)
def test_an_amount_is_exact_or_none(text: str, nano_usd: int | None) -> None:
    found = key_form.amount(text)
    assert (None if found is None else found.nano_usd) == nano_usd


def test_the_same_wish_asks_the_same() -> None:
    first, second = key_form.read(WHOLE, "en"), key_form.read(WHOLE | {"balance": "5.000"}, "zh")
    assert isinstance(first, KeyWish)
    assert isinstance(second, KeyWish)
    assert key_form.asked(first) == key_form.asked(second)
    assert key_form.asked(first) != key_form.asked(KeyWish(name="客服"))
