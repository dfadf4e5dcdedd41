"""The running gateway, given what no client and no provider should send: each gets a clear error or a clean close, and every hold its end."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import itertools
import json
import re
import socket
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.gateway import SHOWN_S, Gateway, Key, Sandbox, account, gateway, held_at, model, nano, sandbox
from tests.upstream import Script, Upstream, answer, says, upstream
from tests.waiting import until

# In every prompt: it must be nowhere but in what is sent to the provider.
MARKER = "marmalade-7f3a"
BODY_MAX = 1 << 20
HEAD_MAX = 64 * 1024
SECRET = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3"
OPENAI, ANTHROPIC = "openai", "anthropic"
PATHS = {OPENAI: "/v1/chat/completions", ANTHROPIC: "/v1/messages"}
FAULTS = (
    "garbage",
    "truncate",
    "not-json",
    "error-in-200",
    "gzip",
    "drip=1",
    "close",
    "echo",
    "bad-gateway",
    "no-usage",
    "hang",
    "stall=5",
    "left",
)


def choice(words: str) -> bytes:
    message = {"role": "assistant", "content": words}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    whole = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": usage}
    return json.dumps(whole | {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


def chunk(words: str) -> bytes:
    return b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"%b"}}]}\n\n' % words.encode()


LONG = choice("x" * 6_000_000)
STREAM = "text/event-stream"
BOMB = zlib.compress(b"x" * 70_000_000, wbits=31)
# What the simulated provider never answers, by name: the script, the status that the caller gets and the verdict.
PLAYED: dict[str, tuple[Script, int, str]] = {
    "json-cut": (answer(choice("hello")[:-40]), 502, "server_error"),
    "empty": (answer(b""), 502, "server_error"),
    "html": (answer(b"<html><h1>Welcome to nginx!</h1></html>", "text/html"), 502, "server_error"),
    "nested": (answer(b"[" * 100_000), 502, "server_error"),
    "nested-object": (answer(b'{"choices":' * 100_000), 502, "server_error"),
    "no-object": (answer(b'"hello"'), 502, "server_error"),
    "not-utf-8": (answer(choice("hello").replace(b"hello", b"\xff\xfe")), 502, "server_error"),
    "nothing": (says(), 502, "network"),
    "half-a-head": (says(b"HTTP/1.1 200 OK\r\ncontent-le"), 502, "network"),
    "long-head": (says(b"HTTP/1.1 200 OK\r\nx: " + b"a" * 1_000_000 + b"\r\n\r\n"), 502, "server_error"),
    "bad-chunks": (says(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), 502, "server_error"),
    "no-content": (says(b"HTTP/1.1 204 No Content\r\n\r\n"), 502, "server_error"),
    "elsewhere": (answer(b"", status="302 Found", more="location: http://127.0.0.1:1/\r\n"), 502, "server_error"),
    "odd-status": (answer(b"{}", status="799 Odd"), 502, "server_error"),
    "unknown-coding": (answer(choice("hello"), more="content-encoding: br\r\n"), 502, "server_error"),
    "no-gzip": (answer(choice("hello"), more="content-encoding: gzip\r\n"), 502, "server_error"),
    # As JSON it would depend on how it is cut on its way whether a part of it was sent on before it was too much.
    "bomb": (answer(BOMB, STREAM, more="content-encoding: gzip\r\n"), 502, "server_error"),
    "long-error": (answer(b"x" * 3_000_000, "text/plain", "500 Internal Server Error"), 502, "server_error"),
    "stream-of-nothing": (answer(b"", STREAM), 502, "network"),
    "stream-of-garbage": (answer(b"\x00\xff\x80" * 1_000, STREAM), 502, "network"),
    "stream-of-comments": (answer(b": keep-alive\n\n" * 1_000, STREAM), 502, "network"),
    "tells-the-key": (
        answer(
            json.dumps(
                {"error": {"message": f"Incorrect API key provided: {SECRET}. You sent {MARKER}.", "type": "invalid_request_error"}}
            ).encode(),
            status="401 Unauthorized",
        ),
        503,
        "no_channel",
    ),
    "until-the-end": (says(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + choice("hello")), 200, ""),
    "announced": (
        says(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
        502,
        "server_error",
    ),
    "announced-well": (
        says(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(choice("hello")) + choice("hello"),
            keep=True,
        ),
        200,
        "",
    ),
    "closes-unsaid": (answer(choice("hello"), keep=False), 200, ""),
    "closes-said": (answer(choice("hello"), more="connection: close\r\n", keep=False), 200, ""),
}
BREAKS: dict[str, Script] = {
    "long-json-cut": says(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(LONG), LONG[:-1_000]),
    "stream-cut": says(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n"
        % (len(chunk("hi")), chunk("hi"))
    ),
    "stream-without-end": answer(chunk("hi"), STREAM),
}


@dataclass(frozen=True)
class System:
    """The sandbox, a played upstream and the gateway before both."""

    sandbox: Sandbox
    upstream: Upstream
    gateway: Gateway
    keys: list[Key]


def slug(fault: str) -> str:
    return fault.replace("=", "-")


def config(held: Sandbox, played: Upstream) -> str:
    """One account for each thing that goes wrong, so that what is closed for it stays apart."""
    short = {"hang": 'first_byte_timeout = "300ms"', "stall=5": 'idle_timeout = "300ms"'}
    parts = []
    for dialect, upstream_model in ((OPENAI, "gpt-4o-mini"), (ANTHROPIC, "claude-haiku-4-5")):
        parts += [held_at(held, dialect, dialect), model(dialect, upstream_model, dialect)]
        for kind, fault in itertools.product(("json", "stream"), FAULTS):
            name = f"{dialect}-{kind}-{slug(fault)}"
            parts.append(held_at(held, name, dialect, more=short.get(fault, "")))
            parts.append(model(name, upstream_model, name))
    for name, kind in itertools.product((*PLAYED, *BREAKS), ("json", "stream")):
        parts.append(account(f"{name}-{kind}", "openai-compatible", f"{played.address}/{name}/v1", SECRET))
        parts.append(model(f"{name}-{kind}", "m", f"{name}-{kind}"))
    return "".join(parts)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("bad-input")
    scripts = {name: script for name, (script, _, _) in PLAYED.items()} | BREAKS
    with (
        sandbox(folder) as held,
        upstream(scripts) as played,
        gateway(folder / "gateway", config(held, played), 'max_body = "1MB"') as running,
    ):
        yield System(held, played, running, [])


@pytest.fixture
def key(system: System, request: pytest.FixtureRequest) -> Key:
    made = system.gateway.key(request.node.name[:60])
    system.keys.append(made)
    return made


@pytest.fixture(autouse=True)
def nothing_is_told(system: System) -> Iterator[None]:
    """Whatever a test sends: no traceback, no key and no word of a prompt in what any process prints."""
    yield
    printed = system.gateway.program.printed() + system.sandbox.program.printed()
    assert b"Traceback" not in printed
    assert [word for word in (MARKER, SECRET, *(key.text for key in system.keys)) if word.encode() in printed] == []


@dataclass(frozen=True)
class Answer:
    """What came back. `whole`: its body came to the end that its head names."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    whole: bool = True


