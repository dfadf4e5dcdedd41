from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from solvent.catalogue import names
from solvent.catalogue.tables import Words
from solvent.model.verdict import Actor, Category, Role, Wallet

TABLES: list[tuple[list[str], Mapping[Any, Words]]] = [
    ([item.value for item in Category], names.CATEGORIES),
    ([item.value for item in Wallet], names.WALLETS),
    ([item.value for item in Actor], names.ACTORS),
    ([item.value for item in Role], names.ROLES),
]
IDS = ["categories", "wallets", "actors", "roles"]


@pytest.mark.parametrize(("codes", "table"), TABLES, ids=IDS)
def test_every_code_has_a_name_of_its_own(codes: list[str], table: Mapping[Any, Words]) -> None:
    assert list(table) == codes
    assert len({words.en for words in table.values()}) == len(table)
    assert len({words.zh for words in table.values()}) == len(table)


@pytest.mark.parametrize(("codes", "table"), TABLES, ids=IDS)
def test_each_language_is_spoken_in_its_own_column(codes: list[str], table: Mapping[Any, Words]) -> None:
    chinese = re.compile(r"[一-鿿]")
    assert [words for words in table.values() if chinese.search(words.en)] == []
    assert [words for words in table.values() if not chinese.search(words.zh) and words.zh != words.en] == []
