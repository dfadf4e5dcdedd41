from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import Mapping
from typing import Any

import pytest

from solvent.edge import responses, upstream
from solvent.edge.upstream import Pool, UpstreamCall, UpstreamConnection
from solvent.model.call import UpstreamRequest
from solvent.model.failure import Transport
from solvent.model.route import Timeouts
from tests.unit.edge.wires import Clock, Wire

pytestmark = pytest.mark.anyio

URL = "http://up.example:8080/v1/messages?beta=true"
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class Ear:
    """Hears of one call."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.body = b""

    def connected(self, *, reused: bool) -> None:
        self.heard.append(("connected", reused))

    def sent(self) -> None:
        self.heard.append("sent")

    def answered(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        self.heard.append(("answered", status))
        self.headers = headers

    def received(self, data: bytes) -> None:
        self.body += data
        self.heard.append(("received", len(data)))

    def ended(self) -> None:
        self.heard.append("ended")

    def failed(self, problem: Transport) -> None:
        self.heard.append(problem)


class Net:
    """Connections that a test plays the server of, in place of the loop's."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.connections: list[tuple[UpstreamConnection, Wire]] = []
        self.problem: Exception | None = None
        self.hangs = False
        self.late: asyncio.Event | None = None  # when the loop tells of a connection that is there
        self.asked: list[tuple[str, int, bool]] = []
        self.pool = Pool(self, self.clock, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))  # type: ignore[arg-type]

    def call_soon(self, act: Any) -> None:
        asyncio.get_running_loop().call_soon(act)

    def create_task(self, work: Any) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(work)

    async def create_connection(
        self, make: Any, host: str, port: int, *, ssl: Any, server_hostname: str | None
    ) -> tuple[Wire, UpstreamConnection]:
        self.asked.append((host, port, ssl is not None))
        assert server_hostname == (host if ssl is not None else None)
        if self.hangs:
            await asyncio.Event().wait()
        if self.problem is not None:
            raise self.problem
        connection, wire = make(), Wire()
        connection.connection_made(wire)
        self.connections.append((connection, wire))
        if self.late is not None:
            await self.late.wait()
        return wire, connection

    async def call(self, ear: Ear, *, fresh: bool = False, url: str = URL, stream: bool = True) -> UpstreamCall:
        request = UpstreamRequest(b"x-api-key: k\r\n", b'{"a":1}', Timeouts(), stream)
        call = self.pool.call(url, request, ear, fresh=fresh)
        # A turn to dial, one to hear that it was done, and one at whose end all requests leave.
        for _ in range(3):
            await asyncio.sleep(0)
        return call

    def pass_ms(self, ms: int) -> None:
        self.clock.ms += ms
        self.pool.sweep()


async def test_a_request_is_sent_as_one_piece_and_its_answer_heard_in_order() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    connection, wire = net.connections[0]
    assert net.asked == [("up.example", 8080, False)]
    assert wire.take() == (
        b"POST /v1/messages?beta=true HTTP/1.1\r\nhost: up.example:8080\r\naccept-encoding: identity\r\n"
        b'content-length: 7\r\nx-api-key: k\r\n\r\n{"a":1}'
    )
    connection.data_received(OK)
    assert ear.heard == [("connected", False), "sent", ("answered", 200), ("received", 2), "ended"]


async def test_a_connection_serves_again_unless_a_fresh_one_is_asked_for() -> None:
    net = Net()
    for number, fresh in enumerate((False, False, True)):
        ear = Ear()
        await net.call(ear, fresh=fresh)
        assert ear.heard[0] == ("connected", number == 1)
        net.connections[-1][0].data_received(OK)
        assert ear.heard[-1] == "ended"
    assert len(net.connections) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        OK + b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison",
        OK + b"surplus",
    ],
)
async def test_a_connection_that_ends_or_says_too_much_never_serves_again(answer: bytes) -> None:
    net, ear, other = Net(), Ear(), Ear()
    await net.call(ear)
    net.connections[0][0].data_received(answer)
    assert net.connections[0][1].aborted
    assert ear.heard[-1] == "ended"
    assert b"poison" not in ear.body
    await net.call(other)
    assert len(net.connections) == 2