def read(connection: socket.socket) -> Answer:
    with contextlib.closing(http.client.HTTPResponse(connection)) as response:
        response.begin()
        try:
            return Answer(response.status, response.headers, response.read())
        except http.client.IncompleteRead as cut:
            return Answer(response.status, response.headers, cut.partial, whole=False)


def connect(system: System) -> socket.socket:
    parts = urlsplit(system.gateway.url)
    assert parts.hostname is not None
    return socket.create_connection((parts.hostname, parts.port or 0), timeout=SHOWN_S)


def send(system: System, data: bytes) -> Answer:
    """The first answer to these bytes."""
    with connect(system) as connection:
        with contextlib.suppress(ConnectionError):  # it may have heard enough before all is sent
            connection.sendall(data)
        return read(connection)


def post(key: str, path: str, body: bytes, **headers: str) -> bytes:
    """A request in bytes; a header that is given empty is left out."""
    said = {"host": "gateway", "x-api-key": key, "content-type": "application/json", "content-length": str(len(body))}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    return (
        "".join((f"POST {path} HTTP/1.1\r\n", *(f"{name}: {value}\r\n" for name, value in said.items() if value), "\r\n")).encode() + body
    )


def question(dialect: str, name: str, words: str = f"say hello, {MARKER}", **more: Any) -> dict[str, Any]:
    limit = {"max_tokens": 200} if dialect == ANTHROPIC else {}
    return {"model": name, **limit, "messages": [{"role": "user", "content": words}], **more}


