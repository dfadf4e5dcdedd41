from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from solvent.access.ratelimit import Rate
from solvent.base.paste import PASTE_BYTES_MAX
from solvent.office import guard
from solvent.office.forwarded import Forwarded, peer
from solvent.office.guard import BODY_BYTES_MAX, Guard, Limits
from tests.asgi import Answer, call

pytestmark = pytest.mark.anyio
SECOND_NS = 1_000_000_000
SECRET = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3"
STRICT = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=()",
}


async def whole_body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if not message.get("more_body"):
            return body


async def answer_with(send: Send, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain"), *headers]})
    await send({"type": "http.response.body", "body": body})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the length of the body that it was sent."""
    assert scope["type"] == "http"
    await answer_with(send, str(len(await whole_body(receive))).encode())


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError(f"cannot handle {(await whole_body(receive)).decode()} at {scope['path']}")


async def broken_late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ValueError(f"cannot go on at {scope['path']}")


class Now:
    """Nanoseconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns


POSTS, READS = Rate(60, 30), Rate(600, 300)


def guarded(
    app: ASGIApp = echo,
    *,
    posts: Rate = POSTS,
    reads: Rate = READS,
    now_ns: Callable[[], int] = lambda: 0,
    client_of: Callable[[Scope], str] = peer,
    asks: Rate | None = None,
    asks_a_day: Rate | None = None,
) -> Guard:
    return Guard(
        app,
        hosts=frozenset({"localhost", "desk.example.org"}),
        limits=Limits(posts=posts, reads=reads, asks=asks, asks_a_day=asks_a_day, client_of=client_of),
        trusted=lambda authorization: authorization == "Bearer trusted",
        now_ns=now_ns,
        incident=lambda: "inc1dent",
    )


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8401",
        "LOCALHOST:8401",
        "desk.example.org",
        "Desk.Example.Org:443",
        "127.0.0.1",
        "127.0.0.1:8401",
        "192.168.1.7:8401",
        "[::1]",
        "[::1]:8401",
        "[2001:db8::1]:80",
    ],
)
async def test_its_own_names_and_numbers_are_answered(host: str) -> None:
    assert (await call(guarded(), headers={"host": host})).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8401",
        "localhost.evil.example",
        "127.0.0.1.nip.io:8401",
        "127-0-0-1.rebind.example",
        "7f000001.c0a80001.rbndr.us:8401",
        "desk.example.org.evil.example",
        "xdesk.example.org",
        "localhost:8401:80",
        "localhost:8401.evil.example:80",
        "[::1].evil.example",
        "[::1]evil.example:80",
        "2130706433",
        "0x7f000001",
        "127.1",
        "localhost@evil.example",
        "evil.example#localhost",
        "[evil.example]",
        "\xff",
    ],
)
async def test_a_name_that_only_resolves_to_us_is_refused(host: str) -> None:
    answer = await call(guarded(), headers={"host": host})
    assert answer.status == 421
    assert answer.json["status"] == 421
    assert answer.chunks_read == 0


async def test_a_request_without_a_host_is_refused() -> None:
    answered: list[Message] = []

    async def send(message: Message) -> None:
        answered.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read of a request that is refused")

    await guarded()({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send)
    assert answered[0]["status"] == 421


@pytest.mark.parametrize("hosts", [(b"localhost", b"evil.example"), (b"evil.example", b"localhost"), (b"localhost", b"localhost")])
async def test_a_request_with_two_hosts_is_refused_since_readers_differ_in_which_counts(hosts: tuple[bytes, ...]) -> None:
    answered: list[Message] = []

    async def send(message: Message) -> None:
        answered.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read of a request that is refused")

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host) for host in hosts], "client": None}
    await guarded()(scope, receive, send)
    assert answered[0]["status"] == 421


async def test_what_is_not_http_is_passed_through() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def never() -> Message:
        raise AssertionError

    async def unsent(message: Message) -> None:
        raise AssertionError

    await guarded(app)({"type": "lifespan"}, never, unsent)
    assert seen == ["lifespan"]


