from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec import structs
from starlette.types import ASGIApp

from solvent.adapters.memory import MemoryCaseStore
from solvent.adapters.store.database import database_url, open_database
from solvent.bootstrap.config import Config
from solvent.bootstrap.parts import Parts, Secrets, build_app, build_public_app, complain, incident, join
from solvent.bootstrap.stage import ModelStage
from solvent.diagnosis.engine import Engine
from solvent.ledger.journal import AttemptTold, HoldVoided, Outcome
from solvent.model.verdict import Wallet
from solvent.office.guard import BODY_BYTES_MAX
from solvent.operations.assistance import Assistance, Conditions
from solvent.operations.cases import Desk
from solvent.settings import Address, Settings
from solvent.settings import Assistance as Wanted
from tests import small
from tests.asgi import call
from tests.books import done
from tests.books import opened as books
from tests.conftest import FixedClock
from tests.opinions import OpinionRows, Scripted

pytestmark = pytest.mark.anyio
SECRET = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
ADMIN = {"authorization": "Bearer adm1n-t0ken"}
KEPT = Secrets("adm1n-t0ken", b"form-secret of the test", b"p" * 32)
Build = Callable[..., Awaitable[ASGIApp]]


class FailingStore(MemoryCaseStore):
    """A store whose disk is full."""

    async def file(self, occurrence: Any, case: Any) -> Any:
        raise OSError(f"no room for {occurrence.text} and {case.template}")


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    database = await open_database(database_url("sqlite:///solvent.db", tmp_path))
    yield join(database, Config(None, {"ANTHROPIC_API_KEY": "sk-a"}), tmp_path, KEPT, "http://127.0.0.1:8400")
    await database.dispose()


@pytest.fixture
def build(parts: Parts, small_engine: Engine, clock: FixedClock, random_bytes: Callable[[int], bytes]) -> Build:
    async def built(settings: Settings = Settings(), store: MemoryCaseStore | None = None) -> ASGIApp:  # noqa: B008 - a frozen value
        parts.config.settings = settings
        desk = Desk(small_engine, store or MemoryCaseStore(), clock, random_bytes, lambda: 0)
        return build_app(replace(parts, desk=desk), KEPT, "http://127.0.0.1:8400")

    return built


@pytest.mark.parametrize("path", ["/e", "/e/cases"])
async def test_the_pages_of_the_desk_are_there(build: Build, path: str) -> None:
    answer = await call(await build(), "GET", path, headers={"accept": "text/html"})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-frame-options"] == "DENY"


async def test_the_api_is_there_behind_its_token(build: Build) -> None:
    body = b'{"raw": "HTTP 402: your acme balance is empty"}'
    assert (await call(await build(), "POST", "/api/explain", headers=JSON, chunks=[body])).json["rule"] == "acme/no-credit"
    wrong = JSON | {"authorization": "Bearer wrong"}
    assert (await call(await build(), "POST", "/api/explain", headers=wrong, chunks=[body])).status == 401
    right = JSON | {"authorization": "Bearer adm1n-t0ken"}
    assert (await call(await build(), "POST", "/api/explain", headers=right, chunks=[body])).status == 200


async def test_what_is_filed_through_the_api_has_its_page(build: Build) -> None:
    app = await build()
    filed = await call(app, "POST", "/api/explain", headers=JSON, chunks=[b'{"raw": "HTTP 402: your acme balance is empty", "file": true}'])
    page = await call(app, "GET", filed.json["url"], headers={"accept": "text/html"})
    assert page.status == 200
    assert small.NO_CREDIT in page.text


@pytest.mark.parametrize("path", ["/nothing", "/e/rules/none/such", "/e/nobody.json", "/e/cases/nobody"])
async def test_what_is_not_there_is_404(build: Build, path: str) -> None:
    assert (await call(await build(), "GET", path)).status == 404


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
async def test_the_office_answers_to_its_own_names(build: Build, settings: Settings, host: str, status: int) -> None:
    assert (await call(await build(settings), "GET", "/e", headers={"host": host})).status == status


async def test_links_to_a_public_address_begin_with_it(build: Build) -> None:
    app = await build(Settings(office_public_url="https://desk.example.org"))
    filed = await call(app, "POST", "/api/explain", headers=JSON, chunks=[b'{"raw": "HTTP 402: your acme balance is empty", "file": true}'])
    assert filed.json["url"].startswith("https://desk.example.org/e/")


async def test_the_limits_are_those_of_the_settings(build: Build) -> None:
    app = await build(Settings(desk_posts_per_minute=2, desk_reads_per_minute=4))
    posts = [(await call(app, "POST", "/api/explain", headers=JSON, chunks=[b'{"raw": "HTTP 402"}'])).status for _ in range(2)]
    reads = [(await call(app, "GET", "/e")).status for _ in range(3)]
    assert (posts, reads) == ([200, 429], [200, 200, 429])