def ask(system: System, key: Key, dialect: str, name: str, **more: Any) -> Answer:
    return send(system, post(key.text, PATHS[dialect], json.dumps(question(dialect, name, **more)).encode()))


def told(given: Answer, dialect: str) -> str:
    """The message of an error, which has the dialect's shape, ends with our id and tells nothing of the operator's."""
    assert given.headers["content-type"] == "application/json"
    value = json.loads(given.body)
    if dialect == ANTHROPIC:
        assert value["type"] == "error"
    error = value["error"]
    assert isinstance(error["type"], str)
    assert error["type"] != "<nil>"
    message = str(error["message"])
    found = re.search(r" \(solvent request id: (slv-[0-9a-f]+)\)$", message)
    assert found is not None, message
    assert found[1] == given.headers["x-solvent-request-id"]
    assert not [word for word in ("Traceback", "127.0.0.1", SECRET, "solvent.", ".py") if word in message]
    assert ("retry-after" in given.headers) <= ("x-should-retry" not in given.headers)
    return message


def serves(system: System, key: Key) -> None:
    """Whatever came before, the next request is answered."""
    assert ask(system, key, OPENAI, OPENAI).status == 200


# What is no request.

LONG_CHUNKS = b"transfer-encoding: chunked\r\n\r\n10000\r\n" + (b"x" * 65_536 + b"\r\n10000\r\n") * 20
NO_REQUESTS = {
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200, 400),
    "words": (b"hello there\r\n\r\n", 400),
    "no version": (b"POST /v1/messages\r\n\r\n", 505),
    "http/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "no host": (b"POST /v1/messages HTTP/1.1\r\n\r\n", 400),
    "header without a colon": (b"POST /v1/messages HTTP/1.1\r\nhost gateway\r\n\r\n", 400),
    "blank before the colon": (b"POST /v1/messages HTTP/1.1\r\nhost : gateway\r\n\r\n", 400),
    "nul in a header": (b"POST /v1/messages HTTP/1.1\r\nhost: gate\x00way\r\n\r\n", 400),
    "length and coding": (
        b"POST /v1/messages HTTP/1.1\r\nhost: g\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "two lengths": (b"POST /v1/messages HTTP/1.1\r\nhost: g\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}", 400),
    "length below zero": (b"POST /v1/messages HTTP/1.1\r\nhost: g\r\ncontent-length: -2\r\n\r\n{}", 400),
    "length in words": (b"POST /v1/messages HTTP/1.1\r\nhost: g\r\ncontent-length: two\r\n\r\n{}", 400),
    "unknown coding": (b"POST /v1/messages HTTP/1.1\r\nhost: g\r\ntransfer-encoding: gzip\r\n\r\n", 501),
    "bad chunk": (b"POST /v1/messages HTTP/1.1\r\nhost: g\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400),
    "connect": (b"CONNECT api.openai.com:443 HTTP/1.1\r\nhost: api.openai.com\r\n\r\n", 405),
    "long header": (b"POST /v1/messages HTTP/1.1\r\nhost: g\r\nx: " + b"a" * HEAD_MAX * 2 + b"\r\n\r\n", 431),
    "many headers": (b"POST /v1/messages HTTP/1.1\r\nhost: g\r\n" + b"x: y\r\n" * HEAD_MAX + b"\r\n", 431),
    "long path": (b"POST /v1/messages/" + b"a" * HEAD_MAX * 2 + b" HTTP/1.1\r\nhost: g\r\n\r\n", 431),
    "long body": (b"POST /v1/messages HTTP/1.1\r\nhost: g\r\ncontent-length: %d\r\n\r\n" % (BODY_MAX + 1), 413),
    "long chunks of a stranger": (b"POST /v1/messages HTTP/1.1\r\nhost: strangers\r\n" + LONG_CHUNKS, 401),
    "long chunks": (b"POST /v1/messages HTTP/1.1\r\nhost: g\r\n" + LONG_CHUNKS, 413),
}


