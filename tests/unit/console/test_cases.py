from __future__ import annotations

from solvent.console.examples import SEED, find
from tests.unit.console.conftest import Visitor, text_of


def test_the_same_error_is_one_case(visitor: Visitor) -> None:
    for _ in range(3):
        visitor.filed(SEED.text)
    visitor.filed(find("deepseek").text)
    seen = text_of(visitor.get("/e/cases?lang=en").text)
    assert "3×" in seen
    assert "1×" in seen
    assert "the relay operator&#39;s account upstream, not yours" in seen


def test_no_cases_yet(visitor: Visitor) -> None:
    assert "这里还没有内容。" in visitor.get("/e/cases?lang=zh").text


def test_cases_are_searched_and_filtered(visitor: Visitor) -> None:
    for slug in ("seed", "deepseek"):
        visitor.filed(SEED.text if slug == "seed" else find(slug).text)
    every, one = (visitor.get(f"/e/cases?lang=en{query}").text for query in ("", "&provider=anthropic&q=credit"))
    assert "2 cases." in every
    assert "1 case." in one
    assert one.count('class="row-title"') == 1
    assert 'href="/e/cases?q=credit&amp;lang=en"' in one
    none = visitor.get("/e/cases?lang=en&category=timeout").text
    assert 'href="/e/pastes?category=timeout&amp;lang=en"' in none
