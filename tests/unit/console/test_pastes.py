from __future__ import annotations

import re

import pytest

from solvent.console.examples import SEED, find
from solvent.console.site import PAGE_LENGTH
from tests.unit.console.conftest import Visitor, text_of


def test_an_empty_list_leads_to_the_desk(visitor: Visitor) -> None:
    assert "Nothing here yet." in visitor.get("/e/pastes").text


def test_each_paste_has_its_line_without_its_text(visitor: Visitor) -> None:
    path = visitor.filed(f"{SEED.text} my private words")
    page = visitor.get("/e/pastes?lang=en").text
    assert f'href="{path}?lang=en"' in page
    seen = text_of(page)
    assert path.removeprefix("/e/")[:8] in seen
    assert "The Anthropic account behind the key has no credit" in seen
    assert "answered" in seen
    assert "private words" not in page
    assert "1 paste so far" in seen


def test_what_is_no_error_was_passed_on_by_nobody(visitor: Visitor) -> None:
    visitor.filed("Is it cheaper to use claude code with the Pro plan or with an API key? I write Python two hours a day.")
    seen = text_of(visitor.get("/e/pastes?lang=en").text)
    assert "not an error" in seen
    assert "passed on by Claude Code" not in seen


def test_a_paste_that_nobody_knows_is_listed_by_its_masked_sentence(visitor: Visitor) -> None:
    visitor.filed(find("unknown").text)
    assert "frobnication of stage &lt;n&gt; was declined" in visitor.get("/e/pastes").text


def test_the_list_goes_on_page_by_page(visitor: Visitor) -> None:
    paths = {visitor.filed(SEED.text) for _ in range(PAGE_LENGTH + 3)}
    seen: list[str] = []
    address = "/e/pastes?lang=en"
    while address:
        page = visitor.get(address).text
        seen += re.findall(r'class="row-title" href="(/e/[0-9a-z]{20})\?', page)
        more = re.search(r'class="button" href="([^"]+)"', page)
        address = more.group(1).replace("&amp;", "&") if more else ""
    assert len(seen) == len(paths)
    assert set(seen) == paths


def test_a_broken_cursor_starts_anew(visitor: Visitor) -> None:
    visitor.filed(SEED.text)
    assert visitor.get("/e/pastes?after=%3Cscript%3E").status == 200


def ids(page: str) -> list[str]:
    return re.findall(r'class="row-title" href="(/e/[0-9a-z]{20})\?', page)


def test_a_search_works_without_script_and_its_address_can_be_shared(visitor: Visitor) -> None:
    money, chinese = visitor.filed(f"{SEED.text} gizmo"), visitor.filed("HTTP 500 余额不足，请充值 gizmo")
    page = visitor.get("/e/pastes?lang=en&q=gizmo").text
    assert '<form class="finder" method="get" action="/e/pastes" role="search"' in page
    assert set(ids(page)) == {money, chinese}
    assert "2 pastes found" in page
    assert ids(visitor.get("/e/pastes?lang=zh&q=%E5%85%85%E5%80%BC+gizmo").text) == [chinese]
    assert ids(visitor.get("/e/pastes?lang=en&q=%22gizmo%22+OR+NOT").text) == []


def test_filters_combine_and_each_is_taken_away_by_its_chip(visitor: Visitor) -> None:
    money = visitor.filed(SEED.text)
    visitor.filed(find("deepseek").text)
    page = visitor.get("/e/pastes?lang=en&category=credit_exhausted&provider=anthropic&via=new-api&state=answered").text
    assert ids(page) == [money]
    seen = text_of(page)
    assert "what failed: credit exhausted ×" in seen
    assert "provider: Anthropic ×" in seen
    assert 'href="/e/pastes?category=credit_exhausted&amp;via=new-api&amp;state=answered&amp;lang=en"' in page
    assert 'href="/e/pastes?lang=en">Take all away' in page
    assert '<option value="credit_exhausted" selected>' in page


def test_the_filters_hold_from_page_to_page_and_from_language_to_language(visitor: Visitor) -> None:
    paths = {visitor.filed(f"{SEED.text} gizmo") for _ in range(PAGE_LENGTH + 2)}
    visitor.filed(SEED.text)
    first = visitor.get("/e/pastes?lang=en&q=gizmo&wallet=relay_upstream").text
    more = re.search(r'class="button" href="([^"]+)"', first)
    assert more is not None
    second = visitor.get(more.group(1).replace("&amp;", "&")).text
    assert "q=gizmo" in more.group(1)
    assert {*ids(first), *ids(second)} == paths
    assert f"{len(paths)} pastes found" in second
    assert 'href="/e/pastes?lang=zh&amp;q=gizmo&amp;wallet=relay_upstream"' in first


def test_what_matches_nothing_says_what_to_do(visitor: Visitor) -> None:
    visitor.filed(SEED.text)
    page = visitor.get("/e/pastes?lang=en&q=nowhere&category=timeout").text
    assert "Nothing matches" in page
    assert 'href="/e/cases?q=nowhere&amp;category=timeout&amp;lang=en"' in page
    assert "Nothing here yet" not in page
    assert "没有符合的结果" in visitor.get("/e/pastes?lang=zh&q=nowhere").text


def test_a_form_leaves_no_empty_filters_in_the_address(visitor: Visitor) -> None:
    answer = visitor.get("/e/pastes?lang=zh&q=%E4%BD%99&category=&via=+&since=")
    assert (answer.status, answer.headers["location"]) == (303, "/e/pastes?lang=zh&q=%E4%BD%99")
    assert visitor.get("/e/pastes?q=").headers["location"] == "/e/pastes?"
    assert visitor.get("/e/pastes?").status == 200


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("category=money", "what failed cannot be &#34;money&#34;: choose one of those offered."),
        ("provider=%3Cscript%3E", "provider cannot be &#34;&lt;script&gt;&#34;"),
        ("since=soon", "&#34;soon&#34; is no day"),
        ("since=2026-11-25&until=2026-11-01", "The last day lies before the first one"),
        ("q=%3F%3F", "There is nothing to search for"),
        (f"q={'x' * 300}", "at most 200 characters"),
        ("rule=%00", "rule cannot be"),
    ],
)
def test_a_wrong_value_is_told_in_its_place(visitor: Visitor, query: str, told: str) -> None:
    visitor.filed(SEED.text)
    for path in ("/e/pastes", "/e/cases"):
        answer = visitor.get(f"{path}?lang=en&{query}")
        assert answer.status == 400
        assert told in answer.text
        assert ids(answer.text) == []
    assert visitor.get(f"/e/feed.xml?lang=en&{query}").status == 400


def test_lists_that_are_filtered_lead_to_a_feed_of_the_same(visitor: Visitor) -> None:
    page = visitor.get("/e/pastes?lang=en&category=timeout").text
    assert 'type="application/rss+xml" title="Solvent error desk" href="/e/feed.xml?category=timeout&amp;lang=en"' in page
    assert '<link rel="canonical" href="/e/pastes?lang=en">' in page


def test_strangers_are_offered_no_states_and_no_private_paste(visitor: Visitor, stranger_at_the_desk: Visitor) -> None:
    visitor.filed(f"{SEED.text} gizmo")
    page = stranger_at_the_desk.get("/e/pastes?lang=en&q=gizmo").text
    assert ids(page) == []
    assert 'name="state"' not in page
    assert 'name="state"' in visitor.get("/e/pastes?lang=en").text
