"""The upstream side: pooled HTTP/1.1 connections, and one call on each at a time.

The rules: a connection serves again only after an answer that ended where its head said; one that speaks unasked is dropped; a
call hears exactly one of `ended` and `failed`, or nothing more after `close`. What one read brought is handed on in one piece.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

from solvent.exchange.ports import Listener, UpstreamRequest
from solvent.model.failure import Transport

IDLE_MS = 50_000  # kept open unused; below the minute after which servers commonly hang up
IDLE_MAX = 256  # unused connections to one origin
LEFT_MS = 2_000  # how long the rest of an answer is read for the sake of its connection
DECODED_MAX = 64 * 1024 * 1024
HEAD_MAX = 64 * 1024
_DECODERS: dict[bytes, int] = {b"gzip": 31, b"x-gzip": 31, b"deflate": 47}


@dataclass(frozen=True, slots=True)
class Origin:
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
        self._idle: dict[Origin, list[Line]] = {}
        self._calls: set[UpstreamCall] = set()
        self.now_ms = monotonic_ms()

    def call(self, url: str, request: UpstreamRequest, listener: Listener, *, fresh: bool) -> UpstreamCall:
        """Sends a request on an unused connection, or on a new one."""
        origin, start = self._targets.get(url) or self._target(url)
        head = b"%bcontent-length: %d\r\n%b\r\n" % (start, len(request.body), request.header_lines)
        call = UpstreamCall(self, origin, head + request.body, request, listener)
        self._calls.add(call)
        line = None if fresh else self._unused(origin)
        if line is None:
            call.dial(self._loop)
        else:
            line.carry(call, reused=True)
        return call

    def _target(self, url: str) -> tuple[Origin, bytes]:
        parts = urlsplit(url)
        tls = parts.scheme == "https"
        origin = Origin(tls, parts.hostname or "", parts.port or (443 if tls else 80))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # Identity, so that a stream's events arrive as they are made and can be read in passing.
        start = f"POST {path} HTTP/1.1\r\nhost: {origin.authority}\r\naccept-encoding: identity\r\n".encode("ascii")
        self._targets[url] = origin, start
        return origin, start

    def _unused(self, origin: Origin) -> Line | None:
        lines = self._idle.get(origin)
        while lines:
            line = lines.pop()
            if not line.closing:
                return line
        return None

    def trust(self) -> ssl.SSLContext:
        """What servers are verified against; read once, at the first https address."""
        if self._trust is None:
            self._trust = ssl.create_default_context()
        return self._trust

    def keep(self, line: Line) -> None:
        """Takes a connection back for the next call."""
        lines = self._idle.setdefault(line.origin, [])
        if len(lines) >= IDLE_MAX:
            line.drop()
            return
        line.idle_since_ms = self.now_ms
        lines.append(line)

    def forget(self, line: Line) -> None:
        """A connection that was unused is gone."""
        lines = self._idle.get(line.origin)
        if lines is not None and line in lines:
            lines.remove(line)

    def over(self, call: UpstreamCall) -> None:
        """A call needs no more watching."""
        self._calls.discard(call)

    def sweep(self) -> None:
        """Ends what took too long."""
        now = self.now_ms = self._monotonic_ms()
        for call in [call for call in self._calls if now >= call.deadline_ms]:
            call.late()
        for lines in self._idle.values():
            for line in [line for line in lines if now - line.idle_since_ms > IDLE_MS]:
                lines.remove(line)
                line.drop()

    def close(self) -> None:
        """Drops all connections."""
        for call in list(self._calls):
            call.close()
        for lines in self._idle.values():
            for line in lines:
                line.drop()
        self._idle.clear()


class UpstreamCall:
    """One request and its answer."""

    __slots__ = ("_dialling", "_head_seen", "_left", "_paused", "data", "deadline_ms", "line", "listener", "origin", "pool", "request")

    def __init__(self, pool: Pool, origin: Origin, data: bytes, request: UpstreamRequest, listener: Listener) -> None:
        self.pool = pool
        self.origin = origin
        self.data = data
        self.request = request
        self.listener: Listener | None = listener
        self.line: Line | None = None
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
        try:
            _, line = await loop.create_connection(
                lambda: Line(pool, origin),
                origin.host,
                origin.port,
                ssl=pool.trust() if origin.tls else None,
                server_hostname=origin.host if origin.tls else None,
            )
        except OSError as problem:
            self._dialling = None
            self.fail(_problem(problem))
            return
        self._dialling = None
        line.carry(self, reused=False)

    def began(self, line: Line, *, reused: bool) -> None:
        """The request is on its way."""
        self.line = line
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
        self.heard()
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
        self.line = None
        if listener is not None:
            listener.ended()

    def fail(self, problem: Transport) -> None:
        """The call is over without a whole answer."""
        self.pool.over(self)
        listener, self.listener = self.listener, None
        line, self.line = self.line, None
        if line is not None:
            line.drop()
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
        line, self.line = self.line, None
        if line is not None:
            line.drop()

    def leave(self) -> None:
        """Reads the little that is left, for the connection's sake."""
        self.listener = None
        self._left = True
        self.deadline_ms = self.pool.now_ms + LEFT_MS

    def pause(self) -> None:
        """Stops reading."""
        self._paused = True
        if self.line is not None:
            self.line.pause()

    def resume(self) -> None:
        """Goes on reading."""
        self._paused = False
        self.heard()
        if self.line is not None:
            self.line.resume()


