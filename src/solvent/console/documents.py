"""A report as a file of its own: Markdown for a ticket or a chat, HTML for a mail or an archive."""

from __future__ import annotations

from importlib.resources import files

from markupsafe import Markup

from solvent.catalogue.load import Catalogue
from solvent.console import render
from solvent.diagnosis.desk import Explanation
from solvent.model.opinion import Assisted


def markdown(explanation: Explanation, catalogue: Catalogue, lang: str, assisted: Assisted | None = None) -> str:
    """The report as Markdown, with what a model said beside it. Nothing of either text can become markup: it is fenced or escaped."""
    return render.render("document.md", lang, assisted=assisted, **_values(explanation, catalogue))


def html(explanation: Explanation, catalogue: Catalogue, lang: str) -> str:
    """The report as one HTML page with its style inside and no script."""
    # Our own file, which must not be escaped: `>` is a sign of CSS.
    style = Markup((files("solvent.console") / "static" / "desk.css").read_text(encoding="utf-8"))  # noqa: S704 - see above
    return render.render("document.html", lang, style=style, **_values(explanation, catalogue))


def _values(explanation: Explanation, catalogue: Catalogue) -> dict[str, object]:
    rule = explanation.verdict.rule
    return {
        "text": explanation.text,
        "struck": explanation.struck,
        "verdict": explanation.verdict,
        "report": explanation.report,
        "rule": None if rule is None else catalogue.rules.get(rule),
    }
