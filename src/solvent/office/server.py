"""Serving: runs the application on a listening socket until it is told to stop, and leaves no connection hanging."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from solvent.office.guard import BODY_BYTES_MAX

DRAIN_S = 1
HEAD_S = 10
# More than browsers and proxies send: cookies, a search of 200 characters and a long language list are some 12 KiB.
HEAD_BYTES_MAX = 32 * 1024
# For how long a client may take nothing of what waits for it, and of what is left when its connection ends.
STUCK_S, REST_S = 30, 15
CONNECTIONS_MAX = 512
# These are still told that the server is full; whoever comes after them is not.
_TOLD_FULL = 64
# Twice the largest body: chunks of one byte each would cost minutes of work else.
WIRE_BYTES_MAX = 2 * BODY_BYTES_MAX


async def serve(app: ASGIApp, listener: socket.socket, on_ready: Callable[[], None], stop: asyncio.Event) -> None:
    """Runs until `stop` is set, then finishes what is under way, for at most `DRAIN_S` seconds."""
    config = uvicorn.Config(
        app,
        http=_Protocol,
        proxy_headers=False,  # a header that anybody can write must not choose whose limit counts
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        log_level="error",  # what strangers send wrong must not fill a disk
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=DRAIN_S,
        limit_concurrency=CONNECTIONS_MAX,
    )
    server = _Server(config, on_ready, stop)
    await server.serve(sockets=[listener])


class _Protocol(HttpToolsProtocol):
    """Ends a connection that only holds a place: whose request's head is large or late, whose request is larger on the wire than any
    that is read, whose client does not take its answer; and one too many.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._wire_bytes = self._head_bytes = self._unread_head = 0
        self._in_head = False
        self._late: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX + _TOLD_FULL:
            transport.abort()
            return
        self._expect_head()

    def _expect_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEAD_S, self._leave)

    def _leave(self) -> None:
        """Closes, and waits no longer than `REST_S` for a client to take what is left."""
        self.transport.close()
        self._abort_in(REST_S)

    def _abort_in(self, seconds: int) -> None:
        self._unstick()
        self._stuck = self.loop.call_later(seconds, self.transport.abort)

    def _unstick(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def pause_writing(self) -> None:
        """The client takes nothing for now."""
        super().pause_writing()
        self._abort_in(STUCK_S)

    def resume_writing(self) -> None:
        """It took what was there."""
        if not self.transport.is_closing():
            self._unstick()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """No further request came."""
        self._leave()

    def _head_came(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self._expect_head()
        self._wire_bytes += len(data)
        if self._wire_bytes > WIRE_BYTES_MAX or self._unread_head > 2 * HEAD_BYTES_MAX:
            self._leave()
            return
        super().data_received(data)
        # The parser keeps a line until it is whole.
        self._unread_head = self._unread_head + len(data) if self._in_head else 0

    def on_message_begin(self) -> None:
        self._head_bytes, self._in_head = 0, True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count_head(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_head(name, value)
        super().on_header(name, value)

    def _count_head(self, *parts: bytes) -> None:
        """Raises `ValueError` where the head is too large, which the parser takes for a request that is none."""
        self._head_bytes += sum(map(len, parts)) + 4
        if self._head_bytes > HEAD_BYTES_MAX:
            raise ValueError("the head is too large")

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_came()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        super().send_400_response(msg)
        self._leave()

    def on_response_complete(self) -> None:
        self._wire_bytes = 0
        super().on_response_complete()
        if self.transport.is_closing():
            self._leave()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)
        self._unstick()


class _Server(uvicorn.Server):
    """Says when the first page can be asked for, and leaves signals to the process."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], stop: asyncio.Event) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._stop = stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Takes none: whoever runs this is told by `stop`."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop; asked ten times a second."""
        return await super().on_tick(counter) or self._stop.is_set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()
