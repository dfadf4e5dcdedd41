"""Listening on the machine's own loopback: what unit tests, which may not open sockets, leave to this file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from solvent.adapters.listening import bind
from solvent.base.errors import StartError
from solvent.bootstrap.children import inherited
from solvent.office import server

CURE = "stop it, or set another address in `[office] listen`"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def port_of(listener: socket.socket) -> int:
    number = listener.getsockname()[1]
    assert isinstance(number, int)
    return number


def test_a_listening_socket_takes_connections() -> None:
    with bind("127.0.0.1", 0, cure=CURE) as listener, socket.create_connection(("127.0.0.1", port_of(listener)), timeout=5):
        accepted, _ = listener.accept()
        accepted.close()


def test_a_taken_port_is_refused_with_the_setting_that_changes_it(taken: int) -> None:
    with pytest.raises(StartError, match=rf"cannot listen on 127\.0\.0\.1:{taken}: another program listens there; .*`\[office\] listen`"):
        bind("127.0.0.1", taken, cure=CURE)


def test_a_taken_port_is_replaced_by_a_free_one_where_that_is_wanted(taken: int) -> None:
    with bind("127.0.0.1", taken, or_free=True, cure=CURE) as listener:
        assert port_of(listener) != taken
        assert listener.getsockname()[0] == "127.0.0.1"


def test_a_free_port_is_kept_where_another_would_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number = port_of(probe)
    with bind("127.0.0.1", number, or_free=True, cure=CURE) as listener:
        assert port_of(listener) == number


@pytest.mark.parametrize("or_free", [False, True])
def test_an_address_of_another_machine_is_refused(or_free: bool) -> None:  # noqa: FBT001 - a table's column
    # TEST-NET-1: no machine has it.
    with pytest.raises(StartError, match=r"cannot listen on 192\.0\.2\.1:0: "):
        bind("192.0.2.1", 0, or_free=or_free, cure=CURE)


def test_a_socket_that_was_handed_on_goes_no_further() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        descriptor = theirs.detach()
        os.set_inheritable(descriptor, True)
        with inherited(descriptor) as found:
            assert not os.get_inheritable(found.fileno())


class _Line(asyncio.Transport):
    """A connection whose client takes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False
        self.aborted = asyncio.Event()

    def get_extra_info(self, _name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True
        self.aborted.set()

    def write(self, data: Any) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@contextlib.asynccontextmanager
async def _served(app: ASGIApp) -> AsyncIterator[int]:
    """The port on which the application is served."""
    stop, up = asyncio.Event(), asyncio.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(app, listener, up.set, stop))
            await up.wait()
            try:
                yield port_of(listener)
            finally:
                stop.set()


@contextlib.asynccontextmanager
async def _asked(port: int, request: bytes) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        yield reader
    finally:
        writer.transport.abort()


def _protocol() -> server._Protocol:
    config = uvicorn.Config(_nothing, lifespan="off", log_config=None, ws="none")
    config.load()
    return server._Protocol(config=config, server_state=ServerState(), app_state={})


@pytest.mark.anyio
async def test_a_client_that_takes_nothing_of_its_answer_holds_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STUCK_S", 0.05)
    ended = asyncio.Event()

    async def endless(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            for _ in range(1_000):
                await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
        finally:
            ended.set()

    async with _served(endless) as port, _asked(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        await ended.wait()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "how",
    ["no further request came", "it was no request", "its head was late", "it was too much", "it was the last", "its line has no end"],
)
async def test_what_is_left_for_a_client_that_takes_nothing_is_dropped(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REST_S", 0)
    monkeypatch.setattr(server, "HEAD_S", 0 if how == "its head was late" else 1_000)
    monkeypatch.setattr(server, "WIRE_BYTES_MAX", 4 if how == "it was too much" else 1_000_000)
    line, protocol = _Line(), _protocol()
    protocol.connection_made(line)
    if how == "no further request came":
        protocol.timeout_keep_alive_handler()
    elif how == "it was no request":
        protocol.data_received(b"\x16\x03\x01 a TLS client\r\n\r\n")
    elif how == "it was too much":
        protocol.data_received(b"GET /")
    elif how == "its line has no end":
        protocol.data_received(b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ")
        for _ in range(2 * server.HEAD_BYTES_MAX // 1_000 + 2):
            protocol.data_received(b"x" * 1_000)
    elif how == "it was the last":
        protocol.data_received(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(10):
        await line.aborted.wait()
    protocol.connection_lost(None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /?q=" + b"x" * 12_000 + b" HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"x" * 12_000, b"200"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: " + b"x" * server.HEAD_BYTES_MAX, b"400"),
        (b"GET /" + b"x" * server.HEAD_BYTES_MAX + b" HTTP/1.1\r\nHost: localhost", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost" + b"\r\na:b" * 10_000, b"400"),
    ],
    ids=["what browsers send", "a large line", "a long address", "many lines"],
)
async def test_a_head_that_is_too_large_is_not_read(head: bytes, status: bytes) -> None:
    async with _served(_nothing) as port, _asked(port, head + b"\r\n\r\n") as reader:
        assert (await reader.readline()).split()[1] == status


@pytest.mark.anyio
async def test_in_a_flood_the_first_are_told_that_it_is_full_and_the_others_hold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS_MAX", 2)
    monkeypatch.setattr(server, "_TOLD_FULL", 1)
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    said = []
    async with _served(_nothing) as port, contextlib.AsyncExitStack() as stack:
        for _ in range(4):
            async with _asked(port, request) as reader:
                try:
                    said.append((await reader.readline())[9:12])
                except ConnectionError:
                    said.append(b"")
            # One that asks for nothing yet.
            await stack.enter_async_context(_asked(port, b"G"))
    assert said == [b"200", b"503", b"503", b""]
