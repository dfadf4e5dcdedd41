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
