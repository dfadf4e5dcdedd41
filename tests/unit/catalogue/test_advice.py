from __future__ import annotations

from typing import Any

import pytest

from solvent.catalogue.advice import HANDLINGS, read_advice
from solvent.catalogue.tables import CatalogueError
from solvent.model.verdict import Actor, Category, Wallet
from tests import small

WHERE = "advice/credit_exhausted.toml"


def entry(**more: Any) -> dict[str, Any]:
    return small.advice_data() | more


def data(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"category": "credit_exhausted", "advice": list(entries)}


def test_the_most_specific_entry_comes_first() -> None:
    found = read_advice(
        data(entry(), entry(actor="you"), entry(wallet="relay_user", actor="you"), entry(wallet="relay_user")),
        WHERE,
    )
    assert [(item.wallet, item.actor) for item in found] == [
        (Wallet.RELAY_USER, Actor.YOU),
        (Wallet.RELAY_USER, None),
        (None, Actor.YOU),
        (None, None),
    ]


def test_every_entry_belongs_to_the_files_category() -> None:
    assert {item.category for item in read_advice(data(entry(), entry(actor="you")), WHERE)} == {Category.CREDIT_EXHAUSTED}


def test_nobody_need_be_written_to_and_no_code_is_needed_unless_the_entry_says_so() -> None:
    plain = read_advice(data(entry()), WHERE)[0]
    assert (plain.write_to, plain.handling) == (None, "none")
    full = read_advice(data(entry(write_to=small.words("Dear operator"), handling="money")), WHERE)[0]
    assert full.write_to is not None
    assert (full.write_to.en, full.handling) == ("Dear operator", "money")


@pytest.mark.parametrize("handling", HANDLINGS)
def test_every_handling_is_read(handling: str) -> None:
    assert read_advice(data(entry(handling=handling)), WHERE)[0].handling == handling


@pytest.mark.parametrize("key", ["summary", "meaning", "cause", "who_acts", "solution", "prevention"])
def test_every_part_is_needed(key: str) -> None:
    lacking = entry()
    del lacking[key]
    with pytest.raises(CatalogueError, match=rf"advice/credit_exhausted\.toml \[\[advice\]\] 2: `{key}` is missing"):
        read_advice(data(entry(), lacking), WHERE)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"category": "money", "advice": [entry()]}, "`category` is `money`"),
        (data(entry(wallet="relay_user")), "one `[[advice]]` without `wallet` and `actor` is needed"),
        (data(), "one `[[advice]]` without `wallet` and `actor` is needed"),
        (data(entry(handling="pay")), "[[advice]] 1: `handling` is `pay`"),
        (data(entry(cause={"en": "x"})), "[[advice]] 1 [cause]: `zh` must be a text"),
        (data(entry(solution={"en": ["a"], "zh": []})), "[[advice]] 1: `solution` has 1 steps in en and 0 in zh"),
        (data(entry(sumary=small.words("x"))), "[[advice]] 1: unknown key `sumary`"),
        (data(entry()) | {"advise": []}, "unknown key `advise`"),
        # A word that is none of the contract's is the file's mistake as any other is.
        (data(entry(), entry(wallet="mine")), "[[advice]] 2: `wallet` is `mine`"),
        (data(entry(), entry(actor="them")), "[[advice]] 2: `actor` is `them`"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(content: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        read_advice(content, WHERE)
    assert str(refusal.value).startswith(WHERE)
    assert complaint in str(refusal.value)
