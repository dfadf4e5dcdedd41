from __future__ import annotations

import pytest

from solvent.console import refusals
from solvent.console.csrf import Refusal
from solvent.console.site import Problem


def every(lang: str) -> list[Problem]:
    return [
        *(refusals.csrf(refusal, lang) for refusal in Refusal),
        *(refusals.missing(what, lang) for what in ("paste", "case", "rule", "page")),
        refusals.not_a_form(lang),
        refusals.broken_form(lang),
        refusals.feedback(lang),
        *(refusals.paste(raw, lang)[1] for raw in (None, "", "x" * 300_000, "\x00")),
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_says_what_happened_and_the_next_step(lang: str) -> None:
    for problem in every(lang):
        assert len(problem.title) > 4
        assert len(problem.text) > 15
        assert "%(" not in problem.text


def test_the_status_follows_from_the_text() -> None:
    assert [refusals.paste(raw, "en")[0] for raw in (None, " ", "x" * 300_000, "余额不足" * 25_000, "\x00")] == [400, 400, 413, 413, 400]
    assert "256 KiB" in refusals.paste("x" * 300_000, "en")[1].text
