from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest

from solvent.base.ids import RequestIds
from solvent.edge.app import App, Readiness, decoded
from solvent.edge.server import Server
from solvent.exchange.refusals import Told
from tests.unit.edge.wires import Clock, Wire
from tests.unit.exchange.stage import Stage

pytestmark = pytest.mark.anyio

MESSAGE = {"type": "message", "content": [{"type": "text", "text": "Hi"}], "usage": {"input_tokens": 3, "output_tokens": 4}}
ASKED = {"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


class Got:
    """An answer that came over the wire."""

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = dict(line.split(": ", 1) for line in lines)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def message(self) -> str:
        return str(self.json["error"]["message"])


class Scene:
    """The HTTP surface on a stage."""

    def __init__(self, *, opened: bool = True, readiness: tuple[bool, bool, bool] = (True, True, True), **stage: Any) -> None:
        self.stage = Stage(**stage)
        self.readiness = Readiness(*readiness)
        self.app = App(self.stage.around, RequestIds(lambda n: b"\x07" * n), lambda: self.readiness)
        if opened:
            self.app.gate = self.stage.gate
        self.server = Server(self.app, Clock(), body_bytes_max=lambda: 100_000)
        self.wire = Wire()
        self.connection = self.server.connection()
        self.connection.connection_made(self.wire)

    def send(self, method: str, path: str, body: bytes = b"", /, **headers: str) -> None:
        lines = [f"{method} {path} HTTP/1.1", "host: x", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.connection.data_received("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def take(self) -> bytes:
        """What reached the client."""
        self.connection.flush()
        return self.wire.take()

    def get(self, path: str, method: str = "GET", **headers: str) -> Got:
        self.send(method, path, **headers)
        return Got(self.take())

    def post(self, body: Any, path: str = "/v1/messages", **headers: str) -> Got:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send("POST", path, data, **({"x_api_key": "sk-caller"} | headers))
        return Got(self.take())


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages?beta=true", "/anthropic/v1/messages"])
async def test_a_message_goes_through(path: str) -> None:
    scene = Scene()
    scene.send("POST", path, json.dumps(ASKED).encode(), x_api_key="sk-caller")
    assert scene.take() == b""
    scene.stage.calls[0].answers(200, MESSAGE)
    got = Got(scene.take())
    assert (got.status, got.json) == (200, MESSAGE)
    assert got.headers["x-solvent-request-id"].startswith("slv-")
    assert not scene.app.runs


async def test_a_client_that_leaves_takes_its_request_with_it() -> None:
    scene = Scene()
    scene.send("POST", "/v1/messages", json.dumps(ASKED).encode(), x_api_key="sk-caller")
    scene.connection.connection_lost(None)
    assert scene.stage.calls[0].log == ["closed"]
    assert not scene.app.runs


async def test_liveness_and_readiness() -> None:
    scene = Scene(opened=False, readiness=(False, True, False))
    assert scene.get("/healthz").status == 200
    assert scene.get("/").status == 200
    got = scene.get("/readyz")
    assert got.status == 503
    assert len(got.json["waiting_for"]) == 2
    scene.readiness = Readiness(opened=True, journal=True, office=True)
    assert scene.get("/readyz").status == 200
    assert scene.get("/healthz", method="HEAD").body == b""


@pytest.mark.parametrize(
    ("opened", "key", "status"), [(True, "sk-caller", 400), (True, "sk-nobody", 401), (True, "", 401), (False, "", 503)]
)
async def test_a_large_body_is_read_only_from_who_has_a_key(opened: bool, key: str, status: int) -> None:  # noqa: FBT001
    scene = Scene(opened=opened)
    server = Server(scene.app, Clock(), body_bytes_max=lambda: 10**6, knows=scene.app.knows)
    scene.connection = server.connection()
    scene.connection.connection_made(scene.wire)
    got = scene.post(b"x" * 300_000, x_api_key=key)
    assert (got.status, got.json["type"]) == (status, "error")
    if status == 401:
        assert (got.headers["x-solvent-verdict"], got.headers["x-should-retry"]) == ("auth_invalid", "false")


async def test_before_it_knows_its_keys_it_says_that_it_is_starting() -> None:
    scene = Scene(opened=False)
    for got in (scene.post(ASKED), scene.get("/v1/models")):
        assert got.status == 503
        assert "starting" in got.message
        assert got.headers["retry-after"] == "1"


async def test_models_are_listed_in_the_callers_dialect() -> None:
    scene = Scene()
    names = [model["id"] for model in scene.get("/v1/models", authorization="Bearer sk-caller").json["data"]]
    assert "claude" in names
    assert "gpt" in names
    got = scene.get("/v1/models", x_api_key="sk-caller", anthropic_version="2023-06-01")
    assert got.json["data"][0]["type"] == "model"
    assert scene.get("/v1/models").status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/files", 404),
        ("POST", "/v1/files", 404),
        ("POST", "/v1/responses/resp_1", 404),
        ("GET", "/v1/messages", 405),
        ("POST", "/v1/models", 405),
        ("DELETE", "/v1/chat/completions", 405),
    ],
)
async def test_what_is_not_offered_is_said_in_the_dialect_of_its_path(method: str, path: str, status: int) -> None:
    got = Scene().get(path, method=method)
    assert got.status == status
    assert path in got.message
    assert ("request_id" in got.json) is path.startswith("/v1/messages")


async def test_a_wrong_base_url_is_named_as_such() -> None:
    for path in ("/chat/completions", "/v1/v1/messages", "/anthropic/messages", "/models"):
        assert "base URL" in Scene().get(path, method="POST").message
    assert "base URL" not in Scene().get("/v1/files").message


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"x_api_key": "sk-nobody"}, 401, "key"),
        ({"x_api_key": ""}, 401, "No key"),
        ({"content_type": "text/plain"}, 415, "application/json"),
        ({"content_encoding": "br"}, 415, "`br`"),
        ({"content_encoding": "gzip"}, 400, "no `gzip`"),
    ],
)
async def test_what_is_wrong_with_a_head_is_told(headers: dict[str, str], status: int, words: str) -> None:
    got = Scene().post(ASKED, **headers)
    assert got.status == status
    assert words in got.message
    assert got.headers["x-should-retry"] == "false"
    assert got.message.endswith(f"(solvent request id: {got.headers['x-solvent-request-id']})")


