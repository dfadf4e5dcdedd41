from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis import desk, engine
from tests.disguises import matrix, tells


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


def test_no_secret_is_in_the_text_the_verdict_or_the_report_whatever_it_is_wrapped_in() -> None:
    told = []
    for name, paste, core in matrix():
        found = desk.explain(paste, engine.packaged(), "en")
        said = json.dumps(found.verdict.as_json(found.report), ensure_ascii=False)
        told += [name] if tells(found.text, core) or tells(said, core) else []
    assert told == []


def test_a_secret_in_the_middle_of_a_long_paste_is_found_behind_its_disguise() -> None:
    words = "nothing to see here, go on\n" * 2_000
    found = desk.explain(f"{words} %73k-Ab1cD2eF3gH4iJ5kL6mN7 \\u0062ob@mail.example.com {words}", engine.packaged(), "en")
    assert dict(found.struck) == {"key": 1, "e-mail": 1}
    assert "mN7" not in found.text
