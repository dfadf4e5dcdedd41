from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

import pytest

from solvent.catalogue import names
from solvent.catalogue.tables import Words
from solvent.model.verdict import Actor, Category, Role, Wallet

TABLES: list[tuple[type[StrEnum], Mapping[StrEnum, Words]]] = [
    (Category, {**names.CATEGORIES}),
    (Wallet, {**names.WALLETS}),
    (Actor, {**names.ACTORS}),
    (Role, {**names.ROLES}),
]
IDS = ["categories", "wallets", "actors", "roles"]


@pytest.mark.parametrize(("codes", "table"), TABLES, ids=IDS)
def test_every_code_has_a_name_of_its_own(codes: type[StrEnum], table: Mapping[StrEnum, Words]) -> None:
    assert list(table) == list(codes)
    assert len({words.en for words in table.values()}) == len(table)
    assert len({words.zh for words in table.values()}) == len(table)


@pytest.mark.parametrize(("codes", "table"), TABLES, ids=IDS)
def test_each_language_is_spoken_in_its_own_column(codes: type[StrEnum], table: Mapping[StrEnum, Words]) -> None:
    chinese = re.compile(r"[一-鿿]")
    assert [words for words in table.values() if chinese.search(words.en)] == []
    assert [words for words in table.values() if not chinese.search(words.zh) and words.zh != words.en] == []
