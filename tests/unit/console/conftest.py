"""A desk with the packaged catalogue and a store in memory, and a browser and a program that call it."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from solvent.adapters.memory import MemoryCaseStore
from solvent.catalogue.load import Catalogue, packaged
from solvent.console.app import operator_pages, pages
from solvent.console.csrf import Csrf
from solvent.console.session import COOKIE, Session
from solvent.console.site import Site
from solvent.diagnosis.engine import Engine
from solvent.operations.cases import Desk
from tests import asgi
from tests.conftest import FixedClock
from tests.unit.console.operator_fakes import House

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SAME_ORIGIN = {"origin": "http://localhost:8401", "sec-fetch-site": "same-origin"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Visitor:
    """Calls the pages. `get` reads as a browser, `post` files as a program does, `submit` as a browser does, token and all."""

    def __init__(self, app: Starlette, site: Site) -> None:
        self.app = app
        self.site = site

    def get(self, path: str, **headers: str) -> asgi.Answer:
        return asyncio.run(
            asgi.call(self.app, path=path, headers=HTML | {name.replace("_", "-"): value for name, value in headers.items()})
        )

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> asgi.Answer:
        return self.send(path, urlencode(fields).encode(), FORM | (headers or {}))

    def submit(self, path: str, fields: dict[str, str]) -> asgi.Answer:
        return self.post(path, {"csrf": self.site.csrf.token()} | fields, SAME_ORIGIN)

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> asgi.Answer:
        return asyncio.run(asgi.call(self.app, "POST", path, headers=headers, chunks=[body]))

    def filed(self, raw: str, lang: str = "en") -> str:
        """Files a text and returns the path of its page."""
        answer = self.post("/e", {"raw": raw, "lang": lang})
        assert answer.status == 303, answer.text
        return answer.headers["location"].partition("?")[0]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return packaged()


@pytest.fixture(scope="session")
def packaged_engine(catalogue: Catalogue) -> Engine:
    return Engine(catalogue)


@pytest.fixture
def desk(packaged_engine: Engine, clock: FixedClock) -> Desk:
    ticks = iter(range(0, 10**12, 2_100_000))
    return Desk(packaged_engine, MemoryCaseStore(), clock, random.Random(7).randbytes, lambda: next(ticks))


@pytest.fixture
def visitor(desk: Desk) -> Visitor:
    csrf = Csrf(b"a secret of the test, 32 bytes long")
    return Visitor(Starlette(routes=pages(desk, csrf)), Site(desk, csrf))


@pytest.fixture
def stranger_at_the_desk(desk: Desk) -> Visitor:
    """A visitor of the public desk over the same store."""
    public, csrf = desk.for_strangers(), Csrf(b"another secret of the test, 32 bytes")
    routes = pages(public, csrf, public_url="https://errors.example.org")
    return Visitor(Starlette(routes=routes), Site(public, csrf, "https://errors.example.org"))


TOKEN = "the admin token of the test"


class Operator:
    """A browser at the console. It holds the cookie that it was given and sends forms as their pages have them."""

    def __init__(self, app: Starlette, house: House, csrf: Csrf, session: Session) -> None:
        self.app = app
        self.house = house
        self.csrf = csrf
        self.session = session
        self.cookie = ""

    def get(self, path: str, **headers: str) -> asgi.Answer:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> asgi.Answer:
        """Posts exactly these fields."""
        return self.send("POST", path, urlencode(fields).encode(), FORM | SAME_ORIGIN | (headers or {}))

    def submit(self, path: str, fields: dict[str, str], lang: str = "en", once: str = "0" * 32) -> asgi.Answer:
        """Posts as a page of this session would."""
        token = self.csrf.token(self.session.read(self.cookie) or "")
        return self.post(path, {"csrf": token, "lang": lang, "once": once} | fields)

    def sign_in(self, token: str = TOKEN, **fields: str) -> asgi.Answer:
        answer = self.post("/sign-in", {"csrf": self.csrf.token(), "token": token, "lang": "en"} | fields)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]
        return answer

    def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> asgi.Answer:
        given = HTML | ({"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}) | (headers or {})
        return asyncio.run(asgi.call(self.app, method, path, headers=given, chunks=[body]))


class Seconds:
    """The seconds of sessions and forms; they pass only when a test says so."""

    now_s = 1_800_000_000


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def house(packaged_engine: Engine, clock: FixedClock, random_bytes: Callable[[int], bytes]) -> House:
    cases = MemoryCaseStore()
    ticks = iter(range(0, 10**12, 2_100_000))
    return House(Desk(packaged_engine, cases, clock, random_bytes, lambda: next(ticks)), cases, clock, random_bytes)


@pytest.fixture
def stranger(house: House, seconds: Seconds, random_bytes: Callable[[int], bytes]) -> Operator:
    """Somebody at the console who is not signed in."""
    secret = b"a secret of the test, 32 bytes long"
    csrf = Csrf(secret, now_s=lambda: seconds.now_s)
    session = Session(secret, TOKEN, random_bytes=random_bytes, now_s=lambda: seconds.now_s)
    routes = [*operator_pages(house.operations, session, csrf), *pages(house.operations.desk, csrf, console=True)]
    return Operator(Starlette(routes=routes), house, csrf, session)


@pytest.fixture
def operator(stranger: Operator) -> Operator:
    """Somebody who is signed in."""
    assert stranger.sign_in().status == 303
    return stranger


def text_of(html: str) -> str:
    """What a reader sees of a page, roughly."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
