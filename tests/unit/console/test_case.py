from __future__ import annotations

import re

from solvent.console import case
from solvent.console.examples import SEED, find
from tests.unit.console.conftest import Visitor, text_of


def address(visitor: Visitor) -> str:
    found = re.search(r'href="(/e/cases/[0-9a-f]{16})\?', visitor.get("/e/cases").text)
    assert found
    return found.group(1)


def test_a_case_shows_what_its_pastes_share(visitor: Visitor) -> None:
    path = visitor.filed(SEED.text)
    visitor.filed(SEED.text)
    page = visitor.get(f"{address(visitor)}?lang=en").text
    seen = text_of(page)
    assert "2 times" in seen
    assert "your credit balance is too low to access the anthropic api." in seen
    assert "20260126100910722614337HsQybcmN" not in page
    assert f'href="{path}?lang=en"' in page
    assert "/e/rules/anthropic/credit-balance-too-low" in page


def test_an_open_case_does_not_say_whose_wallet(visitor: Visitor) -> None:
    visitor.filed(find("unknown").text)
    seen = text_of(visitor.get(address(visitor)).text)
    assert "not known" in seen
    assert "unknown sender" in seen


def test_its_pastes_go_on_page_by_page(visitor: Visitor) -> None:
    for _ in range(case.PAGE_LENGTH + 1):
        visitor.filed(SEED.text)
    page = visitor.get(address(visitor)).text
    more = re.search(r'class="button" href="([^"]+)"', page)
    assert more
    assert visitor.get(more.group(1).replace("&amp;", "&")).text.count('class="row"') == 1
