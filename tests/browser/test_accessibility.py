"""What axe-core finds on every page of the desk and of the operator: nothing that is critical or serious."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.test_desk import PASTE, send
from tests.browser.test_filing import EXPLAIN, PERMALINK
from tests.program import Office

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
DESK = [
    "/e",
    "/e?example=three-relays",
    "/e/pastes",
    "/e/pastes?q=credit&category=credit_exhausted",
    "/e/pastes?q=nothing-at-all",
    "/e/cases",
    "/e/cases?q=credit",
    "/e/rules/anthropic/credit-balance-too-low",
    "/e/nothing-is-here",
]
OPERATOR = ["/", "/requests", "/keys", "/occurrences", "/occurrences?source=paste", "/opinions", "/e/cases"]


def grave(page: Page) -> list[str]:
    """Findings that keep somebody out, each with the piece of the page that it is about."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{page.url} {finding['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"]
    ]


def opened(page: Page) -> Page:
    """With everything that can be folded open."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    return page


def test_axe_finds_what_is_wrong(open_page: Open) -> None:
    page = open_page("/e?lang=en")
    page.locator("#raw").evaluate("area => { document.querySelector('label[for=raw]').remove(); area.removeAttribute('placeholder'); }")
    assert any("label" in finding for finding in grave(page))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_no_page_of_the_desk_keeps_anybody_out(open_page: Open, lang: str, width: int, *, dark: bool) -> None:
    page = open_page(f"/e?lang={lang}", width=width, dark=dark, fails="404")
    send(page, PASTE, EXPLAIN[lang])
    page.wait_for_url(PERMALINK)
    found = grave(opened(page))
    paste = page.url
    case = page.locator("a[href*='/e/cases/']").first.get_attribute("href")
    delete = page.locator("#deletion-link").get_attribute("href")
    for path in (*DESK, paste, case, delete):
        page.goto(f"{path}{'&' if '?' in str(path) else '?'}lang={lang}")
        found += grave(opened(page))
    assert found == []


@pytest.mark.parametrize("problem", ["empty", "offline"])
def test_a_refusal_keeps_nobody_out(open_page: Open, problem: str) -> None:
    page = open_page("/e?lang=en", fails="4" if problem == "empty" else "ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(problem == "offline")
    send(page, "  ", "Explain")
    page.locator("main .problem").wait_for()
    assert grave(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_no_page_of_the_operator_keeps_anybody_out(open_page: Open, office: Office, lang: str, width: int, *, dark: bool) -> None:
    page = open_page(f"/sign-in?lang={lang}", width=width, dark=dark)
    found = grave(page)
    page.locator("input[name=token]").fill((office.data / "admin-token").read_text().strip())
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()
    for path in OPERATOR:
        page.goto(f"{path}?lang={lang}")
        found += grave(opened(page))
        link = page.locator(f"main a[href^='{path}/']").first if path in ("/requests", "/keys") else None
        if link is not None and link.count():
            page.goto(str(link.get_attribute("href")))
            found += grave(opened(page))
    page.goto(f"/keys?lang={lang}")
    opened(page).locator("input[name=name]").fill("axe")
    page.locator("input[name=name]").press("Enter")
    page.wait_for_load_state()
    found += grave(opened(page))
    assert found == []
