from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from solvent.sandbox.framing import CONTINUE
from solvent.sandbox.reply import Heard
from solvent.sandbox.sandbox import Sandbox
from solvent.sandbox.server import BODY_BYTES_MAX, WAITING_MAX, Connection
from tests.unit.sandbox.asking import json_of, sandbox

KEY = "sk-sandbox-openai-main-1.00"
BODY = b'{"model":"gpt-4o","messages":[{"role":"user","content":"write 200 words"}]}'
STREAM = BODY[:-1] + b',"stream":true}'


class Timer:
    def __init__(self, seconds: float, callback: Callable[[], None]) -> None:
        self.seconds, self.callback, self.cancelled = seconds, callback, False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """Holds what is to be called until a test lets it."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        self.timers.append(Timer(seconds, callback))
        return self.timers[-1]

    def call_soon(self, callback: Callable[[], None]) -> Timer:
        return self.call_later(0, callback)

    def tick(self) -> float:
        timer = self.timers.pop(0)
        timer.callback()
        return timer.seconds


class Wire:
    """A transport that keeps what is written. Paused after so many writes where a test says so."""

    def __init__(self) -> None:
        self.written, self.closed, self.aborted, self.reading = b"", False, False, True
        self.on_write: Callable[[], None] = lambda: None

    def write(self, data: bytes) -> None:
        self.written += data
        self.on_write()

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


class Caller:
    def __init__(self) -> None:
        self.box: Sandbox = sandbox()
        self.loop, self.wire, self.connections = Loop(), Wire(), set[Connection]()
        self.connection = Connection(self.box, self.connections, cast(asyncio.AbstractEventLoop, self.loop))
        self.connection.connection_made(cast(asyncio.Transport, self.wire))

    def send(self, body: bytes = BODY, fault: str = "", times: int = 1, more: bytes = b"") -> bytes:
        head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + KEY.encode() + b"\r\n" + more
        head += b"x-sandbox-fault: " + fault.encode() + b"\r\n" if fault else b""
        self.connection.data_received((head + b"content-length: %d\r\n\r\n" % len(body) + body) * times)
        return self.wire.written

    def calls(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = json_of(self.box.hear(Heard("GET", "/_sandbox/accounts/openai-main/calls", {}, b"")))["items"]
        return items

    def outcomes(self) -> list[str]:
        return [call["outcome"] for call in self.calls()]


@pytest.fixture
def caller() -> Caller:
    return Caller()


def test_a_request_is_answered_and_settled(caller: Caller) -> None:
    assert caller.send().startswith(b"HTTP/1.1 200 OK\r\n")
    assert (caller.outcomes(), caller.wire.closed) == (["answered"], False)


def test_a_request_may_come_byte_by_byte(caller: Caller) -> None:
    whole = (
        b"POST /v1/chat/completions HTTP/1.1\r\nauthorization: Bearer "
        + KEY.encode()
        + b"\r\ncontent-length: %d\r\n\r\n" % len(BODY)
        + BODY
    )
    for index in range(len(whole)):
        caller.connection.data_received(whole[index : index + 1])
    assert caller.wire.written.startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_in_a_row_are_answered_in_a_row(caller: Caller) -> None:
    caller.send(times=WAITING_MAX + 2)
    assert not caller.wire.reading
    while caller.loop.timers:
        caller.loop.tick()
    assert caller.wire.written.count(b"HTTP/1.1 200") == WAITING_MAX + 2
    assert caller.wire.reading


def test_a_stream_ends_with_its_last_chunk(caller: Caller) -> None:
    written = caller.send(STREAM)
    assert written.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
    assert caller.outcomes() == ["answered"]


def test_a_cut_stream_has_no_last_chunk_and_costs_what_left(caller: Caller) -> None:
    written = caller.send(STREAM, "cut=3")
    assert (written.count(b"data: "), written.endswith(b"0\r\n\r\n"), caller.wire.closed) == (3, False, True)
    (call,) = caller.calls()
    assert (call["outcome"], call["output_tokens"]) == ("cut", 2)


def test_a_stalled_stream_waits_until_the_caller_leaves(caller: Caller) -> None:
    assert caller.send(STREAM, "stall=3").count(b"data: ") == 3
    assert (caller.outcomes(), caller.wire.closed, caller.loop.timers) == (["open"], False, [])
    caller.connection.connection_lost(None)
    (call,) = caller.calls()
    assert (call["outcome"], call["output_tokens"]) == ("left", 2)


def test_a_hanging_call_stays_open_and_free(caller: Caller) -> None:
    assert caller.send(fault="hang") == b""
    caller.connection.connection_lost(None)
    (call,) = caller.calls()
    assert (call["outcome"], call["cost_nano_usd"]) == ("open", 0)


def test_latency_is_waited_for_and_charged_though_nobody_waits(caller: Caller) -> None:
    assert caller.send(fault="latency=250") == b""
    caller.connection.connection_lost(None)
    assert [timer.seconds for timer in caller.loop.timers] == [0.25]
    assert caller.loop.timers[0].cancelled
    assert caller.outcomes() == ["left"]
    assert caller.calls()[0]["output_tokens"] > 0


def test_latency_comes_before_the_head(caller: Caller) -> None:
    caller.send(fault="latency=250")
    assert caller.loop.tick() == 0.25
    assert caller.wire.written.startswith(b"HTTP/1.1 200 OK\r\n")
    assert caller.outcomes() == ["answered"]


def test_a_drip_is_one_event_at_a_time(caller: Caller) -> None:
    assert caller.send(STREAM, "drip=30").count(b"data: ") == 1
    assert caller.loop.tick() == 0.03
    assert caller.wire.written.count(b"data: ") == 2
    while caller.loop.timers:
        caller.loop.tick()
    assert caller.outcomes() == ["answered"]


def test_what_is_not_read_is_not_made(caller: Caller) -> None:
    caller.wire.on_write = caller.connection.pause_writing
    caller.send(STREAM)
    paused = caller.wire.written.count(b"data: ")
    assert (paused, caller.outcomes()) == (0, ["open"])
    caller.connection.resume_writing()
    assert caller.wire.written.count(b"data: ") == 64
    caller.wire.on_write = lambda: None
    caller.connection.resume_writing()
    assert caller.outcomes() == ["answered"]


def test_a_connection_closes_after_an_answer_where_it_should(caller: Caller) -> None:
    caller.send(fault="close")
    assert caller.wire.closed


def test_a_caller_that_asks_for_leave_gets_it(caller: Caller) -> None:
    assert caller.send(more=b"Expect: 100-continue\r\n").startswith(CONTINUE + b"HTTP/1.1 200")


@pytest.mark.parametrize("data", [b"this is no HTTP\r\n\r\n", b"GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"])
def test_what_is_no_request_ends_the_connection(caller: Caller, data: bytes) -> None:
    caller.connection.data_received(data)
    assert caller.wire.written.startswith(b"HTTP/1.1 400")
    assert caller.wire.closed


def test_a_body_that_is_too_large_is_dropped(caller: Caller) -> None:
    caller.connection.on_message_begin()
    caller.connection.on_body(bytes(BODY_BYTES_MAX + 1))
    assert caller.wire.aborted


def test_open_connections_are_known_until_they_end(caller: Caller) -> None:
    assert caller.connections == {caller.connection}
    caller.connection.drop()
    assert caller.wire.aborted
    caller.connection.connection_lost(None)
    caller.connection.drop()
    caller.connection.pause_writing()
    caller.connection.resume_writing()
    assert caller.connections == set()
