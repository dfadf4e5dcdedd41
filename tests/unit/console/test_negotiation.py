from __future__ import annotations

import pytest

from solvent.console.negotiation import Form, accepted, split


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, Form.HTML),
        ("*/*", Form.HTML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Form.HTML),
        ("application/json", Form.JSON),
        ("application/problem+json", Form.JSON),
        ("application/json;q=0.5, text/markdown", Form.MARKDOWN),
        ("text/markdown;q=0.5, application/json;q=0.9, */*;q=0.1", Form.JSON),
        ("application/json, text/plain, */*", Form.JSON),
        ("application/json;q=0, text/html", Form.HTML),
        ("image/png", Form.HTML),
        ("nonsense;;;", Form.HTML),
    ],
)
def test_the_best_accepted_form(accept: str | None, form: Form) -> None:
    assert accepted(accept) is form


@pytest.mark.parametrize(
    ("name", "parts"),
    [("abc", ("abc", None)), ("abc.md", ("abc", Form.MARKDOWN)), ("abc.json", ("abc", Form.JSON)), ("abc.html", ("abc.html", None))],
)
def test_a_suffix_chooses_the_form(name: str, parts: tuple[str, Form | None]) -> None:
    assert split(name) == parts
