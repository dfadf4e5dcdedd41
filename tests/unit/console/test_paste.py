from __future__ import annotations

import asyncio

import pytest
from starlette.applications import Starlette

from solvent.console.app import pages
from solvent.console.csrf import Csrf
from solvent.console.examples import SEED, find
from solvent.operations.cases import Desk
from tests import asgi
from tests.unit.console.conftest import SAME_ORIGIN, Visitor, text_of

SECRETS = "\nAuthorization: Bearer sk-ant-api03-AbCd1234EfGh5678IjKl9012\nme@example.com"


def test_the_report_has_its_parts(visitor: Visitor) -> None:
    path = visitor.filed(SEED.text + SECRETS)
    seen = text_of(visitor.get(f"{path}?lang=en").text)
    for words in (
        "The empty account is the relay operator",
        "Where it happened",
        "What to do",
        "A message you can send",
        "What it says",
        "Why",
        "Prevent it",
        "In code",
        "2026-01-26 10:09:10 UTC if the server",
        "2026-01-26 02:09:10 UTC if it ran on Beijing time",
        "certainty 97 %",
        "Rules weighed and set aside",
        "1 key, 1 e-mail address removed before this was kept.",
        "Did this help?",
        "explained in 2.1 ms",
        "2026-11-25 12:00:00 UTC",
        "The case: seen once",
    ):
        assert words in seen, words
    assert "sk-ant-api03" not in visitor.get(path).text


def test_the_chinese_report_has_its_parts(visitor: Visitor) -> None:
    seen = text_of(visitor.get(f"{visitor.filed(SEED.text)}?lang=zh").text)
    for words in ("谁的钱包空了", "错误翻译", "原因分析", "解决方案", "预防措施", "可以直接发送的说明", "已解答", "这有帮助吗？"):
        assert words in seen, words


def test_an_unknown_error_is_honest(visitor: Visitor) -> None:
    seen = text_of(visitor.get(visitor.filed(find("unknown").text)).text)
    assert "Not recognised yet" in seen
    assert "The one thing to fetch next" in seen
    assert "What is known, and what is not" in seen
    assert "not about money" not in seen
    assert "open: no rule explains it yet" in seen


def test_problem_details(visitor: Visitor) -> None:
    path = visitor.filed(SEED.text + SECRETS)
    for answer in (visitor.get(f"{path}.json"), visitor.get(path, accept="application/json")):
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json
        assert body["type"] == body["doc_url"] == "/e/rules/anthropic/credit-balance-too-low"
        assert body["status"] == body["http_status_should_be"] == 402
        assert body["detail"] == body["report"]["summary"]
        assert body["instance"] == path
        assert body["wallet"] == "relay_upstream"
        assert body["redacted"] == {"key": 1, "e-mail": 1}
        assert body["case"]["count"] == 1


def test_problem_details_of_an_unknown_error(visitor: Visitor) -> None:
    body = visitor.get(f"{visitor.filed(find('unknown').text)}.json?lang=zh").json
    assert body["type"] == "about:blank"
    assert "status" not in body
    assert body["report"]["lang"] == "zh"


def test_addresses_are_absolute_where_a_public_one_is_set(desk: Desk) -> None:
    app = Starlette(routes=pages(desk, Csrf(b"x" * 32), public_url="https://desk.example/"))
    opened = asyncio.run(desk.file(SEED.text, "en"))
    body = asyncio.run(asgi.call(app, path=f"/e/{opened.occurrence.id}.json")).json
    assert body["type"] == "https://desk.example/e/rules/anthropic/credit-balance-too-low"
    assert body["instance"] == f"https://desk.example/e/{opened.occurrence.id}"


def test_markdown(visitor: Visitor) -> None:
    path = visitor.filed(SEED.text + SECRETS)
    for answer in (visitor.get(f"{path}.md?lang=en"), visitor.get(f"{path}?lang=en", accept="text/markdown")):
        assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
        assert answer.text.startswith("# The Anthropic account behind the key has no credit\n")
        assert "1 key, 1 e-mail address removed." in answer.text


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("suffix", "accept"), [(".md", "text/html"), ("", "text/markdown"), (".json", "text/html"), ("", "application/json")]
)
def test_the_suffix_goes_before_the_header_and_the_language_is_told(visitor: Visitor, suffix: str, accept: str, lang: str) -> None:
    answer = visitor.get(f"{visitor.filed(SEED.text)}{suffix}?lang={lang}", accept=accept)
    wanted = "text/markdown" if "md" in suffix or "markdown" in accept else "application/problem+json"
    assert answer.headers["content-type"].partition(";")[0] == wanted
    assert answer.headers["content-language"] == {"en": "en", "zh": "zh-Hans"}[lang]
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))
    assert ("空的是中转站" in answer.text) is (lang == "zh")


