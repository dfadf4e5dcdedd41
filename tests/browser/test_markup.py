"""Whatever a paste holds stays text: on its page, in its title, its case, the lists, a search and the feed."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_desk import send
from tests.browser.test_filing import EXPLAIN, PERMALINK
from tests.program import Office

pytestmark = pytest.mark.browser

BAITS = {
    "script": "<script>window.pwned = 1</script>",
    "closed": "</pre></textarea></title></main><script>window.pwned = 1</script>",
    "event": "<img src=x onerror='window.pwned = 1'><body onload=window.pwned=1>",
    "svg": "<svg onload=window.pwned=1><animate onbegin=window.pwned=1 attributeName=x></svg>",
    "attribute": "\" autofocus onfocus=window.pwned=1 x=\"' onmouseover='window.pwned=1",
    "link": "[pay here](javascript:window.pwned=1) <a href='javascript:window.pwned=1'>pay</a> javascript:window.pwned=1",
    "frame": "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe><object data=javascript:window.pwned=1></object>",
    "style": "<style>body{display:none}</style><link rel=stylesheet href=https://evil.example/x.css><base href=https://evil.example/>",
    "template": "{{ 7 * 191 }} {% raw %} ${7 * 191} #{7 * 191} <%= 7 * 191 %>",
    "xml": "<![CDATA[ ]]> <!ENTITY x SYSTEM 'file:///etc/passwd'> &lt;script&gt;window.pwned=1&lt;/script&gt;",
    "direction": "\u202egnp.exe\u202c \u2066hidden\u2069 in\u200bsuf\u200dficient",
}
# The marker makes a paste's own words searchable, the rest makes it an error that no rule knows, so that its title is its own words.
LEFT_OUT = "\u202e\u202c\u2066\u2069\u200b\u200d"


def harmless(page: Page) -> None:
    """No element, attribute or address came out of a paste, and nothing ran."""
    assert page.evaluate("window.pwned") is None
    found = page.evaluate(
        """() => Array.from(document.querySelectorAll("*")).filter(node =>
             Array.from(node.attributes).some(one => /^on/i.test(one.name) || /^\\s*javascript:/i.test(one.value) && one.name !== "value")
             || ["IFRAME", "OBJECT", "EMBED", "BASE", "STYLE", "IMG", "ANIMATE"].includes(node.tagName)
             || node.tagName === "SCRIPT" && !node.src.startsWith(location.origin + "/e/static/")
             || node.tagName === "A" && node.href && !node.href.startsWith(location.origin) && node.href.includes("evil")
           ).map(node => node.outerHTML.slice(0, 200))"""
    )
    assert found == []
    assert page.locator("body").is_visible()
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize(("kind", "scripts"), [(kind, True) for kind in BAITS] + [("closed", False)])
def test_a_paste_stays_text_wherever_it_is_shown(open_page: Open, office: Office, kind: str, *, scripts: bool) -> None:
    marker = f"quibblex{kind}{'on' if scripts else 'off'}"
    bait = BAITS[kind]
    # Without scripts nothing could run anyway: there only the elements are looked at, through a page with them.
    page = open_page("/e?lang=en", scripts=scripts)
    send(page, f"zorblax failure: {marker} {bait}", EXPLAIN["en"])
    page.wait_for_url(re.compile(r"/e/[0-9A-Za-z]{8,}\?"))
    address = page.url.split("?")[0]
    look = open_page(f"{address}?lang=en", fails="404")
    for path in (
        address,
        f"{address}?lang=zh",
        "/e/pastes?lang=en",
        "/e/cases?lang=en",
        f"/e/pastes?lang=en&q={marker}",
        f"/e/cases?lang=en&q={marker}",
    ):
        look.goto(path)
        harmless(look)
    look.goto(f"/e/pastes?lang=en&q={marker}")
    expect(look.locator("main .row-title")).to_have_count(1)
    look.goto(f"{address}?lang=en")
    shown = look.locator("main pre.paste").inner_text()
    assert marker in shown
    visible = [word for word in bait.translate(dict.fromkeys(map(ord, LEFT_OUT))).split() if len(word) > 3]
    assert [word for word in visible if word not in shown.translate(dict.fromkeys(map(ord, LEFT_OUT)))] == []
    assert "1337" not in look.locator("main").inner_text()
    case = look.locator("a[href*='/e/cases/']").first.get_attribute("href")
    look.goto(str(case))
    harmless(look)
    with office.client() as client:
        # The feed tells of what a rule matched.
        known = {"raw": f"402 Insufficient Balance {marker} {bait}", "lang": "en", "file": True}
        assert client.post("/api/explain", json=known).status_code == 200
        feed = client.get("/e/feed.xml")
        assert feed.status_code == 200
        items = ET.fromstring(feed.content).findall(".//item")
        assert items
        # Text alone: what is nested in a feed's item is none of the paste's making.
        assert {child.tag for item in items for child in item.iter()} <= {
            "item",
            "title",
            "link",
            "guid",
            "pubDate",
            "description",
            "category",
        }
        assert all((item.findtext("link") or "").startswith("http://127.0.0.1") for item in items)


@pytest.mark.parametrize("kind", BAITS)
def test_what_is_searched_for_stays_text(open_page: Open, kind: str) -> None:
    page = open_page("/e/pastes?lang=en", fails="404")
    page.locator("#q").fill(BAITS[kind][:190])
    page.locator("#q").press("Enter")
    page.wait_for_load_state()
    harmless(page)


@pytest.mark.parametrize("kind", ["closed", "attribute"])
def test_what_is_refused_stays_text(open_page: Open, kind: str) -> None:
    page = open_page("/e?lang=en", scripts=False, fails="403")
    page.locator("#raw").fill(f"429 {BAITS[kind]}")
    # Without scripts the field cannot be changed in the page; a form of another page posts without the token.
    other = open_page("/e?lang=en", fails="403")
    other.evaluate("() => { document.querySelector('[name=csrf]').value = 'stale'; }")
    other.locator("#raw").fill(f"429 {BAITS[kind]}")
    other.evaluate("() => document.querySelector('form.box-form').submit()")
    other.wait_for_load_state()
    expect(other.locator("#raw")).to_have_value(f"429 {BAITS[kind]}")
    harmless(other)


def test_a_reader_goes_all_the_way(open_page: Open) -> None:
    for lang, thanks, search in (("en", "Thank you", "Search"), ("zh", "谢谢", "搜索")):
        for scripts, width, dark in ((True, 1280, False), (False, 390, True)):
            page = open_page(f"/e?lang={lang}", scripts=scripts, width=width, dark=dark)
            marker = f"journey{lang}{width}"
            send(page, f"402 Insufficient Balance {marker}", EXPLAIN[lang])
            page.wait_for_url(PERMALINK if scripts else re.compile(r"/e/[0-9A-Za-z]{8,}\?"))
            place = page.url.split("/e/")[1].split("?")[0]
            page.locator("#feedback button").first.click()
            expect(page.locator("#feedback")).to_contain_text(thanks)
            page.goto(f"/e/pastes?lang={lang}")
            page.locator("#q").fill(marker)
            page.get_by_role("button", name=search).first.click()
            expect(page.locator(f"main a[href*='{place}']")).to_have_count(1)
            page.locator(f"main a[href*='{place}']").click()
            expect(page.locator("main h1")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if scripts else True