async def test_a_compressed_request_is_read() -> None:
    scene = Scene()
    scene.send("POST", "/v1/messages", gzip.compress(json.dumps(ASKED).encode()), x_api_key="sk-caller", content_encoding="gzip")
    assert json.loads(scene.stage.calls[0].request.body)["messages"] == ASKED["messages"]


def test_a_body_that_unpacks_to_too_much_is_413_and_one_that_breaks_off_400() -> None:
    bomb = decoded(b"gzip", gzip.compress(b"0" * 10_000_000), 1_000)
    assert isinstance(bomb, Told)
    assert bomb.status == 413
    cut = decoded(b"deflate", zlib.compress(b"hello" * 100)[:-4], 1_000)
    assert isinstance(cut, Told)
    assert (cut.status, "breaks off" in cut.message) == (400, True)
    assert decoded(b" X-GZIP ", gzip.compress(b"hello"), 5) == b"hello"
    assert decoded(b"identity", b"hello", 5) == b"hello"


async def test_what_is_no_http_is_answered_and_closed() -> None:
    scene = Scene()
    scene.connection.data_received(b"NONSENSE\r\n\r\n")
    got = Got(scene.take())
    assert got.status == 400
    assert "HTTP/1.1" in got.message
    assert got.headers["connection"] == "close"


async def test_a_refused_request_of_a_known_key_is_in_the_books_and_a_hasty_one_is_not() -> None:
    scene = Scene(rpm=1)
    assert scene.post(ASKED | {"model": "nobody"}).status == 404
    assert (scene.stage.done.status, scene.stage.done.model) == (404, "nobody")
    facts = len(scene.stage.journal.facts)
    assert scene.post(ASKED).status == 429
    assert len(scene.stage.journal.facts) == facts


async def test_a_fault_of_our_own_is_told_without_its_words() -> None:
    scene = Scene()
    scene.app.gate.admit = lambda *_: 1 / 0  # type: ignore[method-assign, union-attr]
    got = scene.post(ASKED)
    assert got.status == 502
    assert "division" not in got.message
    assert [type(fault) for _, fault in scene.stage.faults] == [ZeroDivisionError]


async def test_time_runs_out_for_a_whole_request() -> None:
    scene = Scene()
    scene.send("POST", "/v1/messages", json.dumps(ASKED).encode(), x_api_key="sk-caller")
    scene.app.sweep(scene.stage.clock.monotonic_ms() + 899_000)
    assert scene.take() == b""
    scene.app.sweep(scene.stage.clock.monotonic_ms() + 900_001)
    assert Got(scene.take()).status == 504
    over: list[int] = []
    scene.app.when_over(lambda: over.append(1))
    assert over == [1]