@pytest.mark.parametrize(("suffix", "status"), [("", 404), (".md", 404), (".json", 404)])
def test_a_missing_paste(visitor: Visitor, suffix: str, status: int) -> None:
    assert visitor.get(f"/e/00000000000000000000{suffix}").status == status


def test_feedback_from_a_browser(visitor: Visitor) -> None:
    path = visitor.filed(SEED.text)
    answer = visitor.submit(f"{path}/feedback", {"feedback": "helped", "lang": "zh"})
    assert (answer.status, answer.headers["location"]) == (303, f"{path}?lang=zh#feedback")
    seen = text_of(visitor.get(f"{path}?lang=en").text)
    assert "Thank you." in seen
    assert "Did this help?" not in seen


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"feedback": "not_helped"}, {}, 303),
        ({"feedback": "great"}, {}, 400),
        ({}, {}, 400),
        ({"feedback": "helped"}, SAME_ORIGIN, 403),
        ({"feedback": "helped"}, {"origin": "http://evil.example"}, 403),
        ({"feedback": "helped"}, {"content-type": "text/plain"}, 415),
    ],
)
def test_feedback_that_is_taken_or_not(visitor: Visitor, fields: dict[str, str], headers: dict[str, str], status: int) -> None:
    path = visitor.filed(SEED.text)
    assert visitor.post(f"{path}/feedback", fields, headers).status == status


def test_feedback_on_nothing(visitor: Visitor) -> None:
    assert visitor.post("/e/nothing/feedback", {"feedback": "helped"}).status == 404


def test_a_long_paste_is_folded(visitor: Visitor) -> None:
    page = visitor.get(visitor.filed(SEED.text + "\n" + "at line of a stack\n" * 60)).text
    assert "Show the text" in page


def test_pages_of_pastes_are_private(visitor: Visitor) -> None:
    answer = visitor.get(visitor.filed(SEED.text))
    assert answer.headers["cache-control"] == "private, no-cache"
    assert '<meta name="robots" content="noindex">' in answer.text


def test_the_public_desk_lists_what_its_reader_ticked_and_a_rule_matched(stranger_at_the_desk: Visitor) -> None:
    visitor = stranger_at_the_desk
    known, unknown = "402 Insufficient Balance", "418 the frobnicator of stage 7 failed"
    for raw, fields, listed in ((known, {}, False), (known, {"listed": "yes"}, True), (unknown, {"listed": "yes"}, False)):
        where = visitor.submit("/e", {"raw": raw, "lang": "en"} | fields).headers["location"].partition("?")[0]
        page = visitor.get(f"{where}?lang=en")
        assert ('<meta name="robots" content="noindex">' in page.text) is not listed
        for suffix in ("", ".md", ".json"):
            assert visitor.get(where + suffix).headers.get("x-robots-tag") == (None if listed else "noindex")
        assert ("not listed: only whoever has this address" in page.text) is not listed
        assert (where in visitor.get("/e/pastes").text) is listed
        assert ("/e/cases/" in page.text) is listed
    assert text_of(visitor.get("/e/cases?lang=en").text).count("seen once") == 1


def test_the_box_asks_strangers_alone_whether_to_list(visitor: Visitor, stranger_at_the_desk: Visitor) -> None:
    assert 'name="listed"' not in visitor.get("/e").text
    page = stranger_at_the_desk.get("/e").text
    assert 'type="checkbox" id="listed"' in page
    assert "checked" not in page
    refused = stranger_at_the_desk.submit("/e", {"raw": "", "lang": "en", "listed": "yes"})
    assert (refused.status, "checked" in refused.text) == (400, True)


def test_the_office_lists_whatever_is_pasted_and_tells_no_search_engine(visitor: Visitor) -> None:
    where = visitor.submit("/e", {"raw": "418 the frobnicator failed", "lang": "en"}).headers["location"].partition("?")[0]
    assert where in visitor.get("/e/pastes").text
    page = visitor.get(where)
    assert page.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page.text
    assert "not listed" not in page.text


@pytest.mark.parametrize(
    ("lang", "offer", "thanks"),
    [("en", "It is something else", "Only the operator reads what you wrote"), ("zh", "其实是别的原因", "只有运营者能看到")],
)
def test_a_reader_who_knows_better_may_say_so(visitor: Visitor, lang: str, offer: str, thanks: str) -> None:
    path = visitor.filed(SEED.text)
    page = visitor.get(f"{path}?lang={lang}").text
    assert offer in text_of(page)
    assert page.count('name="feedback"') == 3
    answer = visitor.submit(f"{path}/feedback", {"feedback": "corrected", "correction": "the proxy", "lang": lang})
    assert answer.status == 303
    page = visitor.get(f"{path}?lang={lang}").text
    assert thanks in text_of(page)
    assert "the proxy" not in page
