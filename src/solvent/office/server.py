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
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=DRAIN_S,
        limit_concurrency=512,
    )
    server = _Server(config, on_ready, stop)
    await server.serve(sockets=[listener])


class _Protocol(HttpToolsProtocol):
    """Closes a connection whose request head does not come in time, or whose request is larger on the wire than any that is read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._wire_bytes = 0
        self._late: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._expect_head()

    def _expect_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEAD_S, self.transport.close)

    def _head_came(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self._expect_head()
        self._wire_bytes += len(data)
        if self._wire_bytes > WIRE_BYTES_MAX:
            self.transport.close()
            return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        self._wire_bytes = 0
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)


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
