"""With scripts a report takes the box's place: nothing is loaded anew, and what goes wrong leaves the text where it is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Keep, Open
from tests.browser.test_desk import PASTE, send

pytestmark = pytest.mark.browser

EXPLAIN = {"en": "Explain", "zh": "解释这个错误"}
PERMALINK = re.compile(r"/e/[0-9A-Za-z]{8,}\?lang=(en|zh)$")
FOCUSED = "document.activeElement.tagName"


def marked(page: Page) -> bool:
    """Whether the page is still the one that was marked: a page that loads has no mark."""
    return bool(page.evaluate("window.mark === 1"))


@pytest.mark.parametrize(("lang", "title"), [("en", "The Anthropic account behind the key has no credit"), ("zh", "Anthropic")])
def test_the_report_takes_the_boxs_place(open_page: Open, lang: str, title: str) -> None:
    page = open_page(f"/e?lang={lang}")
    page.evaluate("window.mark = 1")
    send(page, PASTE, EXPLAIN[lang])
    page.wait_for_url(PERMALINK)
    expect(page.locator("main h1")).to_be_focused()
    expect(page).to_have_title(re.compile(title))
    assert marked(page)
    assert page.evaluate("scrollY") == 0
    # The comforts of a page that was loaded are there too.
    expect(page.locator("[data-copy]").first).to_be_visible()
    other = page.locator("nav.languages a:not([aria-current])")
    assert page.url.split("/e/")[1].split("?")[0] in (other.get_attribute("href") or "")
    expect(page.locator("#deletion-link")).to_be_visible()
    shown = page.locator("main .answer").inner_text()
    page.reload()
    assert not marked(page)
    assert page.locator("main .answer").inner_text() == shown
    expect(page.locator("#deletion-link")).to_have_count(0)  # it is shown once, and not to whoever gets the address


def test_back_leads_to_the_box_with_its_text_and_forward_to_the_report(open_page: Open) -> None:
    page = open_page("/e?lang=en")
    page.evaluate("window.mark = 1")
    send(page, PASTE, "Explain")
    page.wait_for_url(PERMALINK)
    page.go_back()
    expect(page.locator("#raw")).to_have_value(PASTE)
    assert page.url.endswith("/e?lang=en")
    page.go_forward()
    expect(page.locator("main")).to_contain_text("20260126100910722614337HsQybcmN")
    page.go_back()
    page.locator("#raw").fill("HTTP 529 overloaded_error: Overloaded")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main h1")).to_contain_text("overloaded")
    assert marked(page)


@pytest.mark.parametrize(("lang", "words"), [("en", "Explaining…"), ("zh", "正在解释…")])
def test_a_reader_is_told_that_it_works_on_it(open_page: Open, keep: Keep, lang: str, words: str) -> None:
    page = open_page(f"/e?lang={lang}")
    held: list[Route] = []
    page.route(re.compile(r"/e\?"), lambda route: held.append(route))  # noqa: PLW0108 - it marks what it is given
    send(page, PASTE, EXPLAIN[lang])
    form = page.locator("form.box-form")
    expect(form).to_have_attribute("aria-busy", "true")
    expect(page.locator("#said")).to_have_text(words)
    expect(form.locator("button")).to_contain_text(words)
    expect(form.locator("button")).to_be_focused()
    page.keyboard.press("Enter")  # a second press sends nothing
    keep(page, f"filing-{lang}-desk")
    assert len(held) == 1
    held[0].continue_()
    page.wait_for_url(PERMALINK)
    expect(page.locator("#said")).to_be_empty()


def told(page: Page, *words: str) -> None:
    """Whether a refusal stands above the box, announced and in focus, and the text is where it was."""
    problem = page.locator("main .problem")
    expect(problem).to_have_count(1)
    for word in words:
        expect(problem).to_contain_text(word)
    expect(problem).to_have_attribute("role", "alert")
    expect(problem).to_be_focused()
    expect(page.locator("form.box-form")).not_to_have_attribute("aria-busy", "true")
    assert page.url.endswith("/e?lang=en") or page.url.endswith("/e?lang=zh")


@pytest.mark.parametrize(("lang", "words"), [("en", "The desk cannot be reached."), ("zh", "连不上求助台。")])
def test_without_a_connection_the_text_stays_and_can_be_sent_again(open_page: Open, keep: Keep, lang: str, words: str) -> None:
    page = open_page(f"/e?lang={lang}", fails="ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    send(page, PASTE, EXPLAIN[lang])
    told(page, words)
    expect(page.locator("#raw")).to_have_value(PASTE)
    keep(page, f"offline-{lang}-desk")
    page.context.set_offline(False)
    page.get_by_role("button", name=EXPLAIN[lang]).click()
    page.wait_for_url(PERMALINK)


def test_too_many_posts_are_told_with_the_wait(open_page: Open) -> None:
    page = open_page("/e?lang=en", fails="429")
    door = "<!doctype html><html><title>x</title><h1>Too many requests from this address</h1><p>Wait 7 s and send it again.</p></html>"
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.headers["accept-language"])
        route.fulfill(status=429, content_type="text/html", body=door)

    page.route(re.compile(r"/e\?"), refuse)
    send(page, PASTE, "Explain")
    told(page, "Too many requests from this address", "Wait 7 s and send it again.")
    assert asked == ["en"]
    expect(page.locator("#raw")).to_have_value(PASTE)


@pytest.mark.parametrize("where", ["here", "the desk", "the door"])
def test_too_much_text_is_told_wherever_it_is_noticed(open_page: Open, where: str) -> None:
    page = open_page("/e?lang=en", fails="413")
    if where != "here":
        page.locator("form.box-form").evaluate("form => { form.dataset.bytesMax = Infinity; }")
    text = "429 too long " * (25_000 if where != "the door" else 100_000)
    page.locator("#raw").evaluate("(area, text) => { area.value = text; }", text)
    page.get_by_role("button", name="Explain").click()
    told(page, "too much text", "256 KiB")
    assert page.locator("#raw").input_value() == text


def test_an_empty_or_stale_form_says_what_to_do(open_page: Open) -> None:
    page = open_page("/e?lang=en", fails="40")
    send(page, "   ", "Explain")
    told(page, "There is nothing to explain.")
    page.locator("[name=csrf]").evaluate("field => { field.value = 'stale'; }")
    send(page, PASTE, "Explain")
    told(page, "This page was open for too long")
    # The refusal brought a new token: the same button works now.
    page.get_by_role("button", name="Explain").click()
    page.wait_for_url(PERMALINK)
