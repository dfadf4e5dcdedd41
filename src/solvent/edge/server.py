"""The client's side: HTTP/1.1 connections, one request after the other on each.

The rules: a request is handed on when its body is whole; the next one on the connection waits until the answer before it is written; what one
turn sends leaves in one write; a body that broke never ends as if it were whole. Every limit answers with an error before it closes.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, cast

import httptools

from solvent.exchange.ports import Headers

HEAD_BYTES_MAX = 64 * 1024
HEAD_MS = 10_000  # from the first byte of a request to the end of its head
KEEP_ALIVE_MS = 75_000
BODY_IDLE_MS = 30_000
WRITE_IDLE_MS = 120_000  # a client that reads nothing for so long has left
LINGER_MS = 2_000  # how long a refused client may go on sending: closing at once would take our answer away from it
WAITING_MAX = 8  # requests read ahead on one connection

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode("ascii") for status in HTTPStatus} | {
    529: b"HTTP/1.1 529 Overloaded\r\n"
}


class Listening(Protocol):
    """Who hears that the client of an answer under way left, or reads slowly."""

    def client_left(self) -> None:
        """Nobody is there any more."""
        ...

    def client_full(self) -> None:
        """Send no more for now."""
        ...

    def client_ready(self) -> None:
        """Go on sending."""
        ...


@dataclass(slots=True)
class Request:
    """A whole request. Names of `headers` are in lower case; where a name came twice, the last counts."""

    method: bytes
    path: bytes
    headers: dict[bytes, bytes]
    body: bytes
    keep_alive: bool
    http_1_0: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A request that cannot be read: the status and what is wrong, for an error in the dialect of its `path`."""

    status: int
    path: bytes
    problem: str


class Handler(Protocol):
    """Who answers requests."""

    def handle(self, request: Request, connection: Connection) -> None:
        """A whole request came; answer on the connection, now or later."""
        ...

    def refuse(self, broken: Broken, connection: Connection) -> None:
        """What came is no request; answer with `connection.whole`. It is closed after that."""
        ...


class Server:
    """All connections of clients."""

    def __init__(self, handler: Handler, monotonic_ms: Callable[[], int], *, body_bytes_max: Callable[[], int]) -> None:
        self.handler = handler
        self.body_bytes_max = body_bytes_max
        self.connections: set[Connection] = set()
        self.draining = False
        self._monotonic_ms = monotonic_ms
        self.now_ms = monotonic_ms()

    def connection(self) -> Connection:
        """A protocol for one accepted connection."""
        return Connection(self)

    def sweep(self) -> None:
        """Ends what took too long; to be called several times a second."""
        now = self.now_ms = self._monotonic_ms()
        for connection in [one for one in self.connections if now >= one.deadline_ms]:
            connection.late()

    def drain(self) -> None:
        """Closes every connection that waits for nothing; the others close after their answer."""
        self.draining = True
        for connection in list(self.connections):
            if not connection.busy:
                connection.close()

    def abort(self) -> None:
        """Drops every connection."""
        for connection in list(self.connections):
            connection.drop()


