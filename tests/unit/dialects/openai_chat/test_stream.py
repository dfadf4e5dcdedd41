from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

from solvent.dialects.openai_chat.stream import ChatTap
from solvent.model.route import DialectName
from solvent.model.usage import Usage
from tests.unit.dialects.golden import CHUNK, CONVERSATIONS, OPENAI_USAGE, chunk, hear


def content(delta: str) -> bool:
    return ChatTap(strip_usage=False).feed(chunk(delta).encode()).content


@pytest.mark.parametrize(
    "delta",
    [
        '{"content":"a"}',
        '{"role":"assistant","content":"a"}',
        '{"reasoning_content":"a"}',
        '{"reasoning":"a"}',
        '{"refusal":"a"}',
        '{"tool_calls":[{"index":0,"id":"call_1"}]}',
        '{"function_call":{"name":"f"}}',
        '{"audio":{"id":"audio_1"}}',
        '{"images":[{"type":"image_url"}]}',
        '{"reasoning_details":[{"type":"reasoning.encrypted"}]}',
    ],
)
def test_what_bears_content(delta: str) -> None:
    assert content(delta)


@pytest.mark.parametrize(
    "delta", ["{}", "null", '{"role":"assistant"}', '{"role":"assistant","content":"","refusal":null}', '{"tool_calls":[]}', '"x"']
)
def test_what_bears_none(delta: str) -> None:
    assert not content(delta)


def test_a_reason_to_finish_is_no_content() -> None:
    tap = ChatTap(strip_usage=False)
    assert not tap.feed(chunk("{}", '"stop"').encode()).content
    assert tap.feed(b'data: {"error":{"message":"no"}}\n\n').error == b'{"error":{"message":"no"}}'


ERRORS = [
    b'{"error":{"message":"boom","type":"server_error"}}',
    b'{"error":"boom"}',
    b'{"id":"gen-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],"error":{"code":502,"message":"x"}}',
    b'{"choices":[{"index":0,"delta":{"content":"half"},"finish_reason":null}],"error":{"message":"x"}}',
    b'{"object":"error","message":"out of memory","code":50001}',
    b'{"code":"Arrearage","message":"Access denied"}',
    b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    b'{"choices":5,"error":{"message":"odd"}}',
]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("begun", [False, True])
def test_errors_in_a_stream(error: bytes, begun: bool) -> None:  # noqa: FBT001
    head = chunk('{"content":"a"}').encode() if begun else b""
    for reads in (
        [head + b"data: " + error + b"\n\n"],
        [head, b"data: " + error + b"\n\n"],
        [head, b"event: error\ndata: " + error + b"\n\n"],
    ):
        heard = hear(ChatTap(strip_usage=False), reads)
        assert (heard.data, heard.error, heard.ended) == (head, error, False)


@pytest.mark.parametrize("error", ["null", "{}", '""', "false"])
def test_an_empty_error_field_is_no_error(error: str) -> None:
    sent = f'data: {CHUNK},"error":{error},"choices":[{{"index":0,"delta":{{"content":"a"}}}}]}}\n\n'.encode() * 2
    assert hear(ChatTap(strip_usage=False), [sent]).data == sent


@pytest.mark.parametrize(
    "odd",
    [
        b"data: not json\n\n",
        b"data: 5\n\n",
        b'data: {"choices":"x"}\n\n',
        b"id: 5\n\n",
        b"data:\n\n",
        b'data: {"choices":[{"index":[1]}]}\n\n',
    ],
)
def test_what_nobody_understands_is_left_to_the_client(odd: bytes) -> None:
    sent = odd + chunk('{"content":"a"}').encode() + odd + b"data: [DONE]\n\n"
    heard = hear(ChatTap(strip_usage=True), [sent])
    assert heard.ended
    assert heard.data == sent.replace(b',"usage":null', b"")


def stream(*usages: str) -> bytes:
    return (chunk('{"content":"a"}', usage="") + "".join(usages) + "data: [DONE]\n\n").encode()


def test_the_usage_event_is_kept_for_who_asked_for_it() -> None:
    sent = stream(chunk('{"content":"b"}'), OPENAI_USAGE)
    assert hear(ChatTap(strip_usage=False), [sent]).data == sent


def test_a_usage_that_cannot_be_is_none_and_hidden_all_the_same() -> None:
    heard = hear(ChatTap(strip_usage=True), [stream(OPENAI_USAGE.replace("30", "-30"))])
    assert (heard.data, heard.usage, heard.ended) == (stream(), None, True)


