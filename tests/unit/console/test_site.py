from __future__ import annotations

import json

from solvent.console.site import href, problem_json, see_other
from tests.unit.console.conftest import Visitor


def test_addresses_keep_the_language_and_escape_their_values() -> None:
    assert href("/e", "zh") == "/e?lang=zh"
    assert href("/e", "zh", after="a&b", code="") == "/e?after=a%26b&lang=zh"


def test_after_a_post_the_language_is_kept_where_it_was_chosen() -> None:
    assert see_other("/e/x", "zh", "#feedback").headers["location"] == "/e/x?lang=zh#feedback"
    assert see_other("/e/x", None).headers["location"] == "/e/x"


def test_problem_details_are_readable() -> None:
    answer = problem_json({"title": "余额"}, 404, lang="zh")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "余额" in bytes(answer.body).decode()
    assert json.loads(bytes(answer.body)) == {"title": "余额"}


def test_the_switch_shows_the_same_page_in_the_other_language(visitor: Visitor) -> None:
    page = visitor.get("/e?example=deepseek&lang=zh").text
    assert 'href="/e?example=deepseek&amp;lang=en" lang="en"' in page
    assert 'aria-current="true">中文</a>' in page


def test_the_language_of_a_page_by_its_header(visitor: Visitor) -> None:
    answer = visitor.get("/e", accept_language="zh-CN,zh;q=0.9")
    assert answer.headers["content-language"] == "zh-Hans"
    assert "Accept-Language" in answer.headers["vary"]
    assert visitor.get("/e?lang=en", accept_language="zh-CN").headers["content-language"] == "en"


def test_a_page_names_its_one_address_in_each_language(visitor: Visitor, stranger_at_the_desk: Visitor) -> None:
    page = stranger_at_the_desk.get("/e?example=unknown&code=curl&lang=zh").text
    assert '<link rel="canonical" href="https://errors.example.org/e?lang=zh">' in page
    assert '<link rel="alternate" hreflang="en" href="https://errors.example.org/e?lang=en">' in page
    assert '<link rel="canonical" href="/e?lang=en">' in visitor.get("/e?lang=en").text
    assert "canonical" not in visitor.get("/e/nothing-here").text