async def test_a_burst_passes_and_then_the_answer_says_how_long_to_wait() -> None:
    now = Now()
    app = guarded(posts=Rate(60, 2), now_ns=now)
    answers = [await call(app, "POST") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] in ("1", "2")
    assert "`[desk] posts_per_minute`" in answers[2].json["detail"]
    now.ns += int(answers[2].headers["retry-after"]) * SECOND_NS
    assert (await call(app, "POST")).status == 200


async def test_whoever_is_trusted_may_call_as_often_as_a_script_likes_and_uses_up_nobodys_share() -> None:
    app = guarded(posts=Rate(60, 1))
    trusted = {"authorization": "Bearer trusted"}
    assert {(await call(app, "POST", headers=trusted)).status for _ in range(50)} == {200}
    assert [(await call(app, "POST", headers={"authorization": "Bearer other"})).status for _ in range(2)] == [200, 429]
    assert (await call(app, "POST", headers=trusted)).status == 200


@pytest.mark.parametrize(
    ("method", "kind"), [("GET", "reads"), ("HEAD", "reads"), ("POST", "posts"), ("DELETE", "posts"), ("PUT", "posts")]
)
async def test_reading_and_writing_are_counted_apart(method: str, kind: str) -> None:
    app = guarded(posts=Rate(1, 1), reads=Rate(1, 1))
    assert (await call(app, method)).status == 200
    refused = await call(app, method)
    assert refused.status == 429
    assert f"[desk] {kind}_per_minute" in refused.json["detail"]
    assert (await call(app, "POST" if kind == "reads" else "GET")).status == 200


async def test_asking_a_model_has_a_limit_for_the_day_too() -> None:
    now = Now()
    app = guarded(asks=Rate(600, 10), asks_a_day=Rate(2, 2, 1_440), now_ns=now)

    async def ask(client: str = "203.0.113.5") -> Answer:
        return await call(app, "POST", "/e/abc/opinion", client=client)

    asked = [await ask() for _ in range(3)]
    assert [answer.status for answer in asked] == [200, 200, 429]
    assert "[desk] model_asks_per_day" in asked[-1].text
    assert asked[-1].headers["retry-after"] == str(12 * 3_600 + 1)
    assert (await ask("203.0.113.6")).status == 200
    assert (await call(app, "POST", "/e", client="203.0.113.5")).status == 200
    now.ns = 12 * 3_600 * SECOND_NS
    assert [(await ask()).status for _ in range(2)] == [200, 429]


async def test_one_address_asks_one_question_at_a_time() -> None:
    going, asked = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/e/slow/opinion":
            asked.set()
            await going.wait()
        await echo(scope, receive, send)

    app, mine = guarded(slow, asks=Rate(600, 100)), "203.0.113.5"
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        first = tasks.create_task(call(app, "POST", "/e/slow/opinion", client=mine))
        await asked.wait()
        refused = await call(app, "POST", "/e/abc/opinion", client=mine)
        others = [await call(app, "POST", "/e/abc/opinion", client=client) for client in ("203.0.113.6", "127.0.0.1")]
        posted = await call(app, "POST", "/e", client=mine)
        going.set()
    again = await call(app, "POST", "/e/abc/opinion", client=mine)
    assert (refused.status, posted.status, first.result().status, again.status) == (429, 200, 200, 200)
    assert [answer.status for answer in others] == [200, 200]


async def test_asking_a_model_has_a_limit_of_its_own() -> None:
    app = guarded(posts=Rate(60, 60), reads=Rate(60, 60), asks=Rate(2, 2))
    asked = [await call(app, "POST", "/e/abc/opinion") for _ in range(3)]
    assert [answer.status for answer in asked] == [200, 200, 429]
    assert "[desk] model_asks_per_minute" in asked[-1].text
    assert (await call(app, "POST", "/e")).status == 200
    assert (await call(app, "GET", "/e/abc/opinion")).status == 200


async def test_one_address_does_not_use_up_anothers_share() -> None:
    app = guarded(posts=Rate(1, 1))
    assert (await call(app, "POST", client="198.51.100.1")).status == 200
    assert (await call(app, "POST", client="198.51.100.1")).status == 429
    assert (await call(app, "POST", client="198.51.100.2")).status == 200
    assert (await call(app, "POST", client="127.0.0.1")).status == 200


