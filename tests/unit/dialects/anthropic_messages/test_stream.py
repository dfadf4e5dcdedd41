from __future__ import annotations

from typing import Any

import pytest
from anthropic.types import RawMessageStreamEvent
from pydantic import TypeAdapter

from solvent.dialects.anthropic_messages.stream import MessagesTap
from solvent.model.route import DialectName
from solvent.model.usage import Usage
from tests.unit.dialects.golden import CONVERSATIONS, START, block, event, hear


def start(of: str) -> str:
    return event("content_block_start", f',"index":0,"content_block":{of}')


@pytest.mark.parametrize(
    "sent",
    [
        block(0, '{"type":"text_delta","text":"a"}'),
        block(0, '{"type":"thinking_delta","thinking":"a"}'),
        block(0, '{"type":"input_json_delta","partial_json":"{"}'),
        block(0, '{"type":"signature_delta","signature":"sig"}'),
        block(0, '{"type":"citations_delta","citation":{"type":"char_location"}}'),
        start('{"type":"tool_use","id":"toolu_1","name":"f","input":{}}'),
        start('{"type":"redacted_thinking","data":"xxx"}'),
        start('{"type":"web_search_tool_result","tool_use_id":"t","content":[]}'),
        start('{"type":"text","text":"a"}'),
    ],
)
def test_what_bears_content(sent: str) -> None:
    assert MessagesTap().feed(sent.encode()).content


@pytest.mark.parametrize(
    "sent",
    [
        event("message_start", f',"message":{START}'),
        event("ping"),
        ": a comment\n\n",
        start('{"type":"text","text":""}'),
        start('{"type":"thinking","thinking":"","signature":""}'),
        block(0, '{"type":"text_delta","text":""}'),
        block(0, "null"),
        event("content_block_stop", ',"index":0'),
        event("message_delta", ',"delta":{"stop_reason":"refusal"},"usage":{"output_tokens":1}'),
    ],
)
def test_what_bears_none(sent: str) -> None:
    assert MessagesTap().feed(sent.encode()) == (sent.encode(), False, False, None)


ERRORS = [
    b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":null}\n\n',
    b'data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    b'data: {"error":{"message":"boom","type":"new_api_error"}}\n\n',
    b'event: error\ndata: {"message":"boom"}\n\n',
]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("begun", [False, True])
def test_errors_in_a_stream(error: bytes, begun: bool) -> None:  # noqa: FBT001
    head = block(0, '{"type":"text_delta","text":"a"}').encode() if begun else event("ping").encode()
    payload = error.partition(b"data: ")[2].strip()
    for reads in ([head + error], [head, error]):
        heard = hear(MessagesTap(), reads)
        assert (heard.data, heard.error, heard.ended) == (head, payload, False)


@pytest.mark.parametrize(
    "odd",
    [
        b"event: x\ndata: not json\n\n",
        b'data: {"type":5}\n\n',
        b"data: [DONE]\n\n",
        b'event: new\ndata: {"type":"new","delta":{"text":""}}\n\n',
    ],
)
def test_what_nobody_understands_is_left_to_the_client(odd: bytes) -> None:
    sent = odd + block(0, '{"type":"text_delta","text":"a"}').encode() + odd + event("message_stop").encode()
    assert hear(MessagesTap(), [sent])[:3] == (sent, b"", True)


def test_the_prompt_is_known_before_the_whole() -> None:
    tap = MessagesTap()
    tap.feed(event("message_start", f',"message":{START}').encode())
    assert (tap.usage, tap.prompt_usage) == (None, Usage(20, 10, 0, 0, 1))
    tap.feed(event("message_delta", ',"delta":{},"usage":{"output_tokens":7}').encode())
    assert tap.usage == Usage(20, 10, 0, 0, 7)


def test_the_prompt_is_known_even_where_no_output_is_told_with_it() -> None:
    tap = MessagesTap()
    tap.feed(event("message_start", ',"message":{"usage":{"input_tokens":4}}').encode())
    assert tap.prompt_usage == Usage(4, 0, 0, 0, 0)


def test_a_later_usage_that_cannot_be_leaves_the_earlier_one() -> None:
    tap = MessagesTap()
    for tokens in (7, -1):
        tap.feed(event("message_delta", f',"delta":{{}},"usage":{{"input_tokens":3,"output_tokens":{tokens}}}').encode())
    assert tap.usage == Usage(3, 0, 0, 0, 7)


def test_a_later_usage_that_knows_less_takes_nothing_back() -> None:
    tap = MessagesTap()
    for tokens in (7, 0, 2):
        tap.feed(event("message_delta", f',"delta":{{}},"usage":{{"input_tokens":3,"output_tokens":{tokens}}}').encode())
    assert tap.usage == Usage(3, 0, 0, 0, 7)


def test_only_a_beginning_whose_usage_cannot_be() -> None:
    tap = MessagesTap()
    for message in ("null", "5", '{"usage":null}', '{"usage":{"input_tokens":-1}}'):
        tap.feed(event("message_start", f',"message":{message}').encode())
    assert (tap.usage, tap.prompt_usage) == (None, None)


class SlowTap(MessagesTap):
    def _quick(self, event: bytes) -> bytes | None:  # noqa: ARG002
        return None


@pytest.mark.parametrize(
    "delta",
    [
        '{"type":"text_delta","text":"b"}',
        '{"type":"text_delta","text":""}',
        '{"type":"thinking_delta","thinking":"b"}',
        '{"type":"input_json_delta","partial_json":"b"}',
        '{"type":"signature_delta","signature":"b"}',
        '{"type":"text_delta","text":5}',
        '{"type":"text_delta","name":"b","text":"c"}',
    ],
)
def test_the_quick_way_tells_what_the_slow_way_tells(delta: str) -> None:
    first, sent = block(0, '{"type":"text_delta","text":"a"}').encode(), block(0, delta).encode()
    quick, slow = MessagesTap(), SlowTap()
    assert [quick.feed(read) for read in (first, sent)] == [slow.feed(read) for read in (first, sent)]
    assert quick.delivered() == slow.delivered()


@pytest.mark.parametrize("talk", [talk for talk in CONVERSATIONS if talk.dialect is DialectName.ANTHROPIC], ids=lambda talk: talk.name)
def test_the_golden_events_are_events_to_the_package(talk: Any) -> None:
    events: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
    payloads = [event.partition("data: ")[2] for event in talk.stream.decode().split("\n\n") if event and "ping" not in event]
    assert len(payloads) >= 7
    for payload in payloads:
        assert events.validate_json(payload).type in payload
