"""The upstream side: pooled HTTP/1.1 connections, and one call on each at a time.

The rules: a connection serves again only after an answer that ended where its head said; one that speaks unasked is dropped; a
call hears exactly one of `ended` and `failed`, or nothing more after `close`. What one read brought is handed on in one piece.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from solvent.edge.responses import ResponseReader
from solvent.exchange.ports import Listener
from solvent.model.call import UpstreamRequest
from solvent.model.failure import Transport

IDLE_MS = 50_000  # kept open unused; below the minute after which servers commonly hang up
IDLE_MAX = 256  # unused connections to one origin
LEFT_MS = 2_000  # how long the rest of an answer is read for the sake of its connection


class Origin(NamedTuple):
    """Where connections go: the key of the pool."""

    tls: bool
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The value of the `host` header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == (443 if self.tls else 80) else f"{name}:{self.port}"


class Pool:
    """All connections to upstreams. `sweep` must be called several times a second: it enforces every time-out."""

    def __init__(self, loop: asyncio.AbstractEventLoop, monotonic_ms: Callable[[], int], trust: ssl.SSLContext | None = None) -> None:
        self._loop = loop
        self._monotonic_ms = monotonic_ms
        self._trust = trust
        self._targets: dict[str, tuple[Origin, bytes]] = {}
        self._idle: dict[Origin, list[UpstreamConnection]] = {}
        self._calls: set[UpstreamCall] = set()
        self.now_ms = monotonic_ms()
        self._sending: list[tuple[asyncio.Transport, bytes]] = []

    def call(self, url: str, request: UpstreamRequest, listener: Listener, *, fresh: bool) -> UpstreamCall:
        """Sends a request on an unused connection, or on a new one."""
        origin, start = self._targets.get(url) or self._target(url)
        head = b"%b%bcontent-length: %d\r\n%b\r\n" % (request.method, start, len(request.body), request.header_lines)
        call = UpstreamCall(self, origin, head + request.body, request, listener)
        self._calls.add(call)
        connection = None if fresh else self._unused(origin)
        if connection is None:
            call.dial(self._loop)
        else:
            connection.carry(call, reused=True)
        return call

    def _target(self, url: str) -> tuple[Origin, bytes]:
        parts = urlsplit(url)
        tls = parts.scheme == "https"
        origin = Origin(tls, parts.hostname or "", parts.port or (443 if tls else 80))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # Identity, so that a stream's events arrive as they are made and can be read in passing.
        start = f" {path} HTTP/1.1\r\nhost: {origin.authority}\r\naccept-encoding: identity\r\n".encode("ascii")
        self._targets[url] = origin, start
        return origin, start

    def _unused(self, origin: Origin) -> UpstreamConnection | None:
        connections = self._idle.get(origin)
        while connections:
            connection = connections.pop()
            if not connection.closing:
                return connection
        return None

    def trust(self) -> ssl.SSLContext:
        """What servers are verified against; read once, at the first https address."""
        if self._trust is None:
            self._trust = ssl.create_default_context()
        return self._trust

    def keep(self, connection: UpstreamConnection) -> None:
        """Takes a connection back for the next call."""
        connections = self._idle.setdefault(connection.origin, [])
        if len(connections) >= IDLE_MAX:
            connection.drop()
            return
        connection.idle_since_ms = self.now_ms
        connections.append(connection)

    def forget(self, connection: UpstreamConnection) -> None:
        """A connection that was unused is gone."""
        connections = self._idle.get(connection.origin)
        if connections is not None and connection in connections:
            connections.remove(connection)

    def send_soon(self, transport: asyncio.Transport, data: bytes) -> None:
        """Sends at the end of this turn of the loop, for all calls together: who sleeps on the other side is woken once."""
        if not self._sending:
            self._loop.call_soon(self._send)
        self._sending.append((transport, data))

    def _send(self) -> None:
        sending, self._sending = self._sending, []
        for transport, data in sending:
            if not transport.is_closing():
                transport.write(data)

    def over(self, call: UpstreamCall) -> None:
        """A call needs no more watching."""
        self._calls.discard(call)

    def sweep(self) -> None:
        """Ends what took too long."""
        now = self.now_ms = self._monotonic_ms()
        for call in [call for call in self._calls if now >= call.deadline_ms]:
            call.late()
        for connections in self._idle.values():
            for connection in [one for one in connections if now - one.idle_since_ms > IDLE_MS]:
                connections.remove(connection)
                connection.drop()

    def close(self) -> None:
        """Drops all connections."""
        for call in list(self._calls):
            call.close()
        for connections in self._idle.values():
            for connection in connections:
                connection.drop()
        self._idle.clear()


class UpstreamCall:
    """One request and its answer."""

    __slots__ = (
        "_dialling",
        "_head_seen",
        "_left",
        "_paused",
        "connection",
        "data",
        "deadline_ms",
        "listener",
        "origin",
        "pool",
        "request",
    )

    def __init__(self, pool: Pool, origin: Origin, data: bytes, request: UpstreamRequest, listener: Listener) -> None:
        self.pool = pool
        self.origin = origin
        self.data = data
        self.request = request
        self.listener: Listener | None = listener
        self.connection: UpstreamConnection | None = None
        self.deadline_ms = pool.now_ms + request.timeouts.connect_ms
        self._dialling: asyncio.Task[None] | None = None
        self._head_seen = False
        self._left = False
        self._paused = False

    def dial(self, loop: asyncio.AbstractEventLoop) -> None:
        """Opens a connection, then sends."""
        self._dialling = loop.create_task(self._dial(loop))

    async def _dial(self, loop: asyncio.AbstractEventLoop) -> None:
        origin, pool = self.origin, self.pool
        connection = UpstreamConnection(pool, origin)
        try:
            await loop.create_connection(
                lambda: connection,
                origin.host,
                origin.port,
                ssl=pool.trust() if origin.tls else None,
                server_hostname=origin.host if origin.tls else None,
            )
        except asyncio.CancelledError:
            # It may have been made in the very moment in which nobody wants it any more.
            connection.drop()
            raise
        except (OSError, UnicodeError) as problem:
            self._dialling = None
            self.fail(_problem(problem))
            return
        self._dialling = None
        connection.carry(self, reused=False)

    def began(self, connection: UpstreamConnection, *, reused: bool) -> None:
        """The request is on its way."""
        self.connection = connection
        timeouts = self.request.timeouts
        self.deadline_ms = self.pool.now_ms + (timeouts.first_byte_stream_ms if self.request.stream else timeouts.first_byte_json_ms)
        self.data = b""
        if self.listener is not None:
            self.listener.connected(reused=reused)
        if self.listener is not None:
            self.listener.sent()

    def head(self, status: int, headers: dict[bytes, bytes]) -> None:
        """The answer's head came."""
        self._head_seen = True
        if self.listener is not None:
            self.listener.answered(status, headers)

    def heard(self) -> None:
        """Something came: the time for the next thing begins."""
        if not self._left:
            self.deadline_ms = self.pool.now_ms + self.request.timeouts.idle_ms

    def body(self, data: bytes) -> None:
        """A part of the answer's body."""
        if self.listener is not None:
            self.listener.received(data)

    def finish(self) -> None:
        """The answer is whole."""
        self.pool.over(self)
        listener, self.listener = self.listener, None
        self.connection = None
        if listener is not None:
            listener.ended()

    def fail(self, problem: Transport) -> None:
        """The call is over without a whole answer."""
        self.pool.over(self)
        listener, self.listener = self.listener, None
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.drop()
        if listener is not None:
            listener.failed(problem)

    def late(self) -> None:
        """Its time is over."""
        if self._paused:
            # We are the ones who do not read, because the client does not: its own time-out ends that.
            self.deadline_ms = self.pool.now_ms + self.request.timeouts.idle_ms
            return
        if self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None
            self.fail(Transport.CONNECT_TIMEOUT)
        else:
            self.fail(Transport.IDLE_TIMEOUT if self._head_seen else Transport.FIRST_BYTE_TIMEOUT)

    def close(self) -> None:
        """Breaks it off."""
        self.listener = None
        self.pool.over(self)
        if self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.drop()

    def leave(self) -> None:
        """Reads the little that is left, for the connection's sake."""
        self.listener = None
        self._left = True
        self.deadline_ms = self.pool.now_ms + LEFT_MS

    def pause(self) -> None:
        """Stops reading."""
        self._paused = True
        if self.connection is not None:
            self.connection.pause()

    def resume(self) -> None:
        """Goes on reading."""
        self._paused = False
        self.heard()
        if self.connection is not None:
            self.connection.resume()


