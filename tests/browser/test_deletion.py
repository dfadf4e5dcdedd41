"""Whoever pasted something takes it away again with the link that was shown once, with scripts and without."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import Keep, Open
from tests.browser.test_desk import PASTE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("scripts", "lang", "explain", "delete"), [(True, "en", "Explain", "Delete it for good"), (False, "zh", "解释这个错误", "永久删除")]
)
def test_the_link_deletes_and_no_request_tells_where_its_reader_came_from(
    open_page: Open,
    keep: Keep,
    scripts: bool,  # noqa: FBT001 - a table's column
    lang: str,
    explain: str,
    delete: str,
) -> None:
    page = open_page(f"/e?lang={lang}", width=390, dark=not scripts, scripts=scripts, fails="404")
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - a method of a list takes no mark of the library's
    page.locator("#raw").fill(PASTE)
    page.get_by_role("button", name=explain).click()
    link = page.locator("#deletion-link")
    expect(link).to_be_visible()
    keep(page, f"deletion-link-{lang}")
    address = link.get_attribute("href") or ""
    (token,) = parse_qs(urlsplit(address).query)["token"]
    assert token not in page.url
    link.click()
    keep(page, f"deletion-{lang}")
    page.get_by_role("button", name=delete).click()
    expect(page.locator("#done")).to_be_visible()
    gone = page.goto(urlsplit(address).path.removesuffix("/delete"))
    assert gone is not None
    assert gone.status == 404
    assert [request.url for request in asked if token in request.headers.get("referer", "")] == []
    named = [request.url for request in asked if token in request.url]
    assert named
    assert all(re.search(r"/delete\?token=", url) for url in named)
