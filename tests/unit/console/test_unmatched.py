from __future__ import annotations

import asyncio
import tomllib
from html import unescape

import pytest

from solvent.console.examples import SEED
from solvent.console.site import PAGE_LENGTH
from solvent.model.occurrence import Case
from solvent.operations.cases import Opened
from tests.unit.console.conftest import Operator, text_of

ODD = "HTTP 418: the frobnicator {} of the house failed"


def filed(operator: Operator, *texts: str) -> list[Opened]:
    async def file_all() -> list[Opened]:
        return [await operator.house.operations.desk.file(text, "en") for text in texts]

    return asyncio.run(file_all())


@pytest.mark.parametrize(("lang", "words"), [("en", "Every error so far has its rule"), ("zh", "目前每个错误都有规则解释")])
def test_where_all_is_explained_the_page_says_so(operator: Operator, lang: str, words: str) -> None:
    filed(operator, SEED.text)
    assert words in operator.get(f"/unmatched?lang={lang}").text


def test_the_most_frequent_comes_first_and_what_a_rule_decides_is_not_there(operator: Operator) -> None:
    filed(operator, "HTTP 418: the gizmo of the house broke down", ODD.format(1), ODD.format(2), SEED.text)
    seen = text_of(operator.get("/unmatched?lang=en").text)
    assert seen.index("2× seen 2 times http <n>: the frobnicator <n>".replace("<", "&lt;").replace(">", "&gt;")) < seen.index("gizmo")
    assert "Anthropic" not in seen


def test_the_list_goes_on(operator: Operator) -> None:
    words = [f"{one}{other}" for one in "abcdef" for other in "ghijk"]
    filed(operator, *(f"HTTP 418: the {word} of the house broke down" for word in words))
    page = operator.get("/unmatched?lang=en").text
    assert page.count('class="row counted"') == PAGE_LENGTH
    more = page.partition('class="button" href="')[2].partition('"')[0]
    assert operator.get(unescape(more)).text.count('class="row counted"') == len(words) - PAGE_LENGTH


def test_a_rule_that_explains_it_by_now_is_named(operator: Operator) -> None:
    (one,) = filed(operator, SEED.text)
    store, case = operator.house.cases, one.case
    store._cases[case.id] = Case(**{name: getattr(case, name) for name in Case.__slots__} | {"rule": None})
    page = operator.get("/unmatched?lang=en").text
    assert "A rule explains it by now:" in text_of(page)
    assert 'href="/e/rules/anthropic/credit-balance-too-low?lang=en"' in page


@pytest.mark.parametrize(("lang", "words"), [("en", "Readers doubt these reports"), ("zh", "读者对这些报告有疑问")])
def test_what_readers_doubt_stands_above(operator: Operator, lang: str, words: str) -> None:
    one, other, third = filed(operator, SEED.text, ODD.format(3), "402 Insufficient Balance")
    desk = operator.house.operations.desk
    asyncio.run(desk.give_feedback(one.occurrence.id, "corrected", "it was the proxy"))
    asyncio.run(desk.give_feedback(third.occurrence.id, "helped"))
    page = operator.get(f"/unmatched?lang={lang}").text
    above = page.partition("<ol")[0]
    assert words in above
    assert f"/e/cases/{one.case.id}" in above
    assert f"/e/cases/{third.case.id}" not in above
    assert f"/unmatched/{other.case.id}" in page


def test_the_draft_is_whole_and_marks_what_is_missing(operator: Operator) -> None:
    one, *_ = filed(operator, ODD.format(7))
    page = operator.get(f"/unmatched/{one.case.id}?lang=en").text
    toml = unescape(page.partition('id="draft"')[2].partition(">")[2].partition("</pre>")[0])
    data = tomllib.loads(toml)
    assert data["match"][0]["text"] == [r"http\s+\S{1,40}:\s+the\s+frobnicator\s+\S{1,40}\s+of\s+the\s+house\s+failed"]
    assert data["source"]["address"].startswith("FILL_IN")
    assert "errors/generic/FILL_IN.toml" in page
    assert ODD.format(7) in page, "the text that it was made from"


def test_words_from_outside_stay_text(operator: Operator) -> None:
    bait = "HTTP 418: the <script>alert(1)</script> of the house failed"
    one, *_ = filed(operator, bait)
    for path in ("/unmatched", f"/unmatched/{one.case.id}"):
        assert "<script>alert" not in operator.get(path).text


def test_nobody_else_sees_it(operator: Operator) -> None:
    one, *_ = filed(operator, ODD.format(7))
    assert operator.get("/unmatched/nobody").status == 404
    operator.cookie = ""
    for path in ("/unmatched", f"/unmatched/{one.case.id}"):
        assert operator.get(path).headers["location"].startswith("/sign-in")
