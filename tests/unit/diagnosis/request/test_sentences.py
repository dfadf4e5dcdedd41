from __future__ import annotations

import pytest

from solvent.diagnosis.request import sentences

GROUPS = {"field", "sent", "allowed", "min", "max", "got", "name", "unit"}
EVERY = (*sentences.SENTENCES.all, *sentences.HEADS.all)


def test_every_form_is_well_formed() -> None:
    for form in EVERY:
        assert form.hint == form.hint.lower()
        assert set(form.pattern.groupindex) <= GROUPS
        assert form.pattern.groupindex or form.name, form.hint


def test_every_repetition_is_bounded() -> None:
    loose = [
        form.pattern.pattern
        for form in EVERY
        if any(mark in form.pattern.pattern.replace(r"\+", "").replace(r"\*", "") for mark in ("*", "+)", "]+"))
    ]
    assert loose == []


@pytest.mark.parametrize(
    ("text", "hints"),
    [
        ("unsupported parameter: 'x' is not", ["unsupported parameter: "]),
        ("invalid params, x is required", ["invalid params, ", "is required"]),
        ("nothing of the sort", []),
    ],
)
def test_a_text_is_asked_only_for_what_it_holds(text: str, hints: list[str]) -> None:
    assert [form.hint for form, _ in sentences.SENTENCES.fitting(text)] == hints


def test_no_form_is_lost_among_hints_that_hold_each_other() -> None:
    for form in EVERY:
        lower = f"before {form.hint}after"
        assert form in [found for table in (sentences.SENTENCES, sentences.HEADS) for found, _ in table.fitting(lower)]
