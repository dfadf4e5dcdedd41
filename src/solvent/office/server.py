"""Serving: binds the address, runs the application until a signal, and leaves no connection hanging."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from solvent.base.errors import StartError

DRAIN_S = 5


def bind(host: str, port: int, *, or_free: bool = False) -> socket.socket:
    """A listening socket on the address; with `or_free`, on a free port where this one is taken. Raises `StartError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as problem:
        if or_free and problem.errno in (errno.EADDRINUSE, errno.EACCES):
            listener.bind((host, 0))
        else:
            listener.close()
            why = "another program listens there" if problem.errno == errno.EADDRINUSE else str(problem.strerror)
            message = f"cannot listen on {host}:{port}: {why}; stop it, or set another address in `[office] listen`"
            raise StartError(message) from problem
    listener.listen(512)
    return listener


async def serve(app: ASGIApp, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Runs until SIGTERM or SIGINT, then finishes what is under way, for at most `DRAIN_S` seconds."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=DRAIN_S,
        limit_concurrency=512,
        h11_max_incomplete_event_size=64 * 1024,
    )
    server = _Server(config, on_ready)
    await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when the first page can be asked for."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stops serving on SIGTERM and SIGINT; unlike the parent's, lets the program end its own way after that."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT)
        for number in numbers:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()
