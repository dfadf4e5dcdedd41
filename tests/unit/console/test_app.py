from __future__ import annotations

import re

import pytest

from tests.unit.console.conftest import Visitor

ALL = (
    "/e",
    "/e?example=three-relays",
    "/e?example=unknown",
    "/e?example=traceback&code=curl",
    "/e/pastes",
    "/e/cases",
    "/e/rules/anthropic/credit-balance-too-low",
    "/e/nothing-here",
    "/e/cases/nothing",
    "/e/rules/no/such",
    "/e/a/b/c",
)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("path", ALL)
def test_pages_obey_the_strict_policy(visitor: Visitor, path: str, lang: str) -> None:
    page = visitor.get(f"{path}{'&' if '?' in path else '?'}lang={lang}").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts[-1].startswith('<script src="/e/static/desk.js')
    assert [one for one in scripts if not re.fullmatch(r'<script src="/e/static/[a-z]+\.js\?v=[0-9a-f]{10}">', one)] == []
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert len(re.findall(r"<main[ >]", page)) == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for wanted in re.findall(r'(?:for|aria-labelledby|aria-describedby)="([^"]+)"', page):
        assert set(wanted.split()) <= set(ids)


@pytest.mark.parametrize("path", ALL)
def test_every_link_keeps_the_language(visitor: Visitor, path: str) -> None:
    page = visitor.get(f"{path}{'&' if '?' in path else '?'}lang=zh").text
    addresses = re.findall(r'<a [^>]*href="(/e[^"]*)"', page)
    assert addresses
    for address in addresses:
        if not address.startswith("/e/static/"):
            assert "lang=zh" in address or "lang=en" in address
    english = [address for address in addresses if "lang=en" in address]
    assert len(english) == 1, "only the switch leads to the other language"


@pytest.mark.parametrize("path", ALL)
def test_a_chinese_page_says_so_and_an_english_one_has_no_chinese_of_ours(visitor: Visitor, path: str) -> None:
    joint = "&" if "?" in path else "?"
    assert '<html lang="zh-Hans">' in visitor.get(f"{path}{joint}lang=zh").text
    english = visitor.get(f"{path}{joint}lang=en").text
    assert '<html lang="en">' in english
    ours = re.sub(r"<pre.*?</pre>|<blockquote.*?</blockquote>|<a [^>]*lang=\"zh-Hans\".*?</a>", "", english, flags=re.DOTALL)
    assert re.findall(r"[一-鿿]+", ours) == []


def test_outside_links_are_those_of_the_catalogue(visitor: Visitor) -> None:
    known = {link.address for party in visitor.site.catalogue.parties.values() for link in party.links}
    known |= {rule.source.address for rule in visitor.site.catalogue.rules.values()}
    for path in ALL:
        for address in re.findall(r'href="([a-z]+:[^"]*)"', visitor.get(path).text):
            assert address.replace("&amp;", "&") in known


def test_the_slash_at_the_end_is_forgiven(visitor: Visitor) -> None:
    answer = visitor.get("/e/")
    assert (answer.status, answer.headers["location"]) == (307, "/e")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html", "text/html; charset=utf-8"),
        ("application/json", "application/problem+json"),
        ("text/markdown", "text/markdown; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("path", ["/e/nothing", "/e/cases/nothing", "/e/rules/no/such", "/e/x/y/z"])
def test_what_is_missing_is_said_in_the_form_that_is_read(visitor: Visitor, path: str, accept: str, kind: str) -> None:
    answer = visitor.get(path, accept=accept)
    assert (answer.status, answer.headers["content-type"]) == (404, kind)
    if accept == "application/json":
        assert answer.json["status"] == 404
        assert answer.json["type"] == "about:blank"
        assert answer.json["title"].startswith("There is no such")