@pytest.mark.parametrize("name", NO_REQUESTS)
def test_what_is_no_request_gets_its_status_and_the_connection_ends(system: System, key: Key, name: str) -> None:
    data, status = NO_REQUESTS[name]
    data = data.replace(b"\r\nhost: g\r\n", b"\r\nhost: g\r\nx-api-key: %b\r\n" % key.text.encode(), 1)
    with connect(system) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        given = read(connection)
        assert connection.recv(1) == b""
    message = told(given, ANTHROPIC if b"/v1/messages" in data and status in (401, 413, 501) else dialect_of(given))
    assert (given.status, given.headers["connection"]) == (status, "close")
    # What happened, why, and the next step.
    assert "; " in message
    serves(system, key)


def dialect_of(given: Answer) -> str:
    """Where nobody can say which dialect was meant, either will do."""
    return ANTHROPIC if json.loads(given.body).get("type") == "error" else OPENAI


def test_two_requests_in_one_write_are_answered_in_their_order(system: System, key: Key) -> None:
    first, second = (json.dumps(question(OPENAI, OPENAI, f"write {count} words {MARKER}")).encode() for count in (3, 5))
    data = b""
    with connect(system) as connection:
        connection.sendall(post(key.text, PATHS[OPENAI], first) + post(key.text, PATHS[OPENAI], second, connection="close"))
        while part := connection.recv(65_536):
            data += part
    assert data.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert [len(said.split()) for said in re.findall(rb'"content":"([^"]*)"', data)] == [3, 5]


# Requests that cannot be served: the body, the status, and what the message must name.


def in_body(text: bytes) -> bytes:
    return json.dumps(question(ANTHROPIC, ANTHROPIC)).encode().replace(b'"say hello', text, 1)


def bodies() -> dict[str, tuple[bytes, int, str]]:
    good = json.dumps(question(ANTHROPIC, ANTHROPIC)).encode()
    deep = b"[" * 100_000 + b"]" * 100_000
    changed: dict[str, tuple[dict[str, Any], int, str]] = {
        "no model": ({"model": None}, 400, "`model`"),
        "long model": ({"model": "m" * 10_000}, 400, "`model`"),
        "model with a line break": ({"model": "a\r\nx-evil: 1"}, 400, "`model`"),
        "unknown model": ({"model": "no-such-model"}, 404, "`GET /v1/models`"),
        "no limit": ({"max_tokens": None}, 400, "`max_tokens`"),
        "limit too large": ({"max_tokens": 10**30}, 400, "`max_tokens`"),
        "limit in words": ({"max_tokens": "ten"}, 400, "`max_tokens`"),
        "stream in words": ({"stream": "yes"}, 400, "`stream`"),
        "no messages": ({"messages": []}, 400, "`messages`"),
        "messages in words": ({"messages": MARKER}, 400, "`messages`"),
        "remote image": (
            {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "http://x/"}}]}]},
            400,
            r"`messages\[0\]",
        ),
        "paid tool": ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, 400, r"`tools\[0\]`"),
    }
    found = {
        name: (json.dumps(question(ANTHROPIC, ANTHROPIC) | change).encode(), status, words)
        for name, (change, status, words) in changed.items()
    }
    return found | {
        "nothing": (b"", 400, "empty"),
        "a list": (b"[]", 400, "JSON object"),
        "a text": (b'"%b"' % MARKER.encode(), 400, "JSON object"),
        "null": (b"null", 400, "JSON object"),
        "words": (b"model=claude&prompt=" + MARKER.encode(), 400, "no valid JSON"),
        "cut": (good[:-20], 400, "no valid JSON"),
        "two objects": (good + good, 400, "no valid JSON"),
        "not utf-8": (good.replace(b"hello", b"\xff\xfe"), 400, "UTF-8"),
        "utf-16": (good.decode().encode("utf-16"), 400, "JSON"),
        "nan": (good.replace(b"200", b"NaN"), 400, "no valid JSON"),
        "twice": (b'{"model":"other",' + good[1:], 400, "more than once"),
        "brackets": (deep, 400, "JSON"),
        "brackets as messages": (b'{"model":"anthropic","max_tokens":9,"messages":' + deep + b"}", 400, "nested too deeply"),
        "open brackets": (b"[" * 100_000, 400, "JSON"),
        "objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "nested too deeply|JSON"),
    }