async def test_other_names_of_the_same_neighbour_have_no_share_of_their_own() -> None:
    app = guarded(posts=Rate(1, 1))
    assert (await call(app, "POST", client="127.0.0.1")).status == 200
    assert (await call(app, "POST", client="127.0.1.77")).status == 429
    assert (await call(app, "POST", client="2001:db8:1:2::1")).status == 200
    assert (await call(app, "POST", client="2001:db8:1:2:3:4:5:6")).status == 429
    assert (await call(app, "POST", client="2001:db8:1:3::1")).status == 200


async def test_a_refused_host_costs_nobody_a_token() -> None:
    app = guarded(posts=Rate(1, 1))
    for _ in range(3):
        await call(app, "POST", headers={"host": "evil.example"})
    assert (await call(app, "POST")).status == 200


async def test_the_memory_of_addresses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_ADDRESSES_MAX", 3)
    app = guarded(posts=Rate(1, 1))
    for number in range(10):
        await call(app, "POST", client=f"10.0.0.{number}")
    assert len(app._buckets) == 3
    # The youngest are the ones that are remembered.
    assert (await call(app, "POST", client="10.0.0.9")).status == 429


async def test_the_largest_body_passes_whole() -> None:
    answer = await call(guarded(), "POST", headers={"content-length": str(BODY_BYTES_MAX)}, chunks=[b"x" * BODY_BYTES_MAX])
    assert (answer.status, answer.text) == (200, str(BODY_BYTES_MAX))


async def test_the_largest_paste_fits_into_a_form() -> None:
    # Percent-encoding makes nine bytes of a Chinese character, which is three bytes of the paste.
    assert PASTE_BYTES_MAX * 3 < BODY_BYTES_MAX


async def test_a_body_that_announces_too_much_is_refused_unread() -> None:
    answer = await call(guarded(), "POST", headers={"content-length": str(BODY_BYTES_MAX + 1)}, chunks=[b"x"])
    assert answer.status == 413
    assert answer.chunks_read == 0
    assert f"{PASTE_BYTES_MAX // 1024} KiB" in answer.json["detail"]


@pytest.mark.parametrize(
    "headers", [{"transfer-encoding": "chunked"}, {"content-length": "5"}, {"content-length": "many"}, {"content-length": "-1"}, {}]
)
async def test_a_body_that_grows_too_large_is_stopped_while_it_arrives(headers: dict[str, str]) -> None:
    chunk = b"x" * 65_536
    needed = BODY_BYTES_MAX // len(chunk) + 1
    answer = await call(guarded(), "POST", headers=headers, chunks=[chunk] * 1000)
    assert answer.status == 413
    assert answer.chunks_read == needed


