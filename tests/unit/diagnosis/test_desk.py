from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis import desk, engine


def test_secrets_are_struck_before_anything_else_sees_the_text() -> None:
    key = "sk-proj-" + "Ab1" * 12
    found = desk.explain(f"Incorrect API key provided: {key}. mail joe@example.com", engine.packaged(), "en")
    assert dict(found.struck) == {"key": 1, "e-mail": 1}
    assert key not in found.text
    assert key not in str(found.verdict.as_json(found.report))
    assert found.verdict.category.value == "auth_invalid"


@pytest.mark.parametrize("lang", ["en", "zh"])
@given(text=st.text(max_size=200))
def test_any_text_gets_a_whole_report(lang: str, text: str) -> None:
    found = desk.explain(text, engine.packaged(), lang).report
    assert found.title
    assert found.summary
    assert found.solution


@pytest.mark.parametrize("text", ["", " ", "{}", "[]", "\x1b[0m", "402", "(request id: )"])
def test_texts_that_say_next_to_nothing_are_explained_too(text: str) -> None:
    assert desk.explain(text, engine.packaged(), "zh").report.summary
