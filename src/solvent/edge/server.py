"""The client's side: HTTP/1.1 connections, one request after the other on each.

The rules: a request waits until the answer before it is written; what one turn sends leaves in one write; a body that broke never ends
as if it were whole. Every limit answers with an error before it closes.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Protocol, cast

from solvent.edge.requests import Broken, Request, RequestReader, everybody
from solvent.exchange.ports import Headers

HEAD_MS = 10_000  # from the first byte of a request to the end of its head
KEEP_ALIVE_MS = 75_000
BODY_IDLE_MS = 30_000
BODY_MS = 600_000  # from the end of the head to the end of the body: whoever sends a byte now and then does not hold us for days
WRITE_IDLE_MS = 120_000  # a client that reads nothing for so long has left
LINGER_MS = 2_000  # how long a refused client may go on sending: closing at once would take our answer away from it
WAITING_MAX = 8  # requests read ahead on one connection

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode("ascii") for status in HTTPStatus} | {
    529: b"HTTP/1.1 529 Overloaded\r\n"
}


def _begin_head(status: int, headers: Headers) -> list[bytes]:
    return [_STATUS_LINES.get(status, b"HTTP/1.1 %d \r\n" % status), *(b"%b: %b\r\n" % header for header in headers)]


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


class Handler(Protocol):
    """Who answers requests."""

    def handle(self, request: Request, connection: Connection) -> None:
        """A whole request came; answer on the connection, now or later."""
        ...

    def refuse(self, broken: Broken, connection: Connection) -> None:
        """What came is no request; answer with `connection.whole`. It is closed after that."""
        ...


class Server:
    """All connections of clients.

    `knows`: whether a head shows a key that is good here; a stranger may send but a small body. `connections_max`: of more, one that
    waits for nothing makes room, and where there is none the newcomer is dropped: files must be left for upstreams and the journal.
    """

    def __init__(
        self,
        handler: Handler,
        monotonic_ms: Callable[[], int],
        *,
        body_bytes_max: Callable[[], int],
        knows: Callable[[Mapping[bytes, bytes]], bool] = everybody,
        connections_max: int = 1 << 30,
    ) -> None:
        self.handler = handler
        self.body_bytes_max = body_bytes_max
        self.knows = knows
        self.connections_max = connections_max
        self.connections: set[Connection] = set()
        self.draining = False
        self._monotonic_ms = monotonic_ms
        self.now_ms = monotonic_ms()
        self._to_flush: list[Connection] = []

    def connection(self) -> Connection:
        """A protocol for one accepted connection."""
        return Connection(self)

    def take(self, connection: Connection) -> None:
        """A connection was made."""
        if len(self.connections) >= self.connections_max:
            spare = next((one for one in self.connections if not one.busy), connection)
            self.connections.discard(spare)
            spare.drop()
            if spare is connection:
                return
        self.connections.add(connection)

    def flush_soon(self, connection: Connection) -> None:
        """Writes at the end of this turn of the loop, for all connections together: who sleeps on the other side is woken once."""
        if not self._to_flush:
            asyncio.get_running_loop().call_soon(self._flush)
        self._to_flush.append(connection)

    def _flush(self) -> None:
        connections, self._to_flush = self._to_flush, []
        for connection in connections:
            connection.flush()

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
        self._reader = RequestReader(server.body_bytes_max, server.knows)
        self._waiting: deque[Request | Broken] = deque()
        self._current: Request | None = None
        self._reading_paused = False
        self._writing_paused = False
        self._taking = False
        self._closing = False
        self._out: list[bytes] = []
        self._flush_due = False
        self._chunked = False
        self._begun = False
        self._body_ends_ms = 0
        self.listening: Listening | None = None
        self.gone = False
        self.deadline_ms = server.now_ms + HEAD_MS

    # Of asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        # uvloop's transports are of this kind without saying so.
        self._transport = cast(asyncio.Transport, transport)
        self._server.take(self)
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.deadline_ms = self._server.now_ms + HEAD_MS

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        reader = self._reader
        if reader.broken or self._closing:
            return
        in_head, in_body = reader.in_head, reader.in_body
        requests = reader.feed(data)
        if requests:
            self._waiting += requests
            self._take_waiting()
        if self._current is None and not (reader.broken or self._writing_paused):
            self._limit_time(in_head=in_head, in_body=in_body)

    def _await_request(self) -> None:
        """Nothing is owed: the client has so long for its next request, of which a part may be here."""
        if not self._writing_paused:
            self.deadline_ms = self._server.now_ms + KEEP_ALIVE_MS
            self._limit_time(in_head=False, in_body=False)

    def _limit_time(self, *, in_head: bool, in_body: bool) -> None:
        """Sets the time for the request that is coming in; `in_head` and `in_body` say what was coming in before the last bytes."""
        reader, now = self._reader, self._server.now_ms
        if reader.in_body:
            if not in_body:
                self._body_ends_ms = now + BODY_MS
            self.deadline_ms = min(now + BODY_IDLE_MS, self._body_ends_ms)
            if reader.expects_continue:
                reader.expects_continue = False
                self._out.append(b"HTTP/1.1 100 Continue\r\n\r\n")
                self._flush_soon()
        elif reader.in_head and not in_head:
            self.deadline_ms = now + HEAD_MS

    def eof_received(self) -> bool:
        """The other side sends no more: the connection is closed."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The connection is gone."""
        self.gone = True
        self._server.connections.discard(self)
        self._waiting.clear()
        self._out.clear()
        listening, self.listening = self.listening, None
        if listening is not None:
            listening.client_left()

    def pause_writing(self) -> None:
        """The client reads more slowly than it is sent to."""
        self._writing_paused = True
        self.deadline_ms = self._server.now_ms + WRITE_IDLE_MS
        if self.listening is not None:
            self.listening.client_full()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._writing_paused = False
        if self._current is not None:
            self.deadline_ms = _NEVER
        elif not self._closing and not self._reader.broken:
            self._await_request()
        if self.listening is not None:
            self.listening.client_ready()
        if self._waiting:
            self._take_waiting()

    def _take_waiting(self) -> None:
        """Hands on requests until an answer is owed. One that is answered at once comes back here, and must not pile up calls."""
        if self._taking:
            return
        self._taking = True
        try:
            while self._waiting and self._current is None and not (self._closing or self._writing_paused):
                self._take(self._waiting.popleft())
        finally:
            self._taking = False
        ahead = len(self._waiting) >= WAITING_MAX
        if ahead is not self._reading_paused and self._transport is not None and not self._closing:
            self._reading_paused = ahead
            if ahead:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

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
        """Whether an answer is owed, or a request is coming in."""
        return self._current is not None or bool(self._waiting) or self._reader.in_head or self._reader.in_body

    @property
    def full(self) -> bool:
        """Whether the client reads more slowly than it is sent to."""
        return self._writing_paused

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """A whole answer in one write."""
        if self.gone or self._current is None:
            return
        lines = _begin_head(status, headers)
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
        lines = _begin_head(status, headers)
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
        self._current = None
        self.listening = None
        self.close()

    def _ending(self) -> bytes:
        assert self._current is not None
        last = (self._reader.broken or self._server.draining) and not self._waiting
        if last or not self._current.keep_alive:
            self._current.keep_alive = False
            return b"connection: close\r\n\r\n"
        return b"connection: keep-alive\r\n\r\n" if self._current.http_1_0 else b"\r\n"

    def _finish(self) -> None:
        self._flush_soon()
        current, self._current = self._current, None
        self.listening = None
        self._begun = self._chunked = False
        if current is None or not current.keep_alive or self.gone:
            if self._reader.broken and self._transport is not None and not self.gone:
                self.flush()
                self._transport.write_eof()
                self.deadline_ms = self._server.now_ms + LINGER_MS
            else:
                self.close()
        else:
            self._await_request()
            if self._waiting:
                self._take_waiting()

    def _flush_soon(self) -> None:
        """Everything that this turn of the loop sends leaves together."""
        if not self._flush_due:
            self._flush_due = True
            self._server.flush_soon(self)

    def flush(self) -> None:
        """Writes what was sent so far."""
        self._flush_due = False
        if self._out and self._transport is not None and not self._transport.is_closing():
            out, self._out = self._out, []
            self._transport.write(out[0] if len(out) == 1 else b"".join(out))

    def late(self) -> None:
        """Its time is over."""
        if self._closing or self._writing_paused or (self._reader.broken and self._current is None):
            self.drop()
        elif self._reader.in_head or self._reader.in_body:
            self._take(self._reader.too_slow())
        else:
            self.close()

    def close(self) -> None:
        """Closes once all is written, or after a while if the client does not read it."""
        if self._transport is not None and not self.gone:
            self.flush()
            self._closing = True
            self.deadline_ms = self._server.now_ms + WRITE_IDLE_MS
            self._transport.close()

    def drop(self) -> None:
        """Closes at once."""
        if self._transport is not None and not self.gone:
            self._transport.abort()


_NEVER = 1 << 62
