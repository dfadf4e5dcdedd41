"""The gateway's HTTP surface: which path is what, and who answers it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from solvent.base.ids import RequestIds
from solvent.dialects.dialect import Dialect
from solvent.dialects.known import DIALECTS
from solvent.edge.requests import Broken, Request
from solvent.edge.server import Connection
from solvent.exchange.gate import Arrived, Gate, Turned
from solvent.exchange.job import Surroundings
from solvent.exchange.listing import Listed, Listing
from solvent.exchange.refusals import OWN_FAULT, Told, headers_of, id_headers, refusal, status_in
from solvent.exchange.runner import Run
from solvent.exchange.tell import tell_turned
from solvent.model.route import DialectName
from solvent.model.verdict import Category

_OPENAI, _ANTHROPIC = DIALECTS[DialectName.OPENAI], DIALECTS[DialectName.ANTHROPIC]
_POSTS: dict[bytes, Dialect] = {
    b"/v1/chat/completions": _OPENAI,
    b"/v1/messages": _ANTHROPIC,
    b"/anthropic/v1/messages": _ANTHROPIC,
}
_MODELS = (b"/v1/models", b"/anthropic/v1/models")
_REFUSALS = {401: Category.AUTH_INVALID, 408: Category.TIMEOUT, 413: Category.REQUEST_TOO_LARGE}
_ENDS_OF_POSTS = (b"/chat/completions", b"/messages", b"/models")  # a path that a wrong base URL leads to
_JSON = (b"content-type", b"application/json")
_MODELS_CREATED = 1_767_225_600  # nobody knows when a configured name was made; the first of January 2026 stands for it


class Readiness(NamedTuple):
    """What a gateway needs before it says that it is ready; each that lacks is named."""

    opened: bool
    journal: bool
    office: bool


class App:
    """Answers requests, hands those that pass to the exchange, and knows which are under way."""

    def __init__(self, around: Surroundings, ids: RequestIds, readiness: Callable[[], Readiness]) -> None:
        self.gate: Gate | None = None
        self.runs: set[Run] = set()
        self._around = around
        self._ids = ids
        self._readiness = readiness
        self._listing = Listing(around.upstreams, around.clock)
        self._when_over: Callable[[], None] | None = None

    def handle(self, request: Request, connection: Connection) -> None:
        """A whole request came."""
        try:
            self._answer(request, connection)
        except Exception as fault:  # noqa: BLE001 - whatever it is, one request breaks and no other
            request_id = self._new_id()
            self._around.broke(request_id, fault)
            self._error(OWN_FAULT, dialect_of(request.path, request.headers), connection, request_id)

    def _answer(self, request: Request, connection: Connection) -> None:
        path = request.path.partition(b"?")[0]
        dialect = _POSTS.get(path)
        if dialect is not None and request.method == b"POST":
            self._post(request, dialect, connection)
        elif path in (b"/healthz", b"/readyz", b"/") and request.method in (b"GET", b"HEAD"):
            self._tell_state(path, connection)
        elif path in _MODELS and request.method == b"GET":
            self._list_models(request, path, connection)
        else:
            self._lost(request, path, dialect, connection)

    def refuse(self, broken: Broken, connection: Connection) -> None:
        """What came is no request."""
        category = _REFUSALS.get(broken.status, Category.INVALID_REQUEST)
        words = broken.problem[:1].upper() + broken.problem[1:]
        self._error(Told(broken.status, category, words, retry=broken.status == 408), dialect_of(broken.path, {}), connection)

    def knows(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether a head shows a key that is good here; while no keys are here yet, nobody is turned away for it."""
        return self.gate is None or not isinstance(self.gate.identify(headers), Told)

    def sweep(self, now_ms: int) -> None:
        """Ends requests whose time is over."""
        for run in [run for run in self.runs if now_ms >= run.deadline_ms]:
            run.late()

    def when_over(self, act: Callable[[], None]) -> None:
        """Calls `act` once no request is under way."""
        self._when_over = act
        if not self.runs:
            act()

    def _over(self, run: Run) -> None:
        self.runs.discard(run)
        if not self.runs and self._when_over is not None:
            self._when_over()

    def _tell_state(self, path: bytes, connection: Connection) -> None:
        if path != b"/readyz":
            connection.whole(200, (_JSON,), b'{"status":"ok","service":"solvent"}')
            return
        lacking = [name for name, there in zip(_READINESS_WORDS, self._readiness(), strict=True) if not there]
        body = json.dumps({"status": "ready"} if not lacking else {"status": "not ready", "waiting_for": lacking}).encode()
        connection.whole(503 if lacking else 200, (_JSON,), body)

    def _list_models(self, request: Request, path: bytes, connection: Connection) -> None:
        dialect = dialect_of(path, request.headers)
        if self.gate is None:
            self._error(_STARTING, dialect, connection)
            return
        holder = self.gate.identify(request.headers)
        if isinstance(holder, Told):
            self._error(holder, dialect, connection)
            return
        gate = self.gate

        def tell(listed: Listed) -> None:
            body = dialect.models(gate.models(holder, dialect.name, listed), _MODELS_CREATED)
            connection.whole(200, (_JSON, *id_headers(dialect.name, self._new_id())), body)

        self._listing.ask(gate.book, tell)

    def _lost(self, request: Request, path: bytes, dialect: Dialect | None, connection: Connection) -> None:
        asked = f"`{request.method.decode('latin-1')[:20]} {path.decode('latin-1')[:200]}`"
        if dialect is not None or path in _MODELS:
            verb = "POST" if dialect is not None else "GET"
            told = Told(405, Category.INVALID_REQUEST, f"{asked} is not offered; send it with {verb}", retry=False, page="path-not-offered")
        else:
            offered = "`POST /v1/chat/completions`, `POST /v1/messages` and `GET /v1/models`"
            words = f"{asked} is not offered by this gateway; it offers {offered}"
            if path.endswith(_ENDS_OF_POSTS):
                words += ". The base URL of OpenAI's SDK ends in `/v1`, that of Anthropic's and of Claude Code does not"
            told = Told(404, Category.INVALID_REQUEST, words, retry=False, page="path-not-offered")
        self._error(told, dialect or dialect_of(path, request.headers), connection)

    def _post(self, request: Request, dialect: Dialect, connection: Connection) -> None:
        if self.gate is None:
            self._error(_STARTING, dialect, connection)
            return
        headers = request.headers
        holder = self.gate.identify(headers)
        if isinstance(holder, Told):
            self._error(holder, dialect, connection)
            return
        kind = headers.get(b"content-type", b"application/json").partition(b";")[0].strip().lower()
        if kind != b"application/json":
            words = f"The body is `{kind.decode('latin-1')[:100]}`; send JSON with `content-type: application/json`"
            self._error(Told(415, Category.INVALID_REQUEST, words, retry=False), dialect, connection)
            return
        body = decoded(headers.get(b"content-encoding", b""), request.body, self.gate.book.body_bytes_max)
        if isinstance(body, Told):
            self._error(body, dialect, connection)
            return
        now_us = self._around.clock.now_us()
        request_id = self._ids.next(now_us)
        arrived = Arrived(request_id, now_us, dialect, headers, body)
        job = self.gate.admit(arrived, holder)
        if isinstance(job, Turned):
            if job.told.status != 429:  # a key that asks too often must not fill the disk
                self._around.journal.write((tell_turned(job, arrived, holder.key.id, ms=0),))
            self._error(job.told, dialect, connection, request_id)
            return
        run = Run(job, self._around, connection, self._over)
        self.runs.add(run)
        connection.listening = run
        run.start()

    def _new_id(self) -> str:
        return self._ids.next(self._around.clock.now_us())

    def _error(self, told: Told, dialect: Dialect, connection: Connection, request_id: str = "") -> None:
        request_id = request_id or self._new_id()
        status = status_in(told, dialect.name)
        body = dialect.refusal(refusal(told, dialect.name, request_id, self.gate.book.public_url if self.gate else None))
        connection.whole(status, (_JSON, *id_headers(dialect.name, request_id), *headers_of(told)), body)


