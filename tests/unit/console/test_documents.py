from __future__ import annotations

import re
import subprocess
import sys

import pytest
from markdown_it import MarkdownIt

from solvent.console import documents, examples
from solvent.console.examples import EXAMPLES, Example
from solvent.diagnosis import desk
from solvent.diagnosis.engine import Engine

HOSTILE = (
    "openai.APIError: <img src=x onerror=alert(1)> [click](javascript:alert(1)) ``` | x | `y`\n"
    "````\n# owned\n![p](http://evil.example/p.png) <script>alert(2)</script> http://evil.example\n"
)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.slug)
def test_markdown_of_every_example(packaged_engine: Engine, example: Example, lang: str) -> None:
    explanation = desk.explain(example.text, packaged_engine, lang)
    told = documents.markdown(explanation, packaged_engine.catalogue, lang)
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(told)
    assert html.count("<h1>") == 1
    assert html.count("<table>") == 1
    assert "<ol>" in html
    tags = set(re.findall(r"<([a-z0-9]+)", html))
    assert tags <= {"h1", "h2", "p", "pre", "code", "table", "thead", "tbody", "tr", "th", "td", "ol", "ul", "li", "strong", "a"}
    report = explanation.report
    sources = {item.source.address for item in report.app_steps}
    sources |= {point.source.address for point in report.paid.points if point.source} if report.paid else set()
    links = re.findall(r'<a href="([^"]*)"', html)
    assert len(set(links) - sources) <= 1, "only what was read about the reader's case, and the source of the rule, may be a link"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_markdown_out_of_a_hostile_paste_has_no_markup_of_its_own(packaged_engine: Engine, lang: str) -> None:
    told = documents.markdown(desk.explain(HOSTILE, packaged_engine, lang), packaged_engine.catalogue, lang)
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(told)
    assert not re.search(r"<(?:img|script|b|i)\b", html)
    assert "owned</h1>" not in html
    assert 'href="http://evil' not in html
    assert 'href="javascript' not in html
    assert told.rstrip().endswith("`````"), "the fence is longer than any in the paste"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_stands_alone(packaged_engine: Engine, lang: str) -> None:
    page = documents.html(desk.explain(HOSTILE, packaged_engine, lang), packaged_engine.catalogue, lang)
    assert page.lstrip().startswith("<!doctype html>")
    assert f'<html lang="{"zh-Hans" if lang == "zh" else "en"}">' in page
    assert "<style>" in page
    assert "light-dark(" in page
    assert not re.search(r"<(?:script|img|link|iframe|form)\b", page)
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_the_layers_are_drawn(packaged_engine: Engine) -> None:
    explanation = desk.explain(examples.SEED.text, packaged_engine, "en")
    page = documents.html(explanation, packaged_engine.catalogue, "en")
    assert page.index(">new-api<") < page.index(">Anthropic<")
    assert "the account of the relay (new-api), not yours" in page


def test_no_web_server_is_needed() -> None:
    code = "import sys, solvent.console.documents; sys.exit('starlette' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_was_refused_stands_in_both_forms_as_quotes(packaged_engine: Engine, lang: str) -> None:
    text = "400 Unsupported value: 'temperature' does not support '<b>x|y' with this model. Supported values are: 'a`b', '<i>'."
    explanation = desk.explain(text, packaged_engine, lang)
    assert explanation.verdict.request is not None
    page = documents.html(explanation, packaged_engine.catalogue, lang)
    assert '<code translate="no">temperature</code>' in page
    assert "&lt;b&gt;x|y" in page
    assert not re.search(r"<[bi]>", page)
    told = documents.markdown(explanation, packaged_engine.catalogue, lang)
    assert "`temperature`" in told
    assert "`<b>x|y`" in told
