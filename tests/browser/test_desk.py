"""A person pastes, reads, answers and comes back, in both languages, on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Keep, Open

pytestmark = pytest.mark.browser

PASTE = (
    '500 {"error":{"type":"<nil>","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing'
    ' to upgrade or purchase credits. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}'
)


def send(page: Page, text: str, button: str) -> None:
    page.locator("#raw").fill(text)
    page.get_by_role("button", name=button).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
@pytest.mark.parametrize(
    ("lang", "button", "summary", "wallet"),
    [
        ("en", "Explain", "The empty account is the relay operator's at Anthropic", "not yours"),
        ("zh", "解释", "空的是中转站在 Anthropic 的账户", "不是你的"),
    ],
)
def test_the_acceptance_case_is_pasted_and_read(
    open_page: Open, keep: Keep, lang: str, button: str, summary: str, wallet: str, *, scripts: bool
) -> None:
    page = open_page(f"/e?lang={lang}", scripts=scripts)
    send(page, PASTE, button)
    page.wait_for_url("**/e/*")
    report = page.locator("main")
    expect(report).to_contain_text(summary)
    expect(report).to_contain_text(wallet)
    expect(report).to_contain_text("20260126100910722614337HsQybcmN")
    expect(report).to_contain_text("402")
    assert page.locator("html").get_attribute("lang") == ("zh-Hans" if lang == "zh" else "en")
    if scripts:
        keep(page, f"paste-{lang}-desk")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_a_phone(open_page: Open, keep: Keep, lang: str, *, dark: bool) -> None:
    page = open_page(f"/e?lang={lang}", width=360, height=800, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep(page, f"desk-{lang}-phone-{'dark' if dark else 'light'}")
    send(page, PASTE, "解释" if lang == "zh" else "Explain")
    page.wait_for_url("**/e/*")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep(page, f"paste-{lang}-phone-{'dark' if dark else 'light'}")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_desk_opens_on_the_solved_case_with_a_dozen_more(open_page: Open, keep: Keep, lang: str) -> None:
    page = open_page(f"/e?lang={lang}")
    solved = page.locator("#solved")
    for word in ("new-api", "Anthropic", "credit balance is too low", "20260126100910722614337HsQybcmN"):
        expect(solved).to_contain_text(word)
    links = page.locator(".examples a")
    assert links.count() >= 12
    keep(page, f"desk-{lang}-desk")
    links.nth(links.count() - 1).click()
    expect(page.locator("#solved")).to_be_visible()


def test_every_example_is_solved(open_page: Open) -> None:
    page = open_page("/e?lang=en")
    addresses = [link.get_attribute("href") or "" for link in page.locator(".examples a").all()]
    for address in addresses:
        page.goto(address)
        expect(page.locator("#solved .summary")).not_to_be_empty()


def test_an_unknown_error_gets_an_honest_page(open_page: Open, keep: Keep) -> None:
    page = open_page("/e?lang=en")
    send(page, "zorblax: the frobnicator reports failure 0xDEADBEEF", "Explain")
    page.wait_for_url("**/e/*")
    expect(page.locator("main")).to_contain_text("not")
    keep(page, "unknown-en-desk")


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
@pytest.mark.parametrize(
    ("lang", "button", "ask", "mark", "said"),
    [
        ("en", "Explain", "Ask a model", "model-assisted, not checked by a person", "Simulated by the sandbox: nobody read the text."),
        ("zh", "解释", "询问模型", "模型辅助，未经人工核对", "模拟的回答：没有人读过这段文本。"),
    ],
)
def test_a_model_is_asked_about_what_nobody_knows(
    open_page: Open, lang: str, button: str, ask: str, mark: str, said: str, *, scripts: bool
) -> None:
    page = open_page(f"/e?lang={lang}", scripts=scripts)
    send(page, f"HTTP 418: the frobnicator {lang} {scripts} failed", button)
    page.get_by_role("button", name=ask).click()
    page.wait_for_url("**answer=*")
    opinion = page.locator("#opinion")
    expect(opinion).to_contain_text(mark)
    expect(opinion).to_contain_text(said)


def test_markup_in_a_paste_stays_text(open_page: Open) -> None:
    page = open_page("/e?lang=en")
    bait = "HTTP 500 <script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'> https://evil.example/ [x](javascript:alert(1)) {{ 7 * 7 }}"
    send(page, bait, "Explain")
    page.wait_for_url("**/e/*")
    assert page.evaluate("window.pwned") is None
    assert page.locator("a[href*='evil.example'], a[href^='javascript:'], main img[src='x']").count() == 0
    expect(page.locator("main")).to_contain_text("{{ 7 * 7 }}")


def test_a_secret_is_gone_and_the_reader_is_told(open_page: Open) -> None:
    page = open_page("/e?lang=en")
    key = "sk-proj-" + "Ab1" * 12
    send(page, f"401 Incorrect API key provided: {key}", "Explain")
    page.wait_for_url("**/e/*")
    expect(page.locator("main")).to_contain_text("removed")
    assert key not in page.content()


def test_feedback_is_taken_and_thanked_for(open_page: Open) -> None:
    page = open_page("/e?lang=en")
    send(page, PASTE, "Explain")
    page.wait_for_url("**/e/*")
    page.locator("#feedback button").first.click()
    expect(page.locator("#feedback")).to_contain_text("Thank you")


def test_a_paste_is_found_again_in_the_lists(open_page: Open) -> None:
    page = open_page("/e?lang=en")
    send(page, PASTE, "Explain")
    page.wait_for_url("**/e/*")
    short = page.url.split("/e/")[1].split("?")[0]
    page.goto("/e/pastes?lang=en")
    expect(page.locator(f"a[href*='{short}']").first).to_be_visible()
    page.goto("/e/cases?lang=en")
    expect(page.locator("main")).to_contain_text("Anthropic account")


def test_the_language_switch_keeps_the_page(open_page: Open) -> None:
    page = open_page("/e?lang=en")
    send(page, PASTE, "Explain")
    page.wait_for_url("**/e/*")
    place = page.url.split("?")[0]
    page.get_by_role("link", name="中文").click()
    assert page.url.split("?")[0] == place
    expect(page.locator("main")).to_contain_text("中转站运营者")


def test_the_theme_button_turns_the_page_dark_and_remembers(open_page: Open) -> None:
    page = open_page("/e?lang=en")
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.get_by_role("button", name="theme").click()
    after = page.evaluate(colour)
    assert after != before
    page.reload()
    assert page.evaluate(colour) == after


WAIT = "Error code: 429 - Rate limit reached for gpt-9 in organization org-1 on requests per min (RPM): Limit 3, Used 3. Please try again in 17s."


@pytest.mark.parametrize(
    ("lang", "button", "counting", "over"),
    [("en", "Explain", "in 1", "it should work again now"), ("zh", "解释", "秒钟后", "现在应该已经恢复")],
)
def test_the_wait_is_counted_down_until_it_is_over(open_page: Open, keep: Keep, lang: str, button: str, counting: str, over: str) -> None:
    page = open_page(f"/e?lang={lang}")
    page.clock.install()
    send(page, WAIT, button)
    page.wait_for_url("**/e/*")
    countdown = page.locator("[data-until]")
    expect(countdown).to_contain_text(counting)
    keep(page, f"wait-{lang}-desk")
    page.clock.fast_forward("01:00")
    expect(countdown).to_have_text(over)
    expect(page.locator("[data-now]")).to_have_text("yes" if lang == "en" else "可以")