BODIES = bodies()


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_cannot_be_served_is_refused_in_the_dialect_with_what_is_wrong(system: System, key: Key, name: str) -> None:
    body, status, words = BODIES[name]
    given = send(system, post(key.text, PATHS[ANTHROPIC], body))
    message = told(given, ANTHROPIC)
    assert given.status == status
    assert re.search(words, message), message
    assert MARKER not in message
    (done,) = system.gateway.of_key(key)
    assert (done["status"], done["attempts"], done["id"]) == (status, [], given.headers["x-solvent-request-id"])
    assert system.gateway.settled(key)["balance_usd"] == "5.00"


@pytest.mark.parametrize("dialect", PATHS)
def test_wrong_types_and_codings_of_bodies_are_refused_and_compressed_ones_read(system: System, key: Key, dialect: str) -> None:
    good = json.dumps(question(dialect, dialect)).encode()
    packed, bomb = gzip.compress(good), gzip.compress(b"x" * 20_000_000)
    table = [
        ({"content_type": "text/plain"}, good, 415, "content-type: application/json"),
        ({"content_type": "multipart/form-data; boundary=x"}, good, 415, "content-type: application/json"),
        ({"content_encoding": "br"}, good, 415, "`br`"),
        ({"content_encoding": "gzip, gzip"}, packed, 415, "gzip, gzip"),
        ({"content_encoding": "gzip"}, good, 400, "no `gzip`"),
        ({"content_encoding": "gzip"}, packed[:-12], 400, "breaks off"),
        ({"content_encoding": "gzip"}, bomb, 413, "`max_body`"),
    ]
    for headers, body, status, words in table:
        given = send(system, post(key.text, PATHS[dialect], body, **headers))
        assert (given.status, words in told(given, dialect)) == (status, True)
    for headers, body in (
        ({"content_type": "application/json; charset=utf-8"}, good),
        ({"content_encoding": "gzip"}, packed),
        ({"content_encoding": "deflate"}, zlib.compress(good)),
        ({"content_encoding": "identity"}, good),
    ):
        assert send(system, post(key.text, PATHS[dialect], body, **headers)).status == 200
    assert {done["status"] for done in system.gateway.of_key(key, 4)} == {200}


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize("text", ["", "sk-slv-nobodyhasthis", "Bearer", "\u00ff\u00fe", "x" * 10_000])
def test_a_missing_or_wrong_key_is_a_401_in_the_dialect_that_does_not_repeat_it(system: System, dialect: str, text: str) -> None:
    body = json.dumps(question(dialect, dialect)).encode()
    for headers in ({"x_api_key": text}, {"x_api_key": "", "authorization": f"Bearer {text}"}):
        data = post("", PATHS[dialect], body, **headers).decode().encode("latin-1")
        given = send(system, data)
        message = told(given, dialect)
        assert (given.status, given.headers["x-should-retry"]) == (401, "false")
        assert len(text) < 7 or text not in message


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/files", 404),
        ("POST", "/v1/batches", 404),
        ("GET", "/v1/organization/users", 404),
        ("GET", "/anthropic/v1/organizations", 404),
        ("GET", "/v1/chat/completions", 405),
        ("DELETE", "/v1/messages", 405),
        ("POST", "/v1/models", 405),
        ("OPTIONS", "*", 404),
        ("GET", "/../../etc/passwd", 404),
    ],
)
def test_a_path_that_is_not_offered_is_refused_in_its_dialect(system: System, key: Key, method: str, path: str, status: int) -> None:
    given = send(system, f"{method} {path} HTTP/1.1\r\nhost: g\r\nx-api-key: {key.text}\r\n\r\n".encode())
    message = told(given, ANTHROPIC if path.startswith(("/v1/messages", "/anthropic")) else OPENAI)
    assert (given.status, "is not offered" in message) == (status, True)


# Clients that go away.


