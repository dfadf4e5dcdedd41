"""Which form of a page is wanted: the suffix of its address decides, else the `Accept` header, else HTML."""

from __future__ import annotations

from enum import StrEnum

from solvent.console.language import ranked


class Form(StrEnum):
    """A form that a page can take."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


_SUFFIXES = {".md": Form.MARKDOWN, ".json": Form.JSON}
_TYPES = {
    "text/html": Form.HTML,
    "application/xhtml+xml": Form.HTML,
    "text/*": Form.HTML,
    "*/*": Form.HTML,
    "text/markdown": Form.MARKDOWN,
    "application/json": Form.JSON,
    "application/problem+json": Form.JSON,
    "application/*": Form.JSON,
}


def split(name: str) -> tuple[str, Form | None]:
    """The name without the suffix that chooses a form, and that form; None where there is no such suffix."""
    for suffix, form in _SUFFIXES.items():
        if name.endswith(suffix):
            return name.removesuffix(suffix), form
    return name, None


def accepted(accept: str | None) -> Form:
    """The best form by an `Accept` header; HTML where it names none of ours."""
    for name in ranked(accept or ""):
        if name in _TYPES:
            return _TYPES[name]
    return Form.HTML
