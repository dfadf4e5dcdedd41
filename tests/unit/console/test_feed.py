from __future__ import annotations

from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

from solvent.console.examples import SEED, find
from tests.unit.console.conftest import Visitor

ATOM = "{http://www.w3.org/2005/Atom}"


def channel(visitor: Visitor, query: str = "") -> ET.Element:
    answer = visitor.get(f"/e/feed.xml?lang=en{query}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/rss+xml; charset=utf-8")
    root = ET.fromstring(answer.body)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    found = root.find("channel")
    assert found is not None
    return found


def texts(of: ET.Element, path: str) -> list[str]:
    return [node.text or "" for node in of.findall(path)]


def test_a_feed_holds_what_readers_ask_of_rss(visitor: Visitor) -> None:
    path = visitor.filed(f"{SEED.text} my <private> & words")
    feed = channel(visitor)
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert len(texts(feed, name)) == 1
    assert texts(feed, "item/title") == ["The Anthropic account behind the key has no credit"]
    assert texts(feed, "item/link") == [f"http://localhost:8401{path}?lang=en"]
    assert texts(feed, "item/guid") == [f"http://localhost:8401{path}"]
    assert texts(feed, "item/category") == ["credit_exhausted"]
    assert parsedate_to_datetime(texts(feed, "item/pubDate")[0]).year == 2026
    assert "private" not in visitor.get("/e/feed.xml").text


def test_only_what_is_listed_and_explained_is_in_it(visitor: Visitor, stranger_at_the_desk: Visitor) -> None:
    visitor.filed(find("unknown").text)
    visitor.filed(SEED.text)
    assert len(texts(channel(visitor), "item")) == 1
    assert texts(channel(stranger_at_the_desk), "item") == []


def test_a_feed_has_the_filters_of_the_lists_and_escapes_them(visitor: Visitor) -> None:
    visitor.filed(SEED.text)
    visitor.filed(find("deepseek").text)
    feed = channel(visitor, "&q=credit+%3C%26%01&provider=anthropic")
    assert len(texts(feed, "item")) == 1
    assert texts(feed, "title") == ["Solvent error desk · search: credit <&, provider: Anthropic"]
    assert "provider=anthropic" in texts(feed, "link")[0]
    (own,) = feed.findall(f"{ATOM}link")
    assert (own.get("rel"), (own.get("href") or "").startswith("http://localhost:8401/e/feed.xml?q=credit")) == ("self", True)
    assert texts(channel(visitor, "&category=timeout"), "item") == []


def test_links_begin_with_the_address_for_strangers_where_there_is_one(stranger_at_the_desk: Visitor) -> None:
    assert texts(channel(stranger_at_the_desk), "link") == ["https://errors.example.org/e/pastes?lang=en"]


def test_a_reader_that_has_it_is_told_so(visitor: Visitor) -> None:
    visitor.filed(SEED.text)
    first = visitor.get("/e/feed.xml?lang=en")
    assert visitor.get("/e/feed.xml?lang=en", if_none_match=first.headers["etag"]).status == 304
    visitor.filed(SEED.text)
    assert visitor.get("/e/feed.xml?lang=en", if_none_match=first.headers["etag"]).status == 200


def test_a_feed_speaks_the_readers_language(visitor: Visitor) -> None:
    visitor.filed(SEED.text)
    text = visitor.get("/e/feed.xml?lang=zh").text
    assert "<language>zh-cn</language>" in text
    assert "余额耗尽" in text
