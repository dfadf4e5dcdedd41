"""A real Chromium against the running program; everything here is skipped where no Chromium can be had."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import ROOT
from tests.program import Office, running

ARTIFACTS = ROOT / "artifacts"
# Quiet flags: the browser must not look for its maker's services from a test.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Open = Callable[..., Page]
Keep = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path is not None:
            return path
    pytest.skip("no chromium on the PATH (Debian: apt-get install chromium fonts-noto-cjk)")


@pytest.fixture(scope="module")  # its loop must end before other tests run theirs
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with running(tmp_path_factory.mktemp("browser"), "demo") as started:
        yield started


@pytest.fixture
def open_page(browser: Browser, office: Office) -> Iterator[Open]:
    """Opens a path of the desk in a fresh window; a script error or a refused script fails the test.

    `fails` is a piece of what the browser may complain about: a load that the test itself makes fail.
    """
    complaints: list[str] = []
    contexts = []

    def opened(
        path: str,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        scripts: bool = True,
        locale: str = "en-GB",
        fails: str | None = None,
    ) -> Page:
        context = browser.new_context(
            base_url=office.address,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            locale=locale,
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type == "error" and (fails is None or fails not in message.text) else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keeps a screenshot of the whole page under `artifacts/`."""

    def kept(page: Page, name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)

    return kept


def artifact(name: str) -> Path:
    return ARTIFACTS / f"{name}.png"