def test_a_client_that_leaves_in_the_middle_of_its_request_leaves_nothing_behind(system: System, key: Key) -> None:
    whole = post(key.text, PATHS[ANTHROPIC], json.dumps(question(ANTHROPIC, ANTHROPIC)).encode())
    for end in (10, whole.index(b"\r\n\r\n"), whole.index(b"\r\n\r\n") + 4, len(whole) - 1):
        for abruptly in (False, True):
            with connect(system) as connection:
                connection.sendall(whole[:end])
                if abruptly:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    serves(system, key)
    # Only the last one is known.
    assert system.gateway.settled(key)["requests"] == 1


@pytest.mark.parametrize("kind", ["json", "stream"])
@pytest.mark.parametrize("dialect", PATHS)
def test_a_client_that_leaves_before_the_answer_stops_the_upstream_and_pays_nothing(
    system: System, key: Key, dialect: str, kind: str
) -> None:
    name = f"{dialect}-{kind}-left"
    system.sandbox.open(f"sk-sandbox-{dialect}-{name}-5.00")
    system.sandbox.faults(f"{dialect}-{name}", "hang*1")
    body = json.dumps(question(dialect, name, stream=kind == "stream")).encode()
    with connect(system) as connection:
        connection.sendall(post(key.text, PATHS[dialect], body))
        until(lambda: system.sandbox.account(f"{dialect}-{name}")["calls"])
    (done,) = system.gateway.of_key(key)
    assert (done["status"], done["cost_usd"], [one["outcome"] for one in done["attempts"]]) == (499, "0.00", ["unknown"])
    assert system.gateway.settled(key)["balance_usd"] == "5.00"


# Providers that misbehave.


@pytest.mark.parametrize("name", PLAYED)
def test_what_a_provider_answers_wrongly_is_one_clear_error_and_its_hold_is_resolved(system: System, key: Key, name: str) -> None:
    _, status, verdict = PLAYED[name]
    both = [ask(system, key, OPENAI, f"{name}-{kind}", stream=kind == "stream") for kind in ("json", "stream")]
    state = system.gateway.settled(key, 2)
    requests = system.gateway.of_key(key, 2)
    assert [done["status"] for done in requests] == [status, status]
    for given in both:
        assert (given.status, given.headers.get("x-solvent-verdict", ""), given.whole) == (status, verdict, True)
        if status == 200:
            assert json.loads(given.body)["choices"][0]["message"]["content"] == "hello"
        else:
            message = told(given, OPENAI)
            assert MARKER not in message
            assert name not in message
    if status == 200:
        # Twice 10 tokens of the prompt at three dollars a million, and 5 of the answer at fifteen.
        assert (state["spent_usd"], {done["cost_source"] for done in requests}) == ("0.00021", {"reported"})
    else:
        assert state["balance_usd"] == "5.00"


@pytest.mark.parametrize("name", BREAKS)
def test_an_answer_that_breaks_after_it_began_never_looks_whole_and_what_came_of_it_is_paid(system: System, key: Key, name: str) -> None:
    stream = name.startswith("stream")
    given = ask(system, key, OPENAI, f"{name}-{'stream' if stream else 'json'}", stream=stream)
    assert given.status == 200
    if stream:
        # The error is the last event, and the body has its proper end.
        assert given.whole
        assert given.body.startswith(chunk("hi") + b'data: {"error":{"message":"The answer breaks off here and is incomplete')
        assert b"[DONE]" not in given.body
    else:
        assert not given.whole
        assert len(given.body) > 4_000_000
    (done,) = system.gateway.of_key(key)
    assert (done["cost_source"], done["attempts"][0]["outcome"]) == ("estimated", "usage")
    assert system.gateway.settled(key)["spent_usd"] == done["cost_usd"]
    # Something, and never more than was held: the whole output that the request allowed.
    assert 0 < nano(done["cost_usd"]) < nano("0.50")


