"""The sandbox's sockets: reads requests, writes replies, and breaks the wire where a reply says so.

One request of a connection is answered at a time; those that wait stop its reading. What a caller does not read is not made either.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, cast

import httptools

from solvent.sandbox.accounts import Outcome
from solvent.sandbox.framing import CONTINUE, Framing, frame
from solvent.sandbox.reply import Heard, Reply
from solvent.sandbox.sandbox import Sandbox

BODY_BYTES_MAX = 64 * 1024 * 1024
BATCH_EVENTS = 64
WAITING_MAX = 8


async def serve(listener: socket.socket, sandbox: Sandbox, on_ready: Callable[[], None]) -> None:
    """Serves until it is cancelled, then drops every connection at once."""
    loop = asyncio.get_running_loop()
    connections: set[Connection] = set()
    server = await loop.create_server(lambda: Connection(sandbox, connections, loop), sock=listener)
    try:
        on_ready()
        await loop.create_future()
    finally:
        server.close()
        for connection in tuple(connections):
            connection.drop()


class _Request(NamedTuple):
    heard: Heard
    keep_alive: bool
    http10: bool


class Connection(asyncio.Protocol):
    """One caller's connection."""

    def __init__(self, sandbox: Sandbox, connections: set[Connection], loop: asyncio.AbstractEventLoop) -> None:
        self._sandbox = sandbox
        self._connections = connections
        self._loop = loop
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[_Request] = deque()
        self._delivery: _Delivery | None = None
        self._transport: asyncio.Transport | None = None
        self._url, self._headers, self._body, self._size = b"", dict[str, str](), list[bytes](), 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A caller came."""
        # uvloop's transports are of this kind without saying so.
        self._transport = cast(asyncio.Transport, transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        """A caller left; a call under way is settled for what reached them."""
        self._connections.discard(self)
        self._transport = None
        if self._delivery is not None:
            self._delivery.lost()
            self._delivery = None

    def drop(self) -> None:
        """Ends the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        """The caller does not read."""
        if self._delivery is not None:
            self._delivery.pause()

    def resume_writing(self) -> None:
        """The caller reads again."""
        if self._delivery is not None:
            self._delivery.resume()

    def data_received(self, data: bytes) -> None:
        """Bytes of requests; what is not HTTP ends the connection."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if self._transport is not None:
                self._transport.write(frame(Reply(400), keep_alive=False).head)
                self._transport.close()
            return
        self._next()

    def on_message_begin(self) -> None:
        """A new request."""
        self._url, self._headers, self._body, self._size = b"", {}, [], 0

    def on_url(self, url: bytes) -> None:
        """A part of its target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of its headers."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Its head is there; a caller that waits for leave to send the body gets it."""
        if self._headers.get("expect", "").lower() == "100-continue" and self._transport is not None:
            self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        """A part of its body."""
        self._size += len(body)
        if self._size > BODY_BYTES_MAX:
            self.drop()
            return
        self._body.append(body)

    def on_message_complete(self) -> None:
        """It is whole, and waits for its turn."""
        heard = Heard(self._parser.get_method().decode("latin-1"), self._url.decode("latin-1"), self._headers, b"".join(self._body))
        self._waiting.append(_Request(heard, self._parser.should_keep_alive(), self._parser.get_http_version() == "1.0"))
        if len(self._waiting) >= WAITING_MAX and self._transport is not None:
            self._transport.pause_reading()

    def _next(self) -> None:
        if self._delivery is None and self._waiting and self._transport is not None:
            request = self._waiting.popleft()
            if len(self._waiting) == WAITING_MAX - 1:
                self._transport.resume_reading()
            reply = self._sandbox.hear(request.heard)
            framing = frame(reply, keep_alive=request.keep_alive, http10=request.http10)
            self._delivery = _Delivery(self._loop, self._transport, reply, framing, self._delivered)
            self._delivery.start()

    def _delivered(self, *, close: bool) -> None:
        self._delivery = None
        if self._transport is None:
            return
        if close:
            self._transport.close()
        elif self._waiting:
            # Not at once: a row of small answers would call itself as deep as the row is long.
            self._loop.call_soon(self._next)


class _Delivery:
    """One reply on its way out. Its call is settled once: when the last byte is written, when it is cut, or when the caller left."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        transport: asyncio.Transport,
        reply: Reply,
        framing: Framing,
        done: Callable[..., None],
    ) -> None:
        self._loop, self._transport, self._reply, self._framing, self._done = loop, transport, reply, framing, done
        self._timer: asyncio.TimerHandle | None = None
        self._paused = self._over = False
        self._events = self._tokens = 0

    def start(self) -> None:
        wire = self._reply.wire
        if wire.hang:
            return
        if wire.delay_ms:
            self._timer = self._loop.call_later(wire.delay_ms / 1000, self._begin)
        else:
            self._begin()

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False
        if self._timer is None and not self._over:
            self._pump()

    def lost(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._settle(Outcome.LEFT, None if self._reply.events is None else self._tokens)
        self._over = True

    def _settle(self, outcome: Outcome, tokens: int | None) -> None:
        if not self._over and self._reply.settle is not None:
            self._reply.settle(outcome, tokens)

    def _begin(self) -> None:
        self._timer = None
        self._transport.write(self._framing.head)
        self._pump()

    def _pump(self) -> None:
        self._timer = None
        wire, batch = self._reply.wire, list[bytes]()
        while not self._paused and not self._over:
            if self._reply.events is not None and self._events in (wire.cut_after, wire.stall_after):
                self._write(batch)
                if self._events == wire.cut_after:
                    self._finish(Outcome.CUT, close=True)
                return
            event = next(self._framing.pieces, None)
            if event is None:
                batch.append(self._framing.end)
                self._write(batch)
                self._finish(Outcome.ANSWERED, close=self._framing.close)
                return
            batch.append(event.data)
            self._events += 1
            self._tokens += event.tokens
            if wire.drip_ms is not None:
                self._write(batch)
                self._timer = self._loop.call_later(wire.drip_ms / 1000, self._pump)
                return
            if len(batch) >= BATCH_EVENTS:
                self._write(batch)
        self._write(batch)

    def _write(self, batch: list[bytes]) -> None:
        if batch:
            self._transport.write(b"".join(batch))
            batch.clear()

    def _finish(self, outcome: Outcome, *, close: bool) -> None:
        self._settle(outcome, None if self._reply.events is None else self._tokens)
        self._over = True
        self._done(close=close)
