from __future__ import annotations

import asyncio

import pytest

from solvent.edge import server as edge
from solvent.edge.requests import Broken, Request
from solvent.edge.server import Connection, Server
from tests.unit.edge.wires import Clock, Wire

pytestmark = pytest.mark.anyio

GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
POST = b"POST /v1/messages?beta=true HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello"


class Answering:
    """Keeps what comes and answers only when a test says so."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.broken: list[Broken] = []
        self.connection: Connection | None = None

    def handle(self, request: Request, connection: Connection) -> None:
        self.requests.append(request)
        self.connection = connection

    def refuse(self, broken: Broken, connection: Connection) -> None:
        self.broken.append(broken)
        connection.whole(broken.status, ((b"content-type", b"text/plain"),), broken.problem.encode())


class Scene:
    def __init__(self, body_bytes_max: int = 1_000) -> None:
        self.answering = Answering()
        self.clock = Clock()
        self.server = Server(self.answering, self.clock, body_bytes_max=lambda: body_bytes_max)
        self.connection = self.server.connection()
        self.wire = Wire()
        self.connection.connection_made(self.wire)

    def say(self, data: bytes) -> None:
        self.connection.data_received(data)

    def pass_ms(self, ms: int) -> None:
        self.clock.ms += ms
        self.server.sweep()

    async def told(self) -> bytes:
        """What the client got in this turn of the loop."""
        await turn()
        return self.wire.take()


async def turn() -> None:
    await asyncio.sleep(0)


async def test_a_request_is_handed_on_whole_whatever_way_it_was_cut() -> None:
    for at in range(1, len(POST)):
        scene = Scene()
        scene.say(POST[:at])
        scene.say(POST[at:])
        (request,) = scene.answering.requests
        assert (request.method, request.path, request.body) == (b"POST", b"/v1/messages?beta=true", b"hello")
        assert request.headers[b"host"] == b"x"


async def test_an_answer_leaves_in_one_write_and_the_connection_serves_again() -> None:
    scene = Scene()
    for _ in range(2):
        scene.say(GET)
        scene.connection.whole(200, ((b"content-type", b"text/plain"),), b"ok")
        assert await scene.told() == b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok"
    assert not scene.wire.closed


async def test_who_reads_no_answers_is_given_no_more_of_them() -> None:
    scene = Scene()
    scene.connection.pause_writing()
    scene.say(GET * (edge.WAITING_MAX + 1))
    assert (scene.answering.requests, scene.wire.reading) == ([], False)
    for count in (1, 2):
        scene.connection.resume_writing()
        assert len(scene.answering.requests) == count
        scene.connection.pause_writing()
        scene.connection.whole(200, (), b"ok")
        await turn()
    assert scene.wire.reading
    scene.pass_ms(edge.WRITE_IDLE_MS)
    assert scene.wire.aborted


async def test_of_too_many_connections_one_that_waits_for_nothing_makes_room() -> None:
    scene = Scene()
    scene.server.connections_max = 2
    scene.say(GET)

    def another() -> tuple[Connection, Wire]:
        connection, wire = scene.server.connection(), Wire()
        connection.connection_made(wire)
        return connection, wire

    (_, idle), (busy, taken) = another(), another()
    assert (scene.wire.aborted, idle.aborted, taken.aborted) == (False, True, False)
    busy.data_received(GET[:5])
    _, late = another()
    assert (scene.wire.aborted, taken.aborted, late.aborted) == (False, False, True)
    assert scene.server.connections == {scene.connection, busy}


async def test_the_answers_of_one_turn_are_written_together_at_its_end() -> None:
    scene = Scene()
    other, wire = scene.server.connection(), Wire()
    other.connection_made(wire)
    scene.say(GET)
    scene.connection.whole(200, (), b"")
    other.data_received(GET)
    other.whole(200, (), b"")
    assert (scene.wire.take(), wire.take()) == (b"", b"")
    await turn()
    assert scene.wire.take() == wire.take() == b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


async def test_what_was_sent_is_written_before_a_connection_closes() -> None:
    scene = Scene()
    scene.say(GET)
    scene.connection.whole(200, (), b"")
    scene.server.drain()
    assert scene.wire.take() != b""
    assert scene.wire.closed


async def test_pipelined_requests_are_answered_one_after_the_other() -> None:
    scene = Scene()
    scene.say(GET + POST + GET)
    assert len(scene.answering.requests) == 1
    for number in range(1, 4):
        assert len(scene.answering.requests) == number
        scene.connection.whole(200, (), b"%d" % number)
    assert (await scene.told()).count(b"HTTP/1.1 200 OK") == 3


async def test_no_more_is_read_than_a_few_requests_ahead() -> None:
    scene = Scene()
    scene.say(GET * (edge.WAITING_MAX + 1))
    assert not scene.wire.reading
    scene.connection.whole(200, (), b"")
    assert scene.wire.reading


class Prompt(Answering):
    """Answers at once."""

    def handle(self, request: Request, connection: Connection) -> None:
        super().handle(request, connection)
        connection.whole(200, (), b"")


async def test_any_number_of_requests_in_one_read_is_answered_without_piling_up_calls() -> None:
    scene = Scene()
    scene.say(POST + GET * 5_000)
    scene.server.handler = Prompt()
    scene.connection.whole(200, (), b"")
    assert (await scene.told()).count(b"HTTP/1.1 200 OK") == 5_001
    assert scene.wire.reading


async def test_a_stream_is_chunked_and_what_a_turn_sends_leaves_together() -> None:
    scene = Scene()
    scene.say(GET)
    scene.connection.begin(200, ((b"content-type", b"text/event-stream"),))
    scene.connection.send(b"data: 1\n\n")
    scene.connection.send(b"data: 2\n\n")
    assert scene.wire.take() == b""
    assert await scene.told() == (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n"
    )
    scene.connection.end()
    assert await scene.told() == b"0\r\n\r\n"
    assert not scene.wire.closed


async def test_a_broken_body_never_ends_as_if_it_were_whole() -> None:
    scene = Scene()
    scene.say(GET)
    scene.connection.begin(200, ())
    scene.connection.send(b"{")
    scene.connection.cut()
    assert not (await scene.told()).endswith(b"0\r\n\r\n")
    assert scene.wire.closed


async def test_an_old_client_gets_no_chunks_and_a_close() -> None:
    scene = Scene()
    scene.say(b"GET / HTTP/1.0\r\nhost: x\r\n\r\n")
    scene.connection.begin(200, ())
    scene.connection.send(b"data: 1\n\n")
    scene.connection.end()
    assert await scene.told() == b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\ndata: 1\n\n"
    assert scene.wire.closed


async def test_an_old_client_that_asks_for_it_keeps_its_connection() -> None:
    scene = Scene()
    scene.say(b"GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
    scene.connection.whole(200, (), b"ok")
    assert await scene.told() == b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok"
    assert not scene.wire.closed


async def test_a_head_request_gets_no_body() -> None:
    scene = Scene()
    scene.say(b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n")
    scene.connection.whole(200, (), b"body")
    assert await scene.told() == b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


async def test_who_expects_to_be_asked_is_asked_for_the_body() -> None:
    scene = Scene()
    scene.say(b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
    assert await scene.told() == b"HTTP/1.1 100 Continue\r\n\r\n"
    scene.say(b"ok")
    assert scene.answering.requests[0].body == b"ok"
    assert await scene.told() == b""


async def test_who_expects_to_be_asked_is_asked_once_the_answer_before_is_written() -> None:
    scene = Scene()
    scene.say(GET + b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n")
    assert await scene.told() == b""
    scene.connection.whole(200, (), b"")
    assert (await scene.told()).endswith(b"content-length: 0\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
    scene.say(b"ok")
    assert scene.answering.requests[1].body == b"ok"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n", 413),
        (b"GET / HTTP/1.1\nhost: x\n\n", 400),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 70_000, 431),
    ],
)
async def test_what_is_no_request_gets_an_error_and_then_the_end(data: bytes, status: int) -> None:
    scene = Scene()
    scene.say(data)
    (broken,) = scene.answering.broken
    assert broken.status == status
    answer = await scene.told()
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in answer
    # Half closed: a client that still sends must be able to read why it is refused.
    assert scene.wire.half_closed
    scene.say(b"more")
    scene.pass_ms(edge.LINGER_MS - 1)
    assert not scene.wire.closed
    scene.pass_ms(1)
    assert scene.wire.closed
    assert len(scene.answering.broken) == 1


async def test_an_offer_of_another_protocol_is_passed_over() -> None:
    scene = Scene()
    scene.say(b"POST / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\ncontent-length: 2\r\n\r\nok" + GET)
    assert scene.answering.requests[0].body == b"ok"
    scene.connection.whole(200, (), b"")
    assert [request.method for request in scene.answering.requests] == [b"POST", b"GET"]


async def test_a_request_that_is_good_is_answered_before_the_bad_one_behind_it() -> None:
    scene = Scene()
    scene.say(GET + b"nonsense\r\n\r\n")
    assert scene.answering.broken == []
    scene.connection.whole(200, (), b"good")
    assert scene.answering.broken[0].status == 400
    written = await scene.told()
    assert written.index(b"200 OK") < written.index(b"400 Bad")


async def test_slow_heads_bodies_and_idle_connections_are_ended() -> None:
    scene = Scene()
    scene.say(b"GET / HT")
    scene.pass_ms(edge.HEAD_MS)
    assert scene.answering.broken[0].status == 408
    scene = Scene()
    scene.say(POST[:-2])
    scene.pass_ms(edge.BODY_IDLE_MS - 1)
    assert scene.answering.broken == []
    scene.pass_ms(1)
    assert scene.answering.broken[0].status == 408
    scene = Scene()
    scene.say(GET)
    scene.connection.whole(200, (), b"")
    scene.pass_ms(edge.KEEP_ALIVE_MS)
    assert scene.wire.closed
    assert scene.answering.broken == []


async def test_a_body_that_trickles_in_has_a_time_limit_too() -> None:
    scene = Scene()
    scene.say(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(edge.BODY_MS // 20_000 - 1):
        scene.pass_ms(20_000)
        scene.say(b"x")
    assert scene.answering.broken == []
    scene.pass_ms(20_000)
    assert scene.answering.broken[0].status == 408


async def test_a_head_that_trickles_in_has_a_time_limit_too() -> None:
    scene = Scene()
    for byte in b"GET / HTT":
        scene.say(bytes([byte]))
        scene.pass_ms(edge.HEAD_MS // 10)
    assert scene.answering.broken == []
    scene.say(b"P")
    scene.pass_ms(edge.HEAD_MS // 10)
    assert scene.answering.broken[0].status == 408


async def test_the_time_of_a_request_read_ahead_begins_when_nothing_is_owed_any_more() -> None:
    scene = Scene()
    scene.say(GET + b"GET / HT")
    scene.pass_ms(10 * edge.HEAD_MS)
    assert scene.answering.broken == []
    scene.connection.whole(200, (), b"")
    scene.pass_ms(edge.HEAD_MS - 1)
    assert scene.answering.broken == []
    scene.pass_ms(1)
    assert scene.answering.broken[0].status == 408


async def test_an_answer_that_is_not_read_does_not_keep_a_closing_connection() -> None:
    scene = Scene()
    scene.say(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    scene.connection.whole(200, (), b"x" * 1_000_000)
    assert scene.wire.closed
    scene.say(GET)
    assert len(scene.answering.requests) == 1
    scene.pass_ms(edge.WRITE_IDLE_MS - 1)
    assert not scene.wire.aborted
    scene.pass_ms(1)
    assert scene.wire.aborted


async def test_a_whole_answer_that_is_not_read_ends_its_connection() -> None:
    scene = Scene()
    scene.say(GET)
    scene.connection.pause_writing()
    scene.connection.whole(200, (), b"x" * 1_000_000)
    scene.pass_ms(edge.WRITE_IDLE_MS)
    assert scene.wire.aborted
    scene = Scene()
    scene.say(GET)
    scene.connection.pause_writing()
    scene.connection.whole(200, (), b"x" * 1_000_000)
    scene.connection.resume_writing()
    scene.pass_ms(edge.KEEP_ALIVE_MS)
    assert (scene.wire.closed, scene.wire.aborted) == (True, False)


async def test_an_answer_under_way_has_no_time_limit_here_but_a_client_that_does_not_read_has() -> None:
    scene = Scene()
    scene.say(GET)
    scene.connection.begin(200, ())
    scene.pass_ms(10_000_000)
    assert not scene.wire.closed
    scene.connection.pause_writing()
    assert scene.connection.full
    scene.pass_ms(edge.WRITE_IDLE_MS)
    assert scene.wire.aborted


class Hearing:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def client_left(self) -> None:
        self.heard.append("left")

    def client_full(self) -> None:
        self.heard.append("full")

    def client_ready(self) -> None:
        self.heard.append("ready")


async def test_whoever_answers_hears_that_the_client_is_slow_or_left() -> None:
    scene, hearing = Scene(), Hearing()
    scene.say(GET)
    scene.connection.listening = hearing
    scene.connection.pause_writing()
    scene.connection.resume_writing()
    scene.connection.connection_lost(None)
    assert hearing.heard == ["full", "ready", "left"]
    assert scene.server.connections == set()
    scene.connection.whole(200, (), b"nobody reads this")
    assert await scene.told() == b""


async def test_a_drain_closes_idle_connections_at_once_and_busy_ones_after_their_answer() -> None:
    scene = Scene()
    scene.server.drain()
    assert scene.wire.closed
    scene = Scene()
    scene.say(GET)
    scene.server.drain()
    assert not scene.wire.closed
    scene.connection.whole(200, (), b"last")
    assert b"connection: close" in await scene.told()
    assert scene.wire.closed
    scene = Scene()
    scene.say(POST[:-1])
    scene.server.drain()
    scene.say(POST[-1:])
    scene.connection.whole(200, (), b"last")
    assert b"connection: close" in await scene.told()