async def test_a_connection_that_speaks_unasked_is_dropped() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    connection, wire = net.connections[0]
    connection.data_received(OK)
    connection.data_received(OK)
    assert wire.aborted
    other = Ear()
    await net.call(other)
    assert other.heard[0] == ("connected", False)
    assert other.body == b""


async def test_what_one_read_brought_is_heard_in_one_piece() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    chunks = b"".join(b"5\r\ndata \r\n" for _ in range(100))
    net.connections[0][0].data_received(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunks)
    assert [entry for entry in ear.heard if entry[0] == "received"] == [("received", 500)]
    net.connections[0][0].data_received(b"0\r\n\r\n")
    assert ear.heard[-1] == "ended"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"", Transport.DROPPED),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{}", Transport.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", Transport.TRUNCATED),
    ],
)
async def test_a_closed_connection_says_how_far_the_answer_had_come(answer: bytes, problem: Transport) -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    connection, _ = net.connections[0]
    if answer:
        connection.data_received(answer)
    connection.connection_lost(None)
    assert ear.heard[-1] is problem


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    connection, _ = net.connections[0]
    connection.data_received(b"HTTP/1.1 200 OK\r\n\r\nall of it")
    connection.connection_lost(None)
    assert (ear.body, ear.heard[-1]) == (b"all of it", "ended")


async def test_a_request_of_a_call_that_was_closed_in_the_same_turn_does_not_leave() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    net.connections[0][0].data_received(OK)
    wire = net.connections[0][1]
    wire.take()
    call = net.pool.call(URL, UpstreamRequest(b"", b"{}", Timeouts(), stream=False), ear, fresh=False)
    call.close()
    await asyncio.sleep(0)
    assert wire.aborted
    assert wire.take() == b""


async def test_a_connection_that_was_reset_ended_nothing() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    connection, _ = net.connections[0]
    connection.data_received(b"HTTP/1.1 200 OK\r\n\r\nall of it?")
    connection.connection_lost(ConnectionResetError())
    assert ear.heard[-1] is Transport.TRUNCATED


async def test_a_connection_with_a_request_still_in_it_does_not_serve_again() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    connection, wire = net.connections[0]
    wire.unsent = 1
    connection.data_received(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n")
    assert ear.heard[-1] == "ended"
    assert wire.aborted


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>no HTTP at all</html>",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 600_000,
    ],
)
async def test_what_is_no_answer_is_garbage_and_closes(answer: bytes) -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    net.connections[0][0].data_received(answer)
    assert ear.heard[-1] is Transport.GARBAGE
    assert net.connections[0][1].aborted


async def test_an_answer_that_is_compressed_all_the_same_is_unpacked() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    packed = gzip.compress(b'{"a": 1}')
    net.connections[0][0].data_received(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed) + packed)
    assert (ear.body, ear.heard[-1]) == (b'{"a": 1}', "ended")


async def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "DECODED_BYTES_MAX", 1_000)
    net, ear = Net(), Ear()
    await net.call(ear)
    packed = gzip.compress(bytes(1_000_000))
    net.connections[0][0].data_received(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed) + packed)
    assert ear.heard[-1] is Transport.GARBAGE
    assert len(ear.body) <= 1_001


