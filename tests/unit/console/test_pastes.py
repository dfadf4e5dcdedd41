from __future__ import annotations

import re

from solvent.console import pastes
from solvent.console.examples import SEED, find
from tests.unit.console.conftest import Visitor, text_of


def test_an_empty_list_leads_to_the_desk(visitor: Visitor) -> None:
    assert "Nothing here yet." in visitor.get("/e/pastes").text


def test_each_paste_has_its_line_without_its_text(visitor: Visitor) -> None:
    path = visitor.filed(f"{SEED.text} my private words")
    page = visitor.get("/e/pastes?lang=en").text
    assert f'href="{path}?lang=en"' in page
    seen = text_of(page)
    assert path.removeprefix("/e/")[:8] in seen
    assert "The Anthropic account behind the key has no credit" in seen
    assert "answered" in seen
    assert "private words" not in page
    assert "1 paste so far" in seen


def test_a_paste_that_nobody_knows_is_listed_by_its_masked_sentence(visitor: Visitor) -> None:
    visitor.filed(find("unknown").text)
    assert "frobnication of stage &lt;n&gt; was declined" in visitor.get("/e/pastes").text


def test_the_list_goes_on_page_by_page(visitor: Visitor) -> None:
    paths = {visitor.filed(SEED.text) for _ in range(pastes.PAGE_LENGTH + 3)}
    seen: list[str] = []
    address = "/e/pastes?lang=en"
    while address:
        page = visitor.get(address).text
        seen += re.findall(r'class="row-title" href="(/e/[0-9a-z]{20})\?', page)
        more = re.search(r'class="button" href="([^"]+)"', page)
        address = more.group(1).replace("&amp;", "&") if more else ""
    assert len(seen) == len(paths)
    assert set(seen) == paths


def test_a_broken_cursor_starts_anew(visitor: Visitor) -> None:
    visitor.filed(SEED.text)
    assert visitor.get("/e/pastes?after=%3Cscript%3E").status == 200
