from __future__ import annotations

from solvent.diagnosis.request.forms import Table, form

TABLE = Table(
    form("must be one of", "must be one of <LIST>"), form("'param': '", "'param': '<FIELD>'"), form("is large", "<FIELD> is large", back=20)
)


def fitting(text: str) -> list[str]:
    return [found.hint for found, _ in TABLE.fitting(text)]


def test_forms_are_found_by_their_hints_and_come_in_order() -> None:
    assert fitting("{'param': 'x'} must be one of `a`") == ["must be one of", "'param': '"]
    assert fitting("it must be") == []
    assert TABLE.fitting("a is large is large")[0][1] == 2


def test_a_mark_stands_for_its_part() -> None:
    found = TABLE.all[1].pattern.match("'param': 'messages[0].content'")
    assert found is not None
    assert found.group("field") == "messages[0].content"
    assert TABLE.all[2].pattern.search("so max_tokens. is large") is None
