"""A desk with the packaged catalogue and a store in memory, and a browser and a program that call it."""

from __future__ import annotations

import asyncio
import random
import re
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from solvent.adapters.memory import MemoryCaseStore
from solvent.catalogue.load import Catalogue, packaged
from solvent.console.app import pages
from solvent.console.csrf import Csrf
from solvent.console.site import Site
from solvent.diagnosis.engine import Engine
from solvent.operations.cases import Desk
from tests import asgi
from tests.conftest import FixedClock

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
def desk(packaged_engine: Engine) -> Desk:
    ticks = iter(range(0, 10**12, 2_100_000))
    return Desk(packaged_engine, MemoryCaseStore(), FixedClock(), random.Random(7).randbytes, lambda: next(ticks))


@pytest.fixture
def visitor(desk: Desk) -> Visitor:
    csrf = Csrf(b"a secret of the test, 32 bytes long")
    return Visitor(Starlette(routes=pages(desk, csrf)), Site(desk, csrf))


def text_of(html: str) -> str:
    """What a reader sees of a page, roughly."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