class Line(asyncio.Protocol):
    """One connection."""

    def __init__(self, pool: Pool, origin: Origin) -> None:
        self.origin = origin
        self.idle_since_ms = 0
        self.closing = False
        self._pool = pool
        self._transport: asyncio.Transport | None = None
        self._call: UpstreamCall | None = None
        self._begin_answer()

    def _begin_answer(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._parts: list[bytes] = []
        self._head_bytes = 0
        self._in_body = False
        self._until_eof = False
        self._whole = False
        self._kept_alive = False
        self._surplus = False
        self._decoder: zlib._Decompress | None = None
        self._decoded = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # by duck: uvloop's do not inherit from it
        raw = transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def carry(self, call: UpstreamCall, *, reused: bool) -> None:
        """Sends a call's request."""
        self._call = call
        if self.closing or self._transport is None:
            call.fail(Transport.DROPPED)
            return
        self._transport.write(call.data)
        call.began(self, reused=reused)

    def data_received(self, data: bytes) -> None:
        call = self._call
        if call is None:
            # Nobody asked: whatever this is, it must not become the answer to the next call.
            self.drop()
            return
        call.heard()
        if not self._in_body:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_MAX + 262_144:
                call.fail(Transport.GARBAGE)
                return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, zlib.error, _UnreadableError):
            self._hand_on()
            if self._whole and self._call is call:
                # The answer is all there; only what stands behind it is none of ours.
                self._surplus = True
                self._end(call)
            else:
                call.fail(Transport.GARBAGE)
            return
        except httptools.HttpParserUpgrade:
            call.fail(Transport.GARBAGE)
            return
        if self._call is not call:
            return
        self._hand_on()
        if self._whole and self._call is call:
            self._end(call)

    def _hand_on(self) -> None:
        if self._parts and self._call is not None:
            parts, self._parts = self._parts, []
            self._call.body(parts[0] if len(parts) == 1 else b"".join(parts))

    def _end(self, call: UpstreamCall) -> None:
        again = self._kept_alive and not self._surplus and not self._until_eof
        self._call = None
        if again and not self.closing:
            self.resume()
            self._begin_answer()
            self._pool.keep(self)
        else:
            self.drop()
        call.finish()

    # Called by the parser.

    def on_message_begin(self) -> None:
        """A second message in one answer is not ours."""
        self._surplus = self._surplus or self._whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line."""
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if self._surplus or self._call is None:
            return
        status = self._parser.get_status_code()
        if status < 200:
            return
        self._in_body = True
        headers = self._headers
        self._until_eof = b"content-length" not in headers and b"transfer-encoding" not in headers and status not in (204, 304)
        encoding = headers.get(b"content-encoding", b"identity").strip().lower()
        if encoding not in (b"identity", b""):
            if encoding not in _DECODERS:
                raise _UnreadableError
            self._decoder = zlib.decompressobj(_DECODERS[encoding])
        self._call.head(status, headers)

    def on_body(self, data: bytes) -> None:
        """A part of the body as it came."""
        if self._surplus or self._call is None:
            return
        if self._decoder is not None:
            data = self._decoder.decompress(data, DECODED_MAX - self._decoded + 1)
            self._decoded += len(data)
            if self._decoded > DECODED_MAX:
                raise _UnreadableError
        if data:
            self._parts.append(data)

    def on_message_complete(self) -> None:
        """The answer is whole, unless it only announced another one (1xx)."""
        if self._parser.get_status_code() < 200:
            self._headers = {}
        else:
            self._whole = True
            self._kept_alive = self._parser.should_keep_alive()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.closing = True
        call, self._call = self._call, None
        if call is None:
            self._pool.forget(self)
        elif self._until_eof and self._in_body:
            call.finish()
        else:
            call.line = None
            call.fail(Transport.TRUNCATED if self._in_body else Transport.DROPPED)

    def pause(self) -> None:
        """Stops reading."""
        if self._transport is not None and not self.closing:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Goes on reading."""
        if self._transport is not None and not self.closing:
            self._transport.resume_reading()

    def drop(self) -> None:
        """Closes the connection at once."""
        self.closing = True
        self._call = None
        if self._transport is not None:
            self._transport.abort()


class _UnreadableError(Exception):
    """A body in an encoding that is not read, or that unpacks to more than is read."""


def _problem(problem: OSError) -> Transport:
    if isinstance(problem, ssl.SSLError):
        return Transport.TLS
    if isinstance(problem, socket.gaierror):
        return Transport.DNS
    if isinstance(problem, TimeoutError):
        return Transport.CONNECT_TIMEOUT
    # Refused, or no way there at all: for whoever asked it comes to the same.
    return Transport.REFUSED
