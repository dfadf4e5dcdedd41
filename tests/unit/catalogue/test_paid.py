from __future__ import annotations

from typing import Any

import pytest

from solvent.catalogue.paid import read_paid, read_said
from solvent.catalogue.tables import CatalogueError, Table
from solvent.model.verdict import Wallet
from tests import small

SOURCE = small.SOURCE | {"address": "https://vendor.example/billing"}


def fact(**more: Any) -> dict[str, Any]:
    return {"kind": "delay", "en": "At once.", "zh": "立即。", "source": SOURCE} | more


def read(*items: dict[str, Any]) -> Any:
    return read_paid(Table({"paid": list(items)}, "providers/x.toml").tables("paid"))


def test_a_fact_is_about_every_wallet_unless_it_names_some() -> None:
    plain, narrow = read(fact(), fact(kind="check", command="curl https://vendor.example/balance", wallet=["key_budget"]))
    assert (plain.kind, plain.words.of("zh"), plain.command, plain.wallets) == ("delay", "立即。", None, frozenset())
    assert (narrow.command, narrow.wallets) == ("curl https://vendor.example/balance", {Wallet.KEY_BUDGET})


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        (fact(kind="guess"), "`kind` is `guess`"),
        (fact(wallet=["mine"]), "`wallet` holds `mine`; it must be of own_provider_account, "),
        (fact(zh=""), "`zh` must be a text"),
        (fact(source=SOURCE | {"evidence": "unverified"}), "needs a source that was read"),
        (fact(source=SOURCE | {"address": "their documentation"}), "needs a source that was read"),
        (fact(hours=2), "unknown key `hours`"),
    ],
)
def test_what_nobody_read_is_told_to_nobody(item: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        read(item)
    assert str(refusal.value).startswith("providers/x.toml [[paid]] 1")
    assert complaint in str(refusal.value)


def test_the_words_of_those_who_paid() -> None:
    assert read_said({"paid": {"text": ["topped up"]}}) == ("topped up",)


@pytest.mark.parametrize("data", [{}, {"paid": {}}, {"paid": {"text": ["x"], "more": 1}}, {"paid": {"text": ["x"]}, "owed": {}}])
def test_a_mistake_in_them_names_the_file(data: dict[str, Any]) -> None:
    with pytest.raises(CatalogueError, match=r"^said\.toml"):
        read_said(data)
