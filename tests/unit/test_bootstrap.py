from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from solvent import bootstrap
from solvent.adapters.datadir import DataDir
from solvent.adapters.memory import MemoryCaseStore
from solvent.base.errors import StartError
from solvent.bootstrap import Started, build_app
from solvent.diagnosis.engine import Engine
from solvent.office.guard import BODY_BYTES_MAX
from solvent.operations.cases import Desk
from solvent.settings import Address, Settings
from tests import small
from tests.asgi import call
from tests.conftest import FixedClock

pytestmark = pytest.mark.anyio
SECRET = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


class FailingStore(MemoryCaseStore):
    """A store whose disk is full."""

    async def file(self, occurrence: Any, case: Any) -> Any:
        raise OSError(f"no room for {occurrence.text} and {case.template}")


@pytest.fixture
def build(small_engine: Engine, clock: FixedClock, random_bytes: Callable[[int], bytes]) -> Callable[..., ASGIApp]:
    def built(settings: Settings = Settings(), store: MemoryCaseStore | None = None) -> ASGIApp:  # noqa: B008 - a frozen value
        desk = Desk(small_engine, store or MemoryCaseStore(), clock, random_bytes, lambda: 0)
        return build_app(settings, desk, "adm1n-t0ken", b"form-secret")

    return built


@pytest.mark.parametrize("path", ["/e", "/e/cases"])
async def test_the_pages_of_the_desk_are_there(build: Callable[..., ASGIApp], path: str) -> None:
    answer = await call(build(), "GET", path, headers={"accept": "text/html"})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-frame-options"] == "DENY"


async def test_the_api_is_there_behind_its_token(build: Callable[..., ASGIApp]) -> None:
    body = b'{"raw": "HTTP 402: your acme balance is empty"}'
    assert (await call(build(), "POST", "/api/explain", headers=JSON, chunks=[body])).json["rule"] == "acme/no-credit"
    wrong = JSON | {"authorization": "Bearer wrong"}
    assert (await call(build(), "POST", "/api/explain", headers=wrong, chunks=[body])).status == 401
    right = JSON | {"authorization": "Bearer adm1n-t0ken"}
    assert (await call(build(), "POST", "/api/explain", headers=right, chunks=[body])).status == 200


async def test_what_is_filed_through_the_api_has_its_page(build: Callable[..., ASGIApp]) -> None:
    app = build()
    filed = await call(app, "POST", "/api/explain", headers=JSON, chunks=[b'{"raw": "HTTP 402: your acme balance is empty", "file": true}'])
    page = await call(app, "GET", filed.json["url"], headers={"accept": "text/html"})
    assert page.status == 200
    assert small.NO_CREDIT in page.text


@pytest.mark.parametrize("path", ["/nothing", "/e/rules/none/such", "/api/nothing", "/e/nobody.json", "/e/cases/nobody"])
async def test_what_is_not_there_is_404(build: Callable[..., ASGIApp], path: str) -> None:
    assert (await call(build(), "GET", path)).status == 404


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        (Settings(), "localhost:8401", 200),
        (Settings(), "127.0.0.1:8401", 200),
        (Settings(), "desk.example.org", 421),
        (Settings(), "evil.example", 421),
        (Settings(), "", 421),
        (Settings(office_listen=Address("::1", 8401)), "[::1]:8401", 200),
        (Settings(office_public_url="https://Desk.Example.org/base"), "desk.example.org", 200),
        (Settings(office_public_url="https://desk.example.org:8443"), "desk.example.org:8443", 200),
        (Settings(office_public_url="https://desk.example.org"), "evil.example", 421),
    ],
)
async def test_the_office_answers_to_its_own_names(build: Callable[..., ASGIApp], settings: Settings, host: str, status: int) -> None:
    assert (await call(build(settings), "GET", "/e", headers={"host": host})).status == status


async def test_links_to_a_public_address_begin_with_it(build: Callable[..., ASGIApp]) -> None:
    app = build(Settings(office_public_url="https://desk.example.org"))
    filed = await call(app, "POST", "/api/explain", headers=JSON, chunks=[b'{"raw": "HTTP 402: your acme balance is empty", "file": true}'])
    assert filed.json["url"].startswith("https://desk.example.org/e/")


async def test_the_limits_are_those_of_the_settings(build: Callable[..., ASGIApp]) -> None:
    app = build(Settings(desk_posts_per_minute=2, desk_reads_per_minute=4))
    posts = [(await call(app, "POST", "/api/explain", headers=JSON, chunks=[b'{"raw": "HTTP 402"}'])).status for _ in range(2)]
    reads = [(await call(app, "GET", "/e")).status for _ in range(3)]
    assert (posts, reads) == ([200, 429], [200, 200, 429])


async def test_a_failure_inside_is_answered_with_an_incident_id_and_logged_without_the_paste(
    build: Callable[..., ASGIApp], caplog: pytest.LogCaptureFixture
) -> None:
    body = b'{"raw": "HTTP 418: frobnicator of zhangwei failed", "file": true}'
    with caplog.at_level(logging.INFO):
        answer = await call(build(store=FailingStore()), "POST", "/api/explain", headers=JSON, chunks=[body])
    assert answer.status == 500
    assert answer.json["title"] == "This page failed, and it is our fault"
    assert "frobnicator" not in answer.text
    assert "incident " in caplog.text
    assert "frobnicator" not in caplog.text


@pytest.mark.parametrize(("path", "headers"), [("/api/explain", JSON), ("/e", FORM)])
async def test_a_body_that_grows_too_large_is_413_on_every_route(build: Callable[..., ASGIApp], path: str, headers: dict[str, str]) -> None:
    chunk = b"x" * 65_536
    answer = await call(build(), "POST", path, headers=headers, chunks=[b"raw=", *[chunk] * (BODY_BYTES_MAX // len(chunk) + 1)])
    assert answer.status == 413


def test_a_directory_in_use_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    announced: list[Started] = []
    holder = DataDir(tmp_path)
    with pytest.raises(StartError, match="in use"):
        bootstrap.run_office(Settings(), tmp_path, announced.append)
    holder.close()
    assert announced == []
    assert not (tmp_path / "solvent.db").exists()


def test_a_failed_start_frees_the_directory(tmp_path: Path) -> None:
    (tmp_path / "solvent.db").mkdir()
    with pytest.raises(StartError, match="the store cannot be opened"):
        bootstrap.run_office(Settings(), tmp_path, lambda _: None)
    DataDir(tmp_path).close()