async def test_an_answer_that_has_begun_is_not_followed_by_a_second_one() -> None:
    async def eager(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await whole_body(receive)
        await send({"type": "http.response.body", "body": b"done"})

    answer = await call(guarded(eager), "POST", chunks=[b"x" * BODY_BYTES_MAX, b"x"])
    assert (answer.status, answer.body) == (200, b"")


async def wrong_host() -> Answer:
    return await call(guarded(), headers={"host": "evil.example"})


async def too_many() -> Answer:
    app = guarded(reads=Rate(1, 1))
    await call(app)
    return await call(app)


async def too_large() -> Answer:
    return await call(guarded(), "POST", headers={"content-length": str(BODY_BYTES_MAX + 1)})


async def failed() -> Answer:
    return await call(guarded(broken), "POST", chunks=[b"x"])


async def fine() -> Answer:
    return await call(guarded())


@pytest.mark.parametrize(
    ("ask", "status"),
    [(fine, 200), (wrong_host, 421), (too_many, 429), (too_large, 413), (failed, 500)],
    ids=["fine", "host", "rate", "size", "failure"],
)
async def test_every_answer_carries_the_headers_of_a_strict_site(ask: Callable[[], Awaitable[Answer]], status: int) -> None:
    answer = await ask()
    assert answer.status == status
    assert {name: value for name, value in STRICT.items() if not answer.headers.get(name, "").startswith(value)} == {}
    if status != 200:
        assert int(answer.headers["content-length"]) == len(answer.body)


async def test_a_page_may_tighten_a_header_for_itself() -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await answer_with(send, b"", (b"Referrer-Policy", b"no-referrer"))

    answer = await call(guarded(page))
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"


async def test_a_failure_is_an_honest_answer_with_an_incident_id(caplog: pytest.LogCaptureFixture) -> None:
    answer = await call(guarded(broken), "POST", f"/e/{SECRET}", chunks=[f"paste with {SECRET}".encode()])
    assert answer.status == 500
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "inc1dent" in answer.json["detail"]
    assert SECRET not in answer.text


@pytest.mark.parametrize("app", [broken, broken_late], ids=["before the answer", "after its start"])
async def test_the_log_names_the_incident_and_the_place_but_nothing_of_the_request(app: ASGIApp, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        try:
            await call(guarded(app), "POST", f"/e/{SECRET}?raw={SECRET}", headers={"cookie": SECRET}, chunks=[SECRET.encode()])
        except ValueError:
            assert app is broken_late
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "incident inc1dent: ValueError at tests.unit.office.test_guard:" in caplog.text
    assert SECRET not in caplog.text


async def test_a_failure_after_the_answer_began_cuts_it_off() -> None:
    with pytest.raises(ValueError, match="cannot go on"):
        await call(guarded(broken_late))


@pytest.mark.parametrize(
    ("accept_language", "lang", "title"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh", "这台服务器不用这个名字"),
        ("zh", "zh", "这台服务器不用这个名字"),
        ("ZH-cn", "zh", "这台服务器不用这个名字"),
        ("en-GB,en;q=0.9", "en", "This server does not answer to that name"),
        ("fr", "en", "This server does not answer to that name"),
        ("", "en", "This server does not answer to that name"),
    ],
)
async def test_a_refusal_speaks_the_readers_language(accept_language: str, lang: str, title: str) -> None:
    headers = {"host": "evil.example", "accept-language": accept_language}
    assert (await call(guarded(), headers=headers)).json["title"] == title
    page = await call(guarded(), headers=headers | {"accept": "text/html,*/*"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{lang}">' in page.text
    assert f"<h1>{title}</h1>" in page.text


async def test_the_language_that_an_address_asks_for_goes_before_the_browsers() -> None:
    page = await call(guarded(), path="/e?lang=zh", headers={"host": "evil.example", "accept-language": "en", "accept": "text/html"})
    assert '<html lang="zh">' in page.text


async def test_a_program_gets_problem_details() -> None:
    answer = await call(guarded(), headers={"host": "evil.example", "accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json; charset=utf-8"
    assert set(json.loads(answer.body)) == {"type", "title", "status", "detail"}


async def test_behind_a_proxy_each_reader_has_a_limit_of_their_own_and_nobody_can_leave_it() -> None:
    app = guarded(posts=Rate(60, 2), client_of=Forwarded(["10.0.0.7/32"]))

    async def post(claims: str, client: str = "10.0.0.7") -> int:
        return (await call(app, "POST", headers={"x-forwarded-for": claims}, client=client)).status

    assert [await post("203.0.113.5") for _ in range(3)] == [200, 200, 429]
    assert [await post(f"198.51.100.{number}, 203.0.113.5") for number in range(3)] == [429, 429, 429]
    assert await post("203.0.113.6") == 200
    # Past the proxy, a header moves nobody.
    assert [await post(f"198.51.100.{number}", client="203.0.113.9") for number in range(3)] == [200, 200, 429]


async def test_without_a_trusted_proxy_a_header_moves_nobody() -> None:
    app = guarded(posts=Rate(60, 2))
    statuses = [
        (await call(app, "POST", headers={"x-forwarded-for": f"198.51.100.{number}"}, client="10.0.0.7")).status for number in range(3)
    ]
    assert statuses == [200, 200, 429]
