from __future__ import annotations

from solvent.diagnosis.forms import Table, form

TABLE = Table(
    form("must be one of", "must be one of <LIST>"), form("'param': '", "'param': '<FIELD>'"), form("is large", "<FIELD> is large", back=20)
)


def fitting(text: str) -> list[str]:
    return [found.hint for found in TABLE.fitting(text, set(text.split()))]


def test_forms_are_found_by_a_word_of_their_own_and_come_in_order() -> None:
    assert fitting("{'param': 'x'} must be one of `a`") == ["must be one of", "'param': '"]
    assert fitting("it must be") == []


def test_a_mark_stands_for_its_part() -> None:
    found = TABLE.all[1].pattern.match("'param': 'messages[0].content'")
    assert found is not None
    assert found.group("field") == "messages[0].content"
    assert TABLE.all[2].pattern.search("so max_tokens. is large") is None
