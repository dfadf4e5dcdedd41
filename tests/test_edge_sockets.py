"""The edge's two sides over real sockets and the loop that `serve` runs on: what transports that only play at it cannot show."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
import uvloop

from solvent.edge.requests import Broken, Request
from solvent.edge.server import Connection, Server
from solvent.edge.upstream import Pool, UpstreamCall
from solvent.model.call import UpstreamRequest
from solvent.model.failure import Transport
from solvent.model.route import Timeouts
from tests import tls

LIMIT_S = 20
POST = b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}"
CHUNK = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000


class Relay:
    """Hands what an upstream answers on to a client as it comes: the exchange without its judgements."""

    def __init__(self, connection: Connection | None) -> None:
        self.connection = connection
        self.call: UpstreamCall | None = None
        self.reused = False
        self.body = b""
        self.problem: Transport | None = None
        self.over = asyncio.Event()

    def connected(self, *, reused: bool) -> None:
        self.reused = reused

    def sent(self) -> None:
        pass

    def answered(self, status: int, headers: Mapping[bytes, bytes]) -> None:  # noqa: ARG002 - the port's signature
        if self.connection is not None:
            self.connection.begin(status, ())

    def received(self, data: bytes) -> None:
        if self.connection is not None:
            self.connection.send(data)
        else:
            self.body += data

    def ended(self) -> None:
        if self.connection is not None:
            self.connection.end()
        self.over.set()

    def failed(self, problem: Transport) -> None:
        self.problem = problem
        if self.connection is not None:
            self.connection.cut()
        self.over.set()

    def client_left(self) -> None:
        assert self.call is not None
        self.call.close()
        self.over.set()

    def client_full(self) -> None:
        assert self.call is not None
        self.call.pause()

    def client_ready(self) -> None:
        assert self.call is not None
        self.call.resume()


class Gateway:
    """A server and a pool on the running loop."""

    def __init__(self, url: str, trust: ssl.SSLContext | None = None) -> None:
        self.url = url
        self.port = 0
        self.pool = Pool(asyncio.get_running_loop(), monotonic_ms, trust)
        self.server = Server(self, monotonic_ms, body_bytes_max=lambda: 32_000_000)
        self.relays: list[Relay] = []

    def handle(self, request: Request, connection: Connection) -> None:
        relay = Relay(connection)
        self.relays.append(relay)
        connection.listening = relay
        relay.call = self.pool.call(self.url, UpstreamRequest(b"", request.body, Timeouts(), stream=True), relay, fresh=False)

    def refuse(self, broken: Broken, connection: Connection) -> None:
        connection.whole(broken.status, (), broken.problem.encode())

    async def ask(self, *, fresh: bool = False) -> Relay:
        """One call of the upstream without a client."""
        relay = Relay(None)
        relay.call = self.pool.call(self.url, UpstreamRequest(b"", b"{}", Timeouts(), stream=False), relay, fresh=fresh)
        await relay.over.wait()
        return relay


@contextlib.asynccontextmanager
async def upstream(talk: Talk, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that does `talk` on every connection; its port."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@contextlib.asynccontextmanager
async def gateway(talk: Talk) -> AsyncIterator[Gateway]:
    """A gateway before such an upstream."""
    async with upstream(talk) as port:
        made = Gateway(f"http://127.0.0.1:{port}/v1/messages")
        listening = await asyncio.get_running_loop().create_server(made.server.connection, "127.0.0.1", 0)
        made.port = listening.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            listening.close()
            made.server.abort()
            made.pool.close()
            await asyncio.sleep(0)


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(LIMIT_S):
            await test()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(limited())
        # A turn for each transport that was closed last.
        runner.run(asyncio.sleep(0))


async def head_of(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


async def chunks_of(reader: asyncio.StreamReader) -> bytes:
    """The body of a chunked answer."""
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        assert await reader.readexactly(2) == b"\r\n"
    assert await reader.readexactly(2) == b"\r\n"
    return body


async def take_request(reader: asyncio.StreamReader) -> None:
    await head_of(reader)
    await reader.readexactly(2)


async def no_upstream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    raise AssertionError("nothing should have reached the upstream")


def test_a_stream_passes_through_and_its_connections_serve_again() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await take_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            for number in range(10):
                writer.write(b"1\r\n%d\r\n" % number)
                await writer.drain()
            writer.write(b"0\r\n\r\n")

    async def test() -> None:
        async with gateway(talk) as made:
            reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
            for number in range(3):
                writer.write(POST)
                assert b"transfer-encoding: chunked" in await head_of(reader)
                assert await chunks_of(reader) == b"0123456789"
                assert made.relays[-1].reused is (number > 0)
            writer.close()

    run(test)


def test_a_client_that_does_not_read_stops_the_upstream_and_goes_on_where_it_was() -> None:
    total = 400 * len(CHUNK)
    sent = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await take_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(400):
            writer.write(CHUNK)
            await writer.drain()
            sent += len(CHUNK)
        writer.write(b"0\r\n\r\n")

    async def test() -> None:
        async with gateway(talk) as made:
            with socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
                client.setblocking(False)
                loop = asyncio.get_running_loop()
                await loop.sock_connect(client, ("127.0.0.1", made.port))
                await loop.sock_sendall(client, POST)
                before = -1
                while sent == 0 or sent != before:
                    before = sent
                    for _ in range(2_000):  # turns of the loop in which it could go on
                        await asyncio.sleep(0)
                (connection,) = made.server.connections
                assert connection.full
                assert sent < total
                content, end = 0, b""
                while not end.endswith(b"0\r\n\r\n"):
                    part = await loop.sock_recv(client, 1 << 20)
                    content += part.count(b"x")
                    end = (end + part)[-5:]
            assert content == 400 * 0x8000

    run(test)


def test_a_client_that_leaves_takes_its_call_with_it() -> None:
    async def test() -> None:
        left = asyncio.Event()

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await take_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n")
            assert await reader.read() == b""
            left.set()

        async with gateway(talk) as made:
            reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
            writer.write(POST)
            await head_of(reader)
            writer.close()
            await left.wait()
            assert made.server.connections == set()

    run(test)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 4_000_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 40000000\r\n\r\n" + b"x" * 40_000_000, 413),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n" + b"x" * 4_000_000, 400),
    ],
)
def test_a_client_that_sends_on_after_its_refusal_can_read_it(request_bytes: bytes, status: int) -> None:
    async def test() -> None:
        async with gateway(no_upstream) as made:
            reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
            writer.write(request_bytes)
            await writer.drain()
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 %d " % status)
            assert b"; send " in answer
            writer.close()

    run(test)


def test_an_old_client_gets_a_stream_without_chunks() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
        await reader.read()

    async def test() -> None:
        async with gateway(talk) as made:
            reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
            writer.write(b"POST / HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}")
            assert await reader.read() == b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhi"
            writer.close()

    run(test)


def test_a_body_that_breaks_is_not_ended_as_if_it_were_whole() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n")

    async def test() -> None:
        async with gateway(talk) as made:
            reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
            writer.write(POST)
            assert (await reader.read()).endswith(b"\r\n\r\n2\r\nhi\r\n")
            assert made.relays[0].problem is Transport.TRUNCATED
            writer.close()

    run(test)


def test_an_upstream_that_closes_after_each_answer_is_dialled_anew_or_named_as_dropped() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take_request(reader)
        # Without saying so: the next call may find the connection still there.
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    async def test() -> None:
        async with gateway(talk) as made:
            for _ in range(200):
                relay = await made.ask()
                if relay.problem is not None:
                    # What the exchange's rule for another try goes by.
                    assert (relay.problem, relay.reused, relay.body) == (Transport.DROPPED, True, b"")
                    relay = await made.ask(fresh=True)
                assert (relay.problem, relay.body) == (None, b"{}")

    run(test)


def test_late_surplus_bytes_reach_no_other_call() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()
        for _ in range(3):
            await asyncio.sleep(0)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison")
        await reader.read()

    async def test() -> None:
        async with gateway(talk) as made:
            for _ in range(100):
                relay = await made.ask()
                for _ in range(10):
                    await asyncio.sleep(0)
                assert relay.problem is not None or relay.body == b"{}"
                assert b"poison" not in relay.body

    run(test)


def test_an_upstream_that_resets_its_connection_is_told_apart_from_one_that_refuses() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await take_request(reader)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def test() -> None:
        async with gateway(talk) as made:
            assert (await made.ask()).problem is Transport.DROPPED
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        made = Gateway(f"http://127.0.0.1:{port}/v1/messages")
        assert (await made.ask()).problem is Transport.REFUSED

    run(test)


def test_a_server_is_only_spoken_to_where_its_certificate_is_trusted_and_names_it(tmp_path: Path) -> None:
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await head_of(reader))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await reader.read()

    async def test() -> None:
        async with upstream(talk, tls.server(tmp_path)) as port:
            for host, trust, problem in (
                ("localhost", None, Transport.TLS),
                ("127.0.0.1", tls.trusting(), Transport.TLS),
                ("localhost", tls.trusting(), None),
            ):
                made = Gateway(f"https://{host}:{port}/v1/messages", trust)
                relay = await made.ask()
                assert relay.problem is problem, (host, relay.problem)
                made.pool.close()
        assert len(heard) == 1
        assert b"host: localhost:%d\r\n" % port in heard[0]

    run(test)