# By fault: the status and the verdict of a JSON answer, then of a stream; 200 is an answer as it should be.
SEEN = {
    "garbage": ((502, "server_error"), (502, "server_error")),
    "truncate": ((502, "network"), (200, "")),
    "not-json": ((502, "server_error"), (502, "server_error")),
    "error-in-200": ((502, "server_error"), (502, "server_error")),
    "gzip": ((200, ""), (200, "")),
    "drip=1": ((200, ""), (200, "")),
    "close": ((200, ""), (200, "")),
    "echo": ((400, "invalid_request"), (400, "invalid_request")),
    "bad-gateway": ((502, "server_error"), (502, "server_error")),
    "no-usage": ((200, ""), (200, "")),
    "hang": ((504, "timeout"), (504, "timeout")),
    "stall=5": ((200, ""), (200, "")),
}
BREAKING = ("truncate", "stall=5")


@pytest.mark.parametrize("fault", SEEN)
@pytest.mark.parametrize("dialect", PATHS)
def test_each_fault_of_the_sandbox_is_what_it_should_be_in_each_dialect(system: System, key: Key, dialect: str, fault: str) -> None:
    asked = [(kind == "stream", f"{dialect}-{kind}-{slug(fault)}") for kind in ("json", "stream")]
    both = []
    for stream, name in asked:
        system.sandbox.open(f"sk-sandbox-{dialect}-{name}-5.00")
        system.sandbox.faults(f"{dialect}-{name}", fault)
        both.append(ask(system, key, dialect, name, stream=stream))
    requests = system.gateway.of_key(key, 2)
    assert nano(system.gateway.settled(key, 2)["spent_usd"]) == sum(nano(done["cost_usd"]) for done in requests)
    for (stream, _), given, done in zip(asked, both, reversed(requests), strict=True):
        # At Anthropic it is an overload, which has a status of its own.
        status, verdict = (529, "overloaded") if (dialect, fault) == (ANTHROPIC, "error-in-200") else SEEN[fault][stream]
        assert (given.status, given.headers.get("x-solvent-verdict", ""), given.whole) == (status, verdict, True)
        broken = stream and fault in BREAKING
        if status != 200:
            # The caller's own words may go back to the caller alone.
            assert (MARKER in told(given, dialect), done["cost_usd"]) == (fault == "echo", "0.00")
            continue
        assert nano(done["cost_usd"]) > 0
        assert done["cost_source"] == ("estimated" if fault == "no-usage" or broken else "reported")
        if stream:
            last = b"message_stop" if dialect == ANTHROPIC else b"[DONE]"
            assert (last in given.body, b"breaks off here" in given.body) == (not broken, broken)


@pytest.mark.parametrize("name", ["closes-unsaid", "closes-said"])
def test_a_provider_that_closes_after_each_answer_serves_one_request_after_the_other(system: System, key: Key, name: str) -> None:
    for _ in range(20):
        assert ask(system, key, OPENAI, f"{name}-json").status == 200
    requests = system.gateway.of_key(key, 20)
    # Where the connection had died unseen the same candidate was dialled anew, and the first try charged to nobody.
    assert {done["attempts"][-1]["outcome"] for done in requests} == {"usage"}
    assert {attempt["account"] for done in requests for attempt in done["attempts"]} == {f"{name}-json"}
    assert system.gateway.settled(key, 20)["spent_usd"] == "0.0021"


def test_what_is_kept_and_shown_of_failures_holds_no_key_and_no_word_of_a_prompt(system: System, key: Key) -> None:
    system.sandbox.open("sk-sandbox-openai-openai-5.00")
    system.sandbox.faults("openai-openai", "echo*1")
    statuses = [ask(system, key, OPENAI, name).status for name in ("tells-the-key-json", OPENAI, OPENAI, "no-such-model")]
    assert statuses == [503, 400, 200, 404]
    wrong, _, _, _ = reversed(system.gateway.of_key(key, 4))
    filed = until(lambda: [one for one in system.gateway.items("/api/occurrences") if one["source"] == "gateway"])
    assert {one["listed"] for one in filed} == {False}
    kept = b"".join(path.read_bytes() for path in system.gateway.data.rglob("*") if path.is_file())
    # It is there, so this looks at the right files.
    assert wrong["id"].encode() in kept
    words = (MARKER, SECRET, SECRET[8:40], "sk-sandbox-", *(key.text for key in system.keys))
    assert [word for word in words if word.encode() in kept] == []
    audit = system.gateway.solvent("audit")
    assert (audit.returncode, audit.stdout, audit.stderr) == (0, "books balance\n", "")