def dialect_of(path: bytes, headers: dict[bytes, bytes]) -> Dialect:
    """The dialect that whoever asks for this path expects an answer in."""
    if path.startswith((b"/v1/messages", b"/anthropic")) or b"anthropic-version" in headers:
        return _ANTHROPIC
    return _OPENAI


def decoded(encoding: bytes, body: bytes, bytes_max: int) -> bytes | Told:
    """The body without its content-encoding, or why it cannot be had."""
    name = encoding.strip().lower()
    if name in (b"", b"identity"):
        return body
    if name not in (b"gzip", b"x-gzip", b"deflate"):
        words = f"The body is encoded as `{name.decode('latin-1')[:60]}`, which is not read here; send it as gzip, deflate or plain"
        return Told(415, Category.INVALID_REQUEST, words, retry=False)
    decoder = zlib.decompressobj(47)
    try:
        plain = decoder.decompress(body, bytes_max + 1)
    except zlib.error:
        words = f"The body is no `{name.decode()}`, though `content-encoding` says so; send it plain, or name what it is"
        return Told(400, Category.INVALID_REQUEST, words, retry=False)
    if len(plain) > bytes_max:
        words = f"The body unpacks to more than {bytes_max} bytes, the limit of this gateway (`max_body`); send less"
        return Told(413, Category.REQUEST_TOO_LARGE, words, retry=False)
    if not decoder.eof:
        return Told(400, Category.INVALID_REQUEST, "The compressed body breaks off; send it whole", retry=False)
    return plain


_READINESS_WORDS = ("keys and config from the office", "a journal that can be written", "the office to answer HTTP")
_STARTING_WORDS = "This gateway is starting and does not know its keys yet; try again in a moment"
_STARTING = Told(503, Category.NO_CHANNEL, _STARTING_WORDS, retry=True, after_s=1, page="starting")