class UpstreamConnection(asyncio.Protocol):
    """One connection to an upstream."""

    def __init__(self, pool: Pool, origin: Origin) -> None:
        self.origin = origin
        self.idle_since_ms = 0
        self.closing = False
        self._pool = pool
        self._transport: asyncio.Transport | None = None
        self._call: UpstreamCall | None = None
        self._paused = False
        self._response = ResponseReader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        # uvloop's transports are of this kind without saying so.
        self._transport = cast(asyncio.Transport, transport)
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def carry(self, call: UpstreamCall, *, reused: bool) -> None:
        """Sends a call's request."""
        self._call = call
        if self.closing or self._transport is None:
            call.fail(Transport.DROPPED)
            return
        self._pool.send_soon(self._transport, call.data)
        call.began(self, reused=reused)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        call, response = self._call, self._response
        if call is None:
            # Nobody asked: whatever this is, it must not become the answer to the next call.
            self.drop()
            return
        call.heard()
        headless = not response.status
        part = response.feed(data)
        if headless and response.status:
            call.head(response.status, response.headers)
        if part and self._call is call:
            call.body(part)
        if self._call is not call:
            return
        if response.broken:
            call.fail(Transport.GARBAGE)
        elif response.whole:
            self._end(call, response)

    def _end(self, call: UpstreamCall, response: ResponseReader) -> None:
        self._call = None
        # What is still to be written would be read as the beginning of the next request.
        if response.reusable and not self.closing and self._transport is not None and not self._transport.get_write_buffer_size():
            self.resume()
            response.restart()
            self._pool.keep(self)
        else:
            self.drop()
        call.finish()

    def eof_received(self) -> bool:
        """The other side sends no more: the connection is closed."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.closing = True
        call, self._call = self._call, None
        if call is None:
            self._pool.forget(self)
        elif exc is None and self._response.end():
            call.finish()
        else:
            call.connection = None
            call.fail(Transport.TRUNCATED if self._response.status else Transport.DROPPED)

    def pause(self) -> None:
        """Stops reading."""
        if self._transport is not None and not self.closing and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Goes on reading."""
        if self._transport is not None and not self.closing and self._paused:
            self._paused = False
            self._transport.resume_reading()

    def drop(self) -> None:
        """Closes the connection at once."""
        self.closing = True
        self._call = None
        if self._transport is not None:
            self._transport.abort()


def _problem(problem: OSError | UnicodeError) -> Transport:
    if isinstance(problem, ssl.SSLError):
        return Transport.TLS
    if isinstance(problem, (socket.gaierror, UnicodeError)):  # a name that nobody has, or that no name can be
        return Transport.DNS
    if isinstance(problem, TimeoutError):
        return Transport.CONNECT_TIMEOUT
    # Refused, or no way there at all: for whoever asked it comes to the same.
    return Transport.REFUSED