def test_usage_on_every_chunk_counts_as_last_told_and_stays() -> None:
    usages = [chunk('{"content":"b"}', usage=f',"usage":{{"prompt_tokens":3,"completion_tokens":{n}}}') for n in (1, 2)]
    heard = hear(ChatTap(strip_usage=True), [stream(*usages)])
    assert (heard.data, heard.usage, heard.text) == (stream(*usages), Usage(3, 0, 0, 0, 2), "abb")


def test_a_later_usage_that_knows_less_takes_nothing_back() -> None:
    usages = [chunk('{"content":"b"}', usage=f',"usage":{{"prompt_tokens":3,"completion_tokens":{n}}}') for n in (7, 0, 2)]
    assert hear(ChatTap(strip_usage=True), [stream(*usages)]).usage == Usage(3, 0, 0, 0, 7)


def test_an_event_without_choices_that_tells_no_usage_stays() -> None:
    azure = f'data: {CHUNK},"choices":[],"prompt_filter_results":[{{"prompt_index":0}}]}}\n\n'
    assert hear(ChatTap(strip_usage=True), [stream(azure)]).data == stream(azure)


def test_the_word_usage_in_the_text_is_text() -> None:
    said = chunk('{"content":"{\\"a\\":1,\\"usage\\":null} [DONE] error\\n"}', usage="") * 2
    heard = hear(ChatTap(strip_usage=True), [stream(said)])
    assert (heard.data, heard.text) == (stream(said), "a" + '{"a":1,"usage":null} [DONE] error\n' * 2)


def test_a_last_piece_of_text_may_bring_the_reason_to_finish() -> None:
    tap = ChatTap(strip_usage=False)
    tap.feed(chunk('{"content":"a"}').encode())
    tap.feed(chunk('{"content":"b"}', '"length"').encode())
    assert tap.close() == (b"data: [DONE]\n\n", True, True, None)
    assert tap.delivered() == b"ab"


def test_with_several_answers_all_must_finish_before_an_end_is_supplied() -> None:
    def of(index: int, rest: str) -> bytes:
        return chunk(rest, "null" if rest != "{}" else '"stop"').replace('"index":0', f'"index":{index}').encode()

    tap = ChatTap(strip_usage=False)
    tap.feed(of(0, '{"content":"a"}') + of(1, '{"content":"b"}') + of(0, "{}"))
    assert not tap.close().ended
    tap = ChatTap(strip_usage=False)
    tap.feed(of(0, '{"content":"a"}') + of(1, '{"content":"b"}') + of(0, "{}") + of(1, "{}"))
    assert tap.close() == (b"data: [DONE]\n\n", True, True, None)


class SlowTap(ChatTap):
    def _quick(self, event: bytes) -> bytes | None:  # noqa: ARG002
        return None


PLAIN: list[dict[str, Any]] = [
    {"content": "x"},
    {"content": None, "reasoning_content": "y"},
    {"content": "x", "tool_calls": [{"index": 0, "function": {"arguments": "z"}}]},
    {"content": "x", "reasoning_content": "y"},
    {"content": "", "tool_calls": [{"index": 0, "function": {"arguments": "z"}}]},
    {"content": ["?"], "refusal": "n"},
    {"role": "assistant", "content": "x", "reasoning": "r"},
]


@pytest.mark.parametrize("delta", PLAIN)
@pytest.mark.parametrize("strip", [False, True])
def test_the_quick_way_tells_what_the_slow_way_tells(delta: dict[str, Any], strip: bool) -> None:  # noqa: FBT001
    first, sent = chunk('{"content":"a"}').encode(), chunk(json.dumps(delta)).encode()
    quick, slow = ChatTap(strip_usage=strip), SlowTap(strip_usage=strip)
    assert [quick.feed(read) for read in (first, sent)] == [slow.feed(read) for read in (first, sent)]
    assert quick.delivered() == slow.delivered() != b"a"


@pytest.mark.parametrize("talk", [talk for talk in CONVERSATIONS if talk.dialect is DialectName.OPENAI], ids=lambda talk: talk.name)
def test_the_golden_chunks_are_chunks_to_the_package(talk: Any) -> None:
    for shown in (talk.stream, talk.shown):
        payloads = [event[6:] for event in shown.decode().split("\n\n") if event.startswith("data: {")]
        assert len(payloads) >= 5
        assert all(ChatCompletionChunk.model_validate_json(payload).object == "chat.completion.chunk" for payload in payloads)