async def test_a_failure_inside_is_answered_with_an_incident_id_and_logged_without_the_paste(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'{"raw": "HTTP 418: frobnicator of zhangwei failed", "file": true}'
    with caplog.at_level(logging.INFO):
        answer = await call(await build(store=FailingStore()), "POST", "/api/explain", headers=JSON, chunks=[body])
    assert answer.status == 500
    assert answer.json["title"] == "This page failed, and it is our fault"
    assert "frobnicator" not in answer.text
    assert "incident " in caplog.text
    assert "frobnicator" not in caplog.text


@pytest.mark.parametrize(("path", "headers"), [("/api/explain", JSON), ("/e", FORM)])
async def test_a_body_that_grows_too_large_is_413_on_every_route(build: Build, path: str, headers: dict[str, str]) -> None:
    chunk = b"x" * 65_536
    answer = await call(await build(), "POST", path, headers=headers, chunks=[b"raw=", *[chunk] * (BODY_BYTES_MAX // len(chunk) + 1)])
    assert answer.status == 413


async def test_the_admin_api_and_the_console_are_there_behind_the_token(build: Build) -> None:
    app = await build()
    for path in ("keys", "accounts", "requests", "ledger/balances", "ledger/transfers", "ledger/holds", "cases", "occurrences", "alerts"):
        assert (await call(app, "GET", f"/api/{path}")).status == 401
        assert (await call(app, "GET", f"/api/{path}", headers=ADMIN)).status == 200
    assert (await call(app, "GET", "/api/openapi.json")).status == 200
    assert (await call(app, "GET", "/api/nothing", headers=ADMIN)).status == 404
    page = await call(app, "GET", "/", headers={"accept": "text/html"})
    assert (page.status, "/sign-in" in page.text) == (200, True)


async def test_a_script_with_the_token_may_post_as_often_as_it_likes_and_a_stranger_may_not(build: Build) -> None:
    app = await build(Settings(desk_posts_per_minute=2))
    made = [await call(app, "POST", "/api/keys", headers=ADMIN, chunks=[b'{"name": "app"}']) for _ in range(20)]
    assert {answer.status for answer in made} == {201}
    wrong = [await call(app, "POST", "/api/keys", headers={"authorization": "Bearer wrong"}) for _ in range(3)]
    assert [answer.status for answer in wrong][-1] == 429


async def test_the_parts_keep_one_set_of_books(parts: Parts, tmp_path: Path, clock: FixedClock, capsys: pytest.CaptureFixture[str]) -> None:
    words = "400 error invalid_request_error Your credit balance is too low to access the Anthropic"
    rule = ("credit_exhausted", "anthropic/credit-balance-too-low", "own_provider_account", "anthropic", words)
    failed = AttemptTold("anthropic", "m", 400, Outcome.NONE, 1, ("req_011CZJfsAYkRByi5zB7WN4sq",), *rule)
    async with books(tmp_path, clock) as world:
        world.write([HoldVoided("h", 0), structs.replace(done("r1", ""), attempts=(failed,))])
    await parts.bookkeeper.catch_up()
    assert await parts.requests.get("r1") is not None
    ((occurrence, case),) = (await parts.desk.everything(limit=9, after=None)).items
    assert (occurrence.source, case.count) == ("gateway", 1)
    assert (await parts.accounts.list())[0].tally.errors == 1
    opened = await parts.desk.open(occurrence.id, "en")
    assert opened is not None
    # Our own request id stands beside the upstream's words, and makes nobody a caller of ours.
    assert "solvent request id: r1" in opened.occurrence.text
    assert (opened.explanation.verdict.wallet, opened.explanation.verdict.via) == (Wallet.OWN_PROVIDER_ACCOUNT, ())
    assert "solvent office: journal `worker-1`, segment 1: `void:h` was not folded (hold_unknown)" in capsys.readouterr().err


def test_complaints_go_to_the_programs_errors(capsys: pytest.CaptureFixture[str]) -> None:
    complain("it is so")
    assert capsys.readouterr().err == "solvent office: it is so\n"


def test_incidents_are_not_alike() -> None:
    assert len({incident() for _ in range(9)}) == 9


def test_secrets_show_nothing_of_themselves() -> None:
    assert repr(KEPT) == "Secrets()"


@pytest.fixture
def public(parts: Parts, small_engine: Engine, clock: FixedClock, random_bytes: Callable[[int], bytes]) -> Callable[..., ASGIApp]:
    def built(settings: Settings = Settings(desk_public_url="https://desk.example.org")) -> ASGIApp:  # noqa: B008 - a frozen value
        parts.config.settings = settings
        desk = Desk(small_engine, MemoryCaseStore(), clock, random_bytes, lambda: 0)
        return build_public_app(replace(parts, desk=desk), KEPT)

    return built


async def test_nothing_of_the_operators_is_behind_the_public_desk(public: Callable[..., ASGIApp]) -> None:
    app = public(Settings(desk_posts_per_minute=1_000))
    for headers in ({}, ADMIN):
        for method in ("GET", "POST", "DELETE", "PATCH"):
            for path in ("keys", "accounts", "requests", "cases", "occurrences", "alerts", "openapi.json", "reload", "drills", "nothing"):
                assert (await call(app, method, f"/api/{path}", headers=headers)).status == 404
        for path in ("/sign-in", "/requests", "/keys", "/occurrences", "/metrics", "/accounts/a/topups"):
            assert (await call(app, "GET", path, headers=headers)).status == 404
            assert (await call(app, "POST", path, headers=headers)).status in (404, 405)
        home = await call(app, "GET", "/", headers=headers)
        assert (home.status, home.headers["location"]) == (307, "/e")


async def test_the_public_desk_answers_to_its_own_names_strictly(public: Callable[..., ASGIApp]) -> None:
    settings = Settings(
        desk_public_url="https://desk.example.org", desk_hosts=("errors.example",), office_public_url="https://office.example"
    )
    app = public(settings)
    statuses = [
        (await call(app, "GET", "/e", headers={"host": host})).status
        for host in ("desk.example.org", "errors.example:8402", "192.0.2.1:8402", "localhost", "office.example", "evil.example")
    ]
    assert statuses == [200, 200, 200, 200, 421, 421]
    answer = await call(app, "GET", "/e", headers={"accept": "text/html"})
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert answer.headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in answer.headers


async def test_the_admin_token_lifts_no_limit_at_the_public_desk(public: Callable[..., ASGIApp]) -> None:
    app = public(Settings(desk_posts_per_minute=4, desk_trusted_proxies=("10.0.0.0/8",)))
    body = b'{"raw": "HTTP 402: your acme balance is empty", "file": true}'

    async def post(**more: str) -> int:
        return (await call(app, "POST", "/api/explain", headers=JSON | ADMIN | more, chunks=[body], client="10.0.0.1")).status

    assert [await post() for _ in range(3)] == [200, 200, 429]
    assert await post(**{"x-forwarded-for": "203.0.113.1"}) == 200


async def test_readers_of_either_desk_may_ask_a_model_within_the_limits_of_the_settings(
    parts: Parts, small_engine: Engine, clock: FixedClock, random_bytes: Callable[[int], bytes]
) -> None:
    desk = Desk(small_engine, MemoryCaseStore(), clock, random_bytes, lambda: 0)
    assistance = SimpleNamespace(assistance=Assistance(desk, OpinionRows(), Scripted(), Conditions("tapir", False, 2), clock, random_bytes))
    joined = replace(parts, desk=desk, stage=cast("ModelStage", assistance))
    parts.config.settings = Settings(desk_model=Wanted("tapir", asks_per_minute=1))
    for app in (build_app(joined, KEPT, "http://127.0.0.1:8400"), build_public_app(joined, KEPT)):
        filed = await call(app, "POST", "/e", headers=FORM, chunks=[b"raw=HTTP+418:+the+frobnicator+failed&lang=en"])
        path = filed.headers["location"].partition("?")[0]
        first, second = [await call(app, "POST", f"{path}/opinion", headers=FORM, chunks=[b"lang=en"]) for _ in range(2)]
        assert (first.status, second.status) == (303, 429)
        assert "answer=" in first.headers["location"]
        assert "[desk] model_asks_per_minute" in second.text


@pytest.mark.parametrize(("build", "status"), [(build_public_app, 429), (lambda joined, kept: build_app(joined, kept, "http://x"), 303)])
async def test_only_strangers_have_a_share_of_the_days_questions(
    build: Callable[[Parts, Secrets], ASGIApp],
    status: int,
    parts: Parts,
    small_engine: Engine,
    clock: FixedClock,
    random_bytes: Callable[[int], bytes],
) -> None:
    desk = Desk(small_engine, MemoryCaseStore(), clock, random_bytes, lambda: 0)
    assistance = SimpleNamespace(assistance=Assistance(desk, OpinionRows(), Scripted(), Conditions("tapir", False, 2), clock, random_bytes))
    joined = replace(parts, desk=desk, stage=cast("ModelStage", assistance))
    parts.config.settings = Settings(desk_model=Wanted("tapir", asks_per_minute=60, asks_per_day=1))
    app = build(joined, KEPT)
    filed = await call(app, "POST", "/e", headers=FORM, chunks=[b"raw=HTTP+418:+the+frobnicator+failed&lang=en"])
    path = filed.headers["location"].partition("?")[0]
    asked = [await call(app, "POST", f"{path}/opinion", headers=FORM, chunks=[b"lang=en"]) for _ in range(2)]
    assert [answer.status for answer in asked] == [303, status]
