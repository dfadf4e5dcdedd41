"""Everything that the public desk answers, asked for everything that it must not tell.

Private data is seeded with words that stand nowhere else; then every route of the public application, every link on its pages and every
known name is called with every parameter and in every form, and none of the words may come back.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from msgspec.structs import replace
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from solvent.adapters.store.database import database_url, open_database
from solvent.bootstrap.config import Config
from solvent.bootstrap.parts import Parts, Secrets, build_public_app, join
from solvent.cases.life import Event
from solvent.ledger.journal import AttemptTold, Outcome
from solvent.model.filters import Filters
from solvent.office.guard import Guard
from solvent.operations.attempts import FailedAttempts
from solvent.operations.cases import Opened
from solvent.settings import Settings
from tests.asgi import Answer, call
from tests.books import done
from tests.conftest import ROOT

pytestmark = pytest.mark.anyio
KEPT = Secrets("zz-adm1n-t0ken", b"zz form secret of the test", b"p" * 32)
ADMIN = {"authorization": f"Bearer {KEPT.admin_token}", "cookie": "solvent_session=zz"}
DRY = "Your credit balance is too low to access the Anthropic API."
FAILED = AttemptTold(
    "zz-account",
    "zz-model",
    400,
    Outcome.NONE,
    12,
    ("zz-upstream-id",),
    "credit_exhausted",
    "anthropic/credit-balance-too-low",
    "own_provider_account",
    "anthropic",
    f"400 {DRY} zz-words-of-the-upstream",
)
UNKNOWN = AttemptTold("zz-account", "zz-model", 418, Outcome.NONE, 12, (), "other", "", "none", "", "418 zz-words that nobody knows")
QUERIES = {
    "lang": ("zh", "en", "xx"),
    "after": ("", "x", "AAAA"),
    "code": ("curl",),
    "example": ("unknown",),
    "source": ("gateway", "paste"),
    "q": ("zz", "402", "strange", "yy"),
    "view": ("operator",),
    "unlisted": ("1",),
    "listed": ("0",),
    "state": ("resolved", "processing"),
    "provider": ("anthropic",),
    "category": ("other", "credit_exhausted"),
    "wallet": ("none",),
    "case_id": ("*",),
    "id": ("*",),
    "page": ("1",),
    "limit": ("100",),
    "sort": ("count",),
    "via": ("new-api", "zz-account"),
    "rule": ("none", "anthropic/credit-balance-too-low"),
    "since": ("2020-01-01",),
    "until": ("2030-01-01",),
    "matched": ("0", "no"),
    "language": ("en",),
    "feedback": ("corrected",),
    "words": ("zz",),
    "account": ("zz-account",),
    "next": ("/keys",),
    "v": ("1",),
    "token": ("zz",),
    "filed": ("zz",),
    "done": ("deleted",),
}
# Whatever else a page asks for is tried with a few words.
ASKED = {
    name
    for path in (ROOT / "src" / "solvent" / "console").glob("*.py")
    for name in re.findall(r'query_params(?:\.get\(|\[)"(\w+)"', path.read_text(encoding="utf-8"))
} | {field.name for field in fields(Filters)}
QUERIES |= dict.fromkeys(ASKED - QUERIES.keys(), ("zz", "1"))
LINK = re.compile(r'(?:href|action|src)="([^"]+)"|<(?:link|id|loc)>([^<]+)<')


@dataclass
class Seeded:
    """What is in the store: what may be told, and the names of what may not."""

    app: ASGIApp
    shown: Opened
    unlisted: Opened
    private: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def routes(self) -> Iterator[Route]:
        assert isinstance(self.app, Guard)
        assert isinstance(self.app._app, Router)
        for route in self.app._app.routes:
            assert isinstance(route, Route)
            yield route

    def paths(self) -> Iterator[str]:
        """Every route with every name that somebody could know of."""
        ids = [*self.private, self.unlisted.occurrence.id, self.shown.occurrence.id]
        names = [f"{name}{suffix}" for name in (*ids, *self.cases, "nobody") for suffix in ("", ".md", ".json", ".xml", ".html")]
        for route in self.routes():
            if "{" not in route.path:
                yield route.path
            elif "{id}" in route.path:
                yield from (route.path.replace("{id}", name) for name in names)
            elif route.path == "/e/rules/{provider}/{rule}":
                yield from ("/e/rules/anthropic/credit-balance-too-low", "/e/rules/zz/zz")
            else:
                yield from (re.sub(r"\{[^}]+\}", name, route.path) for name in ("desk.css", "sign-in", "api/keys", "metrics", *ids))
        yield from ("/", "/keys", "/requests", "/accounts", "/occurrences", "/api/occurrences", "/api/cases", "/api/keys", "/metrics")


@pytest.fixture
async def seeded(tmp_path: Path) -> AsyncIterator[Seeded]:
    database = await open_database(database_url("sqlite:///solvent.db", tmp_path))
    parts: Parts = join(database, Config(None, {"ANTHROPIC_API_KEY": "sk-zz"}), tmp_path, KEPT, "http://127.0.0.1:8400")
    parts.config.settings = Settings(desk_public=True, desk_posts_per_minute=10_000_000, desk_reads_per_minute=10_000_000)
    store, desk = parts.desk._store, parts.desk
    public = desk.for_strangers()
    record = replace(done("zz-request", "zz-key"), attempts=(FAILED, UNKNOWN))
    assert await FailedAttempts(store, KEPT.pepper).file([record]) == 2
    mine = [
        await desk.file(f"500 {DRY} zz-paste of the operator", "en"),
        await desk.file("418 zz-strange and unexplained", "en"),
        await desk.file("402 Insufficient Balance zz-through-the-api", "en", source="api"),
    ]
    shown = await public.file(f"400 {DRY}", "en", listed=True)
    unlisted = await public.file("402 Insufficient Balance yy-unlisted", "en")
    for opened in (*mine, shown, unlisted):
        await desk.give_feedback(opened.occurrence.id, "corrected", "zz-correction")
    await store.happen(shown.occurrence.case_id, Event.RESOLVED)
    everything = (await desk.everything(limit=100, after=None)).items
    private = [item.id for item, _ in everything if not item.public]
    assert len(private) == 5
    yield Seeded(build_public_app(parts, KEPT), shown, unlisted, private, sorted({case.id for _, case in everything}))
    await database.dispose()


def forbidden(seeded: Seeded, path: str, text: str) -> list[str]:
    """What of the private data stands in an answer. Names that the caller sent may come back."""
    own = seeded.unlisted.occurrence.id
    words = ["zz-account", "zz-model", "zz-upstream", "zz-words", "zz-paste", "zz-strange", "zz-through", "zz-correction", "zz-request"]
    words += ["zz-key", "sk-zz", KEPT.admin_token, *(name for name in seeded.private if name not in path)]
    if own not in path:
        words += ["yy-unlisted", own]
    return [word for word in words if word in text and word not in path]


async def ask(seeded: Seeded, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    answer = await call(seeded.app, method, path, headers=headers, chunks=[body], client="203.0.113.5")
    assert answer.status < 500, f"{method} {path}: {answer.status}"
    assert answer.status != 429
    told = forbidden(seeded, path, answer.text) + forbidden(seeded, path, json.dumps(answer.headers))
    assert told == [], f"{method} {path}"
    return answer


async def crawl(seeded: Seeded, start: list[str], headers: dict[str, str]) -> None:
    """Follows every link of the site from these on."""
    ahead = list(start)
    while ahead:
        path = ahead.pop()
        if path in seeded.seen:
            continue
        seeded.seen.add(path)
        answer = await ask(seeded, "GET", path, headers)
        for one, other in LINK.findall(answer.text):
            parts = urlsplit((one or other).replace("&amp;", "&"))
            if parts.netloc or not parts.path.startswith("/") or parts.path.startswith("/e/rules/"):
                continue
            ahead.append(f"{parts.path}?{parts.query}" if parts.query else parts.path)


@pytest.mark.parametrize(
    "headers", [{"accept": "text/html"}, {"accept": "application/json"} | ADMIN], ids=["a browser", "the operator's own"]
)
async def test_nothing_private_is_told_anywhere(seeded: Seeded, headers: dict[str, str]) -> None:
    paths = list(dict.fromkeys(seeded.paths()))
    await crawl(seeded, paths, headers)
    assert f"/e/{seeded.shown.occurrence.id}" in " ".join(seeded.seen)
    # In its other forms, a page asks for nothing more; of the names that are not there, one stands for all.
    same = {f"/{name}" for name in (*seeded.private[1:], *seeded.cases[1:], "nobody")}
    for path in paths:
        if "." in path or "/static/" in path or any(name in path for name in same):
            continue
        for name, values in QUERIES.items():
            for value in [one for given in values for one in ([seeded.private[0], seeded.cases[0]] if given == "*" else [given])]:
                await ask(seeded, "GET", f"{path}?{urlencode({name: value})}", headers)


async def test_nothing_private_is_changed_or_told_by_posting(seeded: Seeded) -> None:
    before = {name: (await call(seeded.app, "GET", f"/e/{name}")).status for name in seeded.private}
    assert set(before.values()) == {404}
    body = urlencode(
        {"raw": DRY, "feedback": "helped", "token": "zz", "sure": "yes", "state": "resolved", "into": seeded.cases[0]}
    ).encode()
    for kind, sent in (("application/x-www-form-urlencoded", body), ("application/json", b'{"raw": "402 zz", "file": false}')):
        for path in dict.fromkeys(seeded.paths()):
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                await ask(seeded, method, path, ADMIN | {"content-type": kind, "origin": "http://localhost:8401"}, sent)
                program = {"content-type": kind}
                if path != f"/e/{seeded.shown.occurrence.id}/feedback":
                    await ask(seeded, method, path, program, sent)


async def test_what_is_counted_and_dated_is_what_the_public_may_see(seeded: Seeded) -> None:
    case_id, shown = seeded.shown.occurrence.case_id, seeded.shown.occurrence
    page = (await call(seeded.app, "GET", f"/e/cases/{case_id}?lang=en", headers={"accept": "text/html"})).text
    assert "once" in page
    assert shown.at.strftime("%Y-%m-%d %H:%M:%S") in page
    told = (await call(seeded.app, "GET", f"/e/{shown.id}.json")).json
    assert (told["case"]["count"], told["case"]["state"]) == (1, "answered")
    others = [name for name in seeded.cases if name != case_id]
    assert [(await call(seeded.app, "GET", f"/e/cases/{name}")).status for name in others] == [404] * len(others)
    listed = (await call(seeded.app, "GET", "/e/cases", headers={"accept": "text/html"})).text
    assert [name for name in seeded.cases if name in listed] == [case_id]
