from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from solvent.console.examples import SEED
from tests.asgi import Answer
from tests.unit.console.conftest import Visitor, text_of

LINK = re.compile(r'id="deletion-link" href="([^"]+)"')


def filed(visitor: Visitor, raw: str = SEED.text, lang: str = "en", **fields: str) -> tuple[str, Answer]:
    """Files as the form does; the path of the page without the ticket, and the page as its reader sees it first."""
    answer = visitor.submit("/e", {"raw": raw, "lang": lang} | fields)
    assert answer.status == 303
    where = answer.headers["location"]
    return where.partition("?")[0], visitor.get(where)


def link_of(page: Answer) -> str:
    found = LINK.search(page.text)
    assert found
    return html.unescape(found[1])


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


def path_of(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


@pytest.fixture(params=["office", "public"])
def desk_of(request: pytest.FixtureRequest, visitor: Visitor, stranger_at_the_desk: Visitor) -> Visitor:
    return visitor if request.param == "office" else stranger_at_the_desk


@pytest.mark.parametrize(("lang", "keep"), [("en", "Keep this link: it deletes what you pasted"), ("zh", "请保存这个链接")])
def test_the_link_is_shown_once_right_after_the_filing(desk_of: Visitor, lang: str, keep: str) -> None:
    path, page = filed(desk_of, lang=lang)
    link = link_of(page)
    token = token_of(link)
    assert link.endswith(f"&lang={lang}")
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", token)
    assert urlsplit(link).path == f"{path}/delete"
    assert keep in text_of(page.text)
    assert page.headers["cache-control"] == "no-store"
    # Only the link itself holds the secret: no canonical, language or other link, no form.
    assert page.text.count(token) == 2
    assert "filed=" not in page.text
    for again in (path, f"{path}?lang=zh", f"{path}.md", f"{path}.json"):
        assert token not in desk_of.get(again).text
    assert not LINK.search(desk_of.get(path).text)


def test_the_ticket_is_good_for_one_page_only(desk_of: Visitor) -> None:
    where = desk_of.submit("/e", {"raw": SEED.text, "lang": "en"}).headers["location"]
    ticket = where.partition("?")[2]
    other, _ = filed(desk_of)
    assert not LINK.search(desk_of.get(f"{other}?{ticket}").text)
    assert not LINK.search(desk_of.get(f"{where.partition('?')[0]}.md?{ticket}").text)
    assert LINK.search(desk_of.get(where).text)
    assert not LINK.search(desk_of.get(where).text)


def test_the_public_link_begins_with_the_public_address(visitor: Visitor, stranger_at_the_desk: Visitor) -> None:
    assert link_of(filed(stranger_at_the_desk)[1]).startswith("https://errors.example.org/e/")
    assert link_of(filed(visitor)[1]).startswith("http://localhost:8401/e/")


def test_a_program_finds_the_link_in_the_head_of_its_answer(desk_of: Visitor) -> None:
    answer = desk_of.post("/e", {"raw": SEED.text})
    link = answer.headers["x-solvent-delete-url"]
    assert link.partition("?")[0].endswith(f"{answer.headers['location']}/delete")
    assert answer.headers["cache-control"] == "no-store"
    assert desk_of.get(path_of(link)).status == 200


@pytest.mark.parametrize(
    ("lang", "asks", "done"),
    [
        ("en", "Delete this paste?", "Deleted: its text, its page"),
        ("zh", "删除这条粘贴？", "已删除：原文、页面和所有列表里的条目都没有了。"),
    ],
)
def test_it_asks_and_then_it_is_gone(desk_of: Visitor, lang: str, asks: str, done: str) -> None:
    path, page = filed(desk_of, lang=lang, listed="yes")
    link = path_of(link_of(page))
    name, token = path.rsplit("/", 1)[1], token_of(link)
    case = re.search(r'href="(/e/cases/[^?"]+)', page.text)
    assert case
    asked = desk_of.get(link)
    assert asks in text_of(asked.text)
    assert (asked.headers["referrer-policy"], asked.headers["cache-control"], asked.headers["x-robots-tag"]) == (
        "strict-origin",
        "no-store",
        "noindex",
    )
    assert asked.text.count(token) == 1, "in the form's field and in no link"
    assert "hreflang" not in asked.text
    assert desk_of.get(path).status == 200, "asking does nothing"
    assert name in desk_of.get("/e/pastes").text

    gone = desk_of.submit(f"{path}/delete", {"token": token, "lang": lang})
    assert (gone.status, gone.headers["location"]) == (303, f"/e?done=deleted&lang={lang}#done")
    assert done in text_of(desk_of.get(gone.headers["location"].partition("#")[0]).text)
    for suffix, kind in (("", "text/html"), (".md", "text/markdown"), (".json", "application/problem+json")):
        missing = desk_of.get(f"{path}{suffix}?lang={lang}")
        assert (missing.status, missing.headers["content-type"].partition(";")[0]) == (404, kind)
    assert ("deleted" if lang == "en" else "已被删除") in desk_of.get(f"{path}?lang={lang}").text
    assert desk_of.get(case[1]).status == 404
    for place in ("/e/pastes", "/e/cases"):
        assert name not in desk_of.get(place).text
    assert desk_of.submit(f"{path}/delete", {"token": token, "lang": lang}).status == 404
    assert desk_of.get(link).status == 404


@pytest.mark.parametrize("wrong", ["", "A" * 22, "x" * 4000, "龘"])
@pytest.mark.parametrize(("lang", "words"), [("en", "This link does not delete this paste"), ("zh", "这个链接不能删除这条粘贴")])
def test_another_secret_deletes_nothing_and_is_told_so(desk_of: Visitor, wrong: str, lang: str, words: str) -> None:
    path, _ = filed(desk_of)
    for answer in (
        desk_of.get(f"{path}/delete?token={wrong}&lang={lang}" if wrong.isascii() else f"{path}/delete?lang={lang}"),
        desk_of.submit(f"{path}/delete", {"token": wrong, "lang": lang}),
    ):
        assert answer.status == 403
        assert words in text_of(answer.text)
        assert not wrong or wrong not in answer.text
    assert desk_of.get(path).status == 200


def test_nobody_deletes_by_another_sites_form(desk_of: Visitor) -> None:
    path, page = filed(desk_of)
    fields = {"token": token_of(link_of(page)), "lang": "en"}
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert desk_of.post(f"{path}/delete", fields, foreign).status == 403
    assert desk_of.post(f"{path}/delete", fields, {"sec-fetch-site": "same-origin"}).status == 403, "without the form's own token"
    assert desk_of.send(f"{path}/delete", b"{}", {"content-type": "application/json"}).status == 415
    assert desk_of.get(path).status == 200
    assert desk_of.get("/e/nobody/delete?token=x").status == 404


def test_the_public_desk_deletes_nothing_of_the_office(visitor: Visitor, stranger_at_the_desk: Visitor) -> None:
    path, page = filed(visitor)
    link = path_of(link_of(page))
    assert stranger_at_the_desk.get(link).status == 404
    assert stranger_at_the_desk.submit(f"{path}/delete", {"token": token_of(link)}).status == 404
    assert visitor.get(path).status == 200