async def test_an_announcement_is_not_the_answer() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    net.connections[0][0].data_received(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK)
    assert ear.heard[2:] == [("answered", 200), ("received", 2), "ended"]


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (ConnectionRefusedError(), Transport.REFUSED),
        (OSError(113, "no route"), Transport.REFUSED),
        (TimeoutError(), Transport.CONNECT_TIMEOUT),
        (socket.gaierror(-2, "Name or service not known"), Transport.DNS),
        (UnicodeError("label too long"), Transport.DNS),
        (ssl.SSLCertVerificationError("self-signed"), Transport.TLS),
    ],
)
async def test_each_way_not_to_connect_has_its_name(problem: Exception, told: Transport) -> None:
    net, ear = Net(), Ear()
    net.problem = problem
    await net.call(ear, url="https://up.example/v1/messages")
    assert net.asked == [("up.example", 443, True)]
    assert ear.heard == [told]


async def test_every_part_of_a_call_has_its_time() -> None:
    timeouts = Timeouts()
    net, ear = Net(), Ear()
    net.hangs = True
    await net.call(ear)
    net.pass_ms(timeouts.connect_ms - 1)
    assert ear.heard == []
    net.pass_ms(1)
    assert ear.heard == [Transport.CONNECT_TIMEOUT]
    for stream, limit in ((True, timeouts.first_byte_stream_ms), (False, timeouts.first_byte_json_ms)):
        net, ear = Net(), Ear()
        await net.call(ear, stream=stream)
        net.pass_ms(limit - 1)
        assert ear.heard[-1] == "sent"
        net.pass_ms(1)
        assert ear.heard[-1] is Transport.FIRST_BYTE_TIMEOUT
    net, ear = Net(), Ear()
    await net.call(ear)
    net.connections[0][0].data_received(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{}")
    net.pass_ms(timeouts.idle_ms)
    assert ear.heard[-1] is Transport.IDLE_TIMEOUT
    assert net.connections[0][1].aborted


async def test_a_call_that_is_closed_hears_no_more() -> None:
    net, ear = Net(), Ear()
    call = await net.call(ear)
    call.close()
    connection, wire = net.connections[0]
    assert wire.aborted
    connection.connection_lost(None)
    assert ear.heard == [("connected", False), "sent"]
    net, ear = Net(), Ear()
    net.hangs = True
    call = await net.call(ear)
    call.close()
    net.pass_ms(10_000_000)
    assert ear.heard == []


async def test_a_connection_made_for_a_call_that_was_closed_meanwhile_is_dropped() -> None:
    net, ear = Net(), Ear()
    net.late = asyncio.Event()
    call = await net.call(ear)
    ((_, wire),) = net.connections
    net.late.set()
    call.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert wire.aborted
    assert ear.heard == []


async def test_a_call_that_is_left_gives_its_connection_back_or_loses_it_soon() -> None:
    net, ear = Net(), Ear()
    call = await net.call(ear)
    connection, wire = net.connections[0]
    connection.data_received(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\ndone\n\r\n")
    call.leave()
    connection.data_received(b"0\r\n\r\n")
    assert ear.heard[-1] == ("received", 5)
    assert not wire.closed
    await net.call(Ear())
    assert len(net.connections) == 1
    net = Net()
    call = await net.call(Ear())
    net.connections[0][0].data_received(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\ndone\n\r\n")
    call.leave()
    net.pass_ms(upstream.LEFT_MS)
    assert net.connections[0][1].aborted


async def test_a_paused_call_is_not_read_and_is_not_late() -> None:
    net, ear = Net(), Ear()
    call = await net.call(ear)
    connection, wire = net.connections[0]
    connection.data_received(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{}")
    call.pause()
    assert not wire.reading
    net.pass_ms(Timeouts().idle_ms)
    assert ear.heard[-1] == ("received", 2)
    call.resume()
    assert wire.reading
    net.pass_ms(Timeouts().idle_ms)
    assert ear.heard[-1] is Transport.IDLE_TIMEOUT


async def test_unused_connections_are_closed_after_a_while() -> None:
    net, ear = Net(), Ear()
    await net.call(ear)
    net.connections[0][0].data_received(OK)
    net.pass_ms(upstream.IDLE_MS + 1)
    assert net.connections[0][1].aborted
    await net.call(Ear())
    assert len(net.connections) == 2
