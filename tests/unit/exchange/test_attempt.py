from __future__ import annotations

import json
from typing import Any

import pytest

from solvent.exchange import attempt as attempts
from solvent.exchange import events as on
from solvent.exchange.attempt import Attempt
from solvent.exchange.events import End, Event, Next
from solvent.model.failure import Transport
from solvent.model.verdict import Category
from tests.unit.exchange.stage import FakeCall, Stage

WHOLE = json.dumps({"type": "message", "content": [], "usage": {"input_tokens": 3, "output_tokens": 4}}).encode()
ERROR = json.dumps({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}).encode()


class Play:
    """One attempt whose events are kept instead of fed to a table."""

    def __init__(self) -> None:
        stage = Stage()
        stage.claude()
        self.call: FakeCall = stage.calls[0]
        self.events: list[Event] = []
        job = stage.runs[0].job
        judge = stage.around.judge(job.asked)
        self.attempt = Attempt(1, job.plan.candidates[0], job.dialect, self.events.append, judge, lambda: True)
        self.attempt.listen(lambda: job.dialect.tap(strip_usage=True))
        self.attempt.call = self.call

    def answered(self, status: int = 200, kind: bytes = b"application/json") -> Play:
        self.attempt.answered(status, {b"content-type": kind})
        return self

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    @property
    def failed(self) -> on.Failed:
        event = self.events[-1]
        assert isinstance(event, on.Failed)
        return event


def test_a_whole_answer_is_kept_back_until_it_is_read() -> None:
    play = Play().answered()
    play.attempt.received(WHOLE[:20])
    play.attempt.received(WHOLE[20:])
    assert play.kinds == ["Answered"]
    play.attempt.ended()
    assert play.events[1:] == [on.Preamble(WHOLE), on.Ended()]
    assert play.attempt.usage is not None
    assert play.attempt.usage.output_tokens == 4


def test_a_large_answer_is_sent_as_it_comes_once_it_is_too_large_to_hold_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "HELD_BACK_MAX", 10)
    play = Play().answered()
    play.attempt.received(WHOLE[:11])
    play.attempt.received(WHOLE[11:])
    play.attempt.ended()
    assert play.events[1:] == [on.Content(WHOLE[:11]), on.Content(WHOLE[11:]), on.Ended()]


def test_what_a_large_answer_said_is_known_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "HELD_BACK_MAX", 10)
    play = Play().answered()
    play.attempt.received(b'{"type":"message","content":[{"type":"text","text":"Hello the')
    play.attempt.received(b're","x":"')
    assert play.attempt.delivered() == b"Hello there"


@pytest.mark.parametrize(("piece", "count"), [(b": " + b"x" * 500 + b"\n\n", 3), (b"event: ping\n\n", 8)])
def test_a_stream_that_never_comes_to_its_content_is_broken_off(monkeypatch: pytest.MonkeyPatch, piece: bytes, count: int) -> None:
    monkeypatch.setattr(attempts, "HELD_BACK_MAX", 2_000)
    play = Play().answered(kind=b"text/event-stream")
    for _ in range(count):
        assert not play.call.log
        play.attempt.received(piece)
    assert play.call.log == ["closed"]
    assert (play.failed.end, play.failed.next) == (End.UNKNOWN, Next.TRY_NEXT)


def test_an_answer_beyond_all_measure_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "JSON_BYTES_MAX", 10)
    play = Play().answered()
    play.attempt.received(b"x" * 11)
    assert play.call.log == ["closed"]
    assert play.failed.end is End.UNKNOWN


def test_a_long_error_is_judged_by_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "ERROR_BYTES_MAX", len(ERROR))
    play = Play().answered(529)
    play.attempt.received(ERROR + b" " * 10)
    assert play.call.log == ["closed"]
    assert play.failed.category is Category.OVERLOADED


@pytest.mark.parametrize(
    ("problem", "end"),
    [
        (Transport.REFUSED, End.NONE),
        (Transport.DNS, End.NONE),
        (Transport.TLS, End.NONE),
        (Transport.CONNECT_TIMEOUT, End.NONE),
        (Transport.FIRST_BYTE_TIMEOUT, End.UNKNOWN),
        (Transport.IDLE_TIMEOUT, End.UNKNOWN),
        (Transport.GARBAGE, End.UNKNOWN),
        (Transport.TRUNCATED, End.UNKNOWN),
    ],
)
def test_what_never_left_cost_nothing(problem: Transport, end: End) -> None:
    play = Play()
    play.attempt.failed(problem)
    assert (play.failed.end, play.failed.next) == (end, Next.TRY_NEXT)


@pytest.mark.parametrize(("status", "end"), [(400, End.NONE), (429, End.NONE), (500, End.NONE), (504, End.UNKNOWN), (524, End.UNKNOWN)])
def test_a_refusal_cost_nothing_and_a_gateways_time_out_may_have(status: int, end: End) -> None:
    play = Play().answered(status)
    play.attempt.received(ERROR)
    play.attempt.ended()
    assert play.failed.end is end


def test_a_dropped_connection_is_told_as_such() -> None:
    play = Play()
    play.attempt.failed(Transport.DROPPED)
    assert isinstance(play.events[-1], on.Dropped)


def test_an_error_whose_body_broke_off_is_judged_by_its_status() -> None:
    play = Play().answered(402)
    play.attempt.failed(Transport.TRUNCATED)
    assert (play.failed.category, play.failed.end) == (Category.CREDIT_EXHAUSTED, End.NONE)


def test_nothing_is_told_after_the_end() -> None:
    play = Play().answered()
    play.attempt.received(WHOLE)
    play.attempt.ended()
    before = list(play.events)
    play.attempt.received(WHOLE)
    play.attempt.failed(Transport.TRUNCATED)
    assert play.events == before


def event(name: str, **data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name} | data)}\n\n".encode()


def test_a_stream_leaves_its_connection_to_others_at_its_last_event() -> None:
    play = Play().answered(kind=b"text/event-stream; charset=utf-8")
    play.attempt.received(event("content_block_delta", delta={"type": "text_delta", "text": "hi"}))
    play.attempt.received(event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 1}) + event("message_stop"))
    assert play.kinds == ["Answered", "Content", "Content", "Ended"]
    assert play.call.log == ["left"]


def test_a_stream_that_ends_without_its_last_event_counts_if_all_before_it_came() -> None:
    play = Play().answered(kind=b"text/event-stream")
    play.attempt.received(event("content_block_delta", delta={"type": "text_delta", "text": "hi"}))
    play.attempt.received(event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 1}))
    play.attempt.ended()
    assert play.kinds[-2:] == ["Content", "Ended"]
    play = Play().answered(kind=b"text/event-stream")
    play.attempt.received(event("content_block_delta", delta={"type": "text_delta", "text": "hi"}))
    play.attempt.ended()
    assert play.kinds[-1] == "Failed"


def test_an_error_in_json_where_a_stream_was_to_come_is_an_error() -> None:
    play = Play().answered(kind=b"text/event-stream")
    play.attempt.received(ERROR)
    play.attempt.ended()
    assert play.failed.category is Category.OVERLOADED


def test_an_attempt_that_was_turned_away_says_so_and_hears_nothing() -> None:
    play = Play()
    play.attempt.turned_away()
    assert play.attempt.category is Category.NO_CHANNEL
    assert play.failed.end is End.NONE
    play.attempt.failed(Transport.REFUSED)
    assert play.kinds == ["Failed"]