class Connection(asyncio.Protocol):
    """One client's connection, and the way its answers are written (`exchange.ports.Client`)."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Request | Broken] = deque()
        self._current: Request | None = None
        self._reading_paused = False
        self._writing_paused = False
        self._broken = False
        self._out: list[bytes] = []
        self._flush_due = False
        self._chunked = False
        self._begun = False
        self._in_head = False
        self._in_body = False
        self._head_bytes = 0
        self._headers: dict[bytes, bytes] = {}
        self._path = b""
        self._parts: list[bytes] = []
        self._body_bytes = 0
        self.listening: Listening | None = None
        self.gone = False
        self.deadline_ms = server.now_ms + HEAD_MS

    # Of asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # by duck: uvloop's do not inherit from it
        self._server.connections.add(self)
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.deadline_ms = self._server.now_ms + HEAD_MS

    def data_received(self, data: bytes) -> None:
        if self._broken:
            return
        if not self._in_body:
            if self._head_bytes == 0 and self._current is None:
                self.deadline_ms = self._server.now_ms + HEAD_MS
            self._head_bytes += len(data)
        elif self._current is None:
            self.deadline_ms = self._server.now_ms + BODY_IDLE_MS
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            # Whoever offers another protocol must also take this one (RFC 9110, 7.8): the request is served, the offer is passed over.
            self._read_without_offer(data[offer.args[0] :])
        except httptools.HttpParserError as problem:
            self._refuse(400, f"this is not HTTP/1.1 as it is specified ({problem}); send it with a common HTTP library")
        else:
            # A head that came whole has reset the count, so what is left is one that has not ended yet.
            if self._head_bytes > HEAD_BYTES_MAX and not self._in_body and not self._broken:
                self._refuse(431, f"the head of the request is larger than {HEAD_BYTES_MAX} bytes; send fewer or shorter headers")

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.gone = True
        self._server.connections.discard(self)
        self._waiting.clear()
        self._out.clear()
        listening, self.listening = self.listening, None
        if listening is not None:
            listening.client_left()

    def pause_writing(self) -> None:
        self._writing_paused = True
        self.deadline_ms = self._server.now_ms + WRITE_IDLE_MS
        if self.listening is not None:
            self.listening.client_full()

    def resume_writing(self) -> None:
        self._writing_paused = False
        self.deadline_ms = _NEVER if self._current is not None else self._server.now_ms + KEEP_ALIVE_MS
        if self.listening is not None:
            self.listening.client_ready()

    # Of the parser.

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head = True
        self._headers = {}
        self._path = b""
        self._parts = []
        self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        """The request's target, or a part of it."""
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line."""
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head, self._in_body = False, True
        too_long = self._head_bytes > HEAD_BYTES_MAX and sum(map(len, (*self._headers, *self._headers.values()))) > HEAD_BYTES_MAX
        self._head_bytes = 0
        if self._current is None:
            self.deadline_ms = self._server.now_ms + BODY_IDLE_MS
        if too_long:
            self._refuse(431, f"the head of the request is larger than {HEAD_BYTES_MAX} bytes; send fewer or shorter headers")
            return
        length = self._headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._server.body_bytes_max():
            self._too_large()
        elif self._headers.get(b"expect", b"").lower() == b"100-continue" and self._transport is not None and self._current is None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, data: bytes) -> None:
        """A part of the body."""
        if self._broken:
            return
        self._body_bytes += len(data)
        if self._body_bytes > self._server.body_bytes_max():
            self._too_large()
        else:
            self._parts.append(data)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._in_body = False
        if self._broken or self._parser.should_upgrade():
            return
        parser, parts = self._parser, self._parts
        version = parser.get_http_version()
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        request = Request(parser.get_method(), self._path, self._headers, body, parser.should_keep_alive(), version == "1.0")
        if self._current is None and not self._waiting:
            self._take(request)
        else:
            self._wait(request)

    def _read_without_offer(self, rest: bytes) -> None:
        """Reads the request again as if nothing had been offered: the parser takes what follows such a head for another protocol."""
        lines = [b"%b %b HTTP/1.1\r\n" % (self._parser.get_method(), self._path)]
        lines += [b"%b: %b\r\n" % (name, value) for name, value in self._headers.items() if name not in (b"upgrade", b"connection")]
        self._parser = httptools.HttpRequestParser(self)
        self.data_received(b"".join((*lines, b"\r\n", rest)))

    def _too_large(self) -> None:
        limit = self._server.body_bytes_max()
        self._refuse(413, f"the body is larger than {limit} bytes, the limit of this gateway (`max_body`); send less")

    def _refuse(self, status: int, problem: str) -> None:
        """What comes on this connection from now on is not read any more."""
        self._broken = True
        broken = Broken(status, self._path, problem)
        if self._current is None and not self._waiting:
            self._take(broken)
        else:
            self._waiting.append(broken)

    def _wait(self, request: Request) -> None:
        self._waiting.append(request)
        if len(self._waiting) >= WAITING_MAX and not self._reading_paused and self._transport is not None:
            self._reading_paused = True
            self._transport.pause_reading()

    def _take(self, request: Request | Broken) -> None:
        self.deadline_ms = _NEVER
        if isinstance(request, Broken):
            self._current = Request(b"", request.path, {}, b"", keep_alive=False, http_1_0=False)
            self._server.handler.refuse(request, self)
        else:
            self._current = request
            self._server.handler.handle(request, self)

    # Of the exchange.

    @property
    def busy(self) -> bool:
        """Whether an answer is owed."""
        return self._current is not None or bool(self._waiting)

    @property
    def full(self) -> bool:
        """Whether the client reads more slowly than it is sent to."""
        return self._writing_paused

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """A whole answer in one write."""
        if self.gone or self._current is None:
            return
        lines = [_STATUS_LINES.get(status, b"HTTP/1.1 %d \r\n" % status)]
        lines += [b"%b: %b\r\n" % header for header in headers]
        lines.append(b"content-length: %d\r\n" % len(body))
        lines.append(self._ending())
        self._out.append(b"".join(lines))
        if self._current.method != b"HEAD":
            self._out.append(body)
        self._finish()

    def begin(self, status: int, headers: Headers) -> None:
        """The head of an answer that comes in parts."""
        if self.gone or self._current is None:
            return
        self._begun = True
        self._chunked = not self._current.http_1_0
        lines = [_STATUS_LINES.get(status, b"HTTP/1.1 %d \r\n" % status)]
        lines += [b"%b: %b\r\n" % header for header in headers]
        if self._chunked:
            lines.append(b"transfer-encoding: chunked\r\n")
        else:
            self._current.keep_alive = False
        lines.append(self._ending())
        self._out.append(b"".join(lines))
        self._flush_soon()

    def send(self, data: bytes) -> None:
        """A part of the body."""
        if self.gone or not data:
            return
        self._out.append(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)
        self._flush_soon()

    def end(self) -> None:
        """The body's end in good order."""
        if self.gone or not self._begun:
            return
        if self._chunked:
            self._out.append(b"0\r\n\r\n")
        self._finish()

    def cut(self) -> None:
        """Closes in the middle of a body: a chunked one lacks its end, so nobody takes it for whole."""
        if self.gone:
            return
        self._flush()
        self._current = None
        self.listening = None
        self.close()

    def _ending(self) -> bytes:
        assert self._current is not None
        last = (self._broken or self._server.draining) and not self._waiting
        if last or not self._current.keep_alive:
            self._current.keep_alive = False
            return b"connection: close\r\n\r\n"
        return b"connection: keep-alive\r\n\r\n" if self._current.http_1_0 else b"\r\n"

    def _finish(self) -> None:
        self._flush()
        current, self._current = self._current, None
        self.listening = None
        self._begun = self._chunked = False
        if current is None or not current.keep_alive or self.gone:
            if self._broken and self._transport is not None and not self.gone:
                self._transport.write_eof()
                self.deadline_ms = self._server.now_ms + LINGER_MS
            else:
                self.close()
            return
        self.deadline_ms = self._server.now_ms + (HEAD_MS if self._in_head or self._in_body else KEEP_ALIVE_MS)
        if self._waiting:
            following = self._waiting.popleft()
            if self._reading_paused and self._transport is not None:
                self._reading_paused = False
                self._transport.resume_reading()
            self._take(following)

    def _flush_soon(self) -> None:
        """Everything that this turn of the loop sends leaves together."""
        if not self._flush_due:
            self._flush_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_due = False
        if self._out and self._transport is not None and not self._transport.is_closing():
            out, self._out = self._out, []
            self._transport.write(out[0] if len(out) == 1 else b"".join(out))

    def late(self) -> None:
        """Its time is over."""
        if self._writing_paused or (self._broken and self._current is None):
            self.drop()
        elif self._in_head or self._in_body:
            self.deadline_ms = _NEVER
            self._refuse(408, "the request did not arrive in time; send it again")
        elif self._current is None:
            self.close()

    def close(self) -> None:
        """Closes once all is written."""
        if self._transport is not None and not self.gone:
            self._transport.close()

    def drop(self) -> None:
        """Closes at once."""
        if self._transport is not None and not self.gone:
            self._transport.abort()


_NEVER = 1 << 62
