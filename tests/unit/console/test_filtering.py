from __future__ import annotations

import pytest
from starlette.requests import Request

from solvent.catalogue.load import Catalogue
from solvent.console import filtering
from solvent.console.labels import FILTERS
from solvent.model.verdict import Category
from solvent.operations import filters
from tests.unit.console.conftest import Visitor


def request(query: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/e/pastes", "query_string": query.encode(), "headers": []})


def test_every_filter_has_a_name() -> None:
    assert tuple(FILTERS) == (*filters.NAMES,)


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("", None),
        ("q=a&lang=en&after=7", None),
        ("q=&lang=en", "/e/pastes?lang=en"),
        ("q=+&category=timeout&after=7", "/e/pastes?category=timeout&after=7"),
        ("q=&code=", "/e/pastes?code="),
    ],
)
def test_empty_filters_are_taken_out_of_an_address(query: str, address: str | None) -> None:
    assert filtering.tidied(request(query)) == address


def test_what_is_set_is_said_in_words(visitor: Visitor, catalogue: Catalogue) -> None:
    site = visitor.site
    asked = filters.read(
        {"rule": "anthropic/credit-balance-too-low", "via": "new-api", "category": "timeout", "since": "2026-11-25"}, catalogue
    )
    shown = filtering.values(site, "zh", "/e/cases", asked)
    assert [(chip.name, chip.value) for chip in shown["chips"]] == [
        ("出了什么问题", "超时"),
        ("经由", catalogue.label("new-api")),
        ("规则", catalogue.rules["anthropic/credit-balance-too-low"].title.zh),
        ("从", "2026-11-25"),
    ]
    assert shown["chips"][0].without == "/e/cases?via=new-api&rule=anthropic%2Fcredit-balance-too-low&since=2026-11-25&lang=zh"
    assert len(shown["choices"]["category"]) == len(Category)
    assert filtering.values(site, "en", "/e/cases", filters.read({"rule": "none"}, catalogue))["chips"][0].value == "no rule explains it"
