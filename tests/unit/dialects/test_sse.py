from __future__ import annotations

import pytest

from solvent.dialects import sse
from solvent.dialects.openai_chat.stream import ChatTap
from tests.unit.dialects.golden import chunk, cut, hear


@pytest.mark.parametrize(
    ("event", "name", "data"),
    [
        (b"data: {}", b"", b"{}"),
        (b"data:{}", b"", b"{}"),
        (b"data:  two", b"", b" two"),
        (b"event: ping\ndata: {}", b"ping", b"{}"),
        (b"event:ping\r\ndata:{}", b"ping", b"{}"),
        (b"event: ping\rdata: {}", b"ping", b"{}"),
        (b"data: a\ndata: b\nid: 7\nretry: 3", b"", b"a\nb"),
        (b"data: {}\nevent: late", b"late", b"{}"),
        (b"id: 1\nevent: x\ndata: data: y", b"x", b"data: y"),
        (b": data: no", b"", b""),
        (b"data", b"", b""),
        (b"", b"", b""),
    ],
)
def test_the_fields_of_an_event(event: bytes, name: bytes, data: bytes) -> None:
    assert sse.fields(event) == (name, data)


@pytest.mark.parametrize(("data", "whole"), [(b"{}", True), (b'{"a":[1]}', True), (b"[]", False), (b'{"a"', False), (b"", False)])
def test_what_is_one_object(data: bytes, whole: bool) -> None:  # noqa: FBT001
    assert sse.is_object(data) is whole


MULTILINE = chunk('{"content":"Hi"}').replace('"choices"', '\ndata: "choices"').encode()


def test_data_in_several_lines_is_one_event() -> None:
    assert hear(ChatTap(strip_usage=False), [MULTILINE, b"data: [DONE]\n\n"])[:3] == (MULTILINE + b"data: [DONE]\n\n", b"", True)
    tap = ChatTap(strip_usage=False)
    tap.feed(MULTILINE)
    assert tap.delivered() == b"Hi"


ENDS = ("\r\n\n", "\n\r\n", "\n\r", "\r\r\n", "\r\n\r", "\n\n\n\n", "\r\n\r\n", "\r\r")
MIXED = (
    "".join(f'data: {{"choices":[{{"delta":{{"content":"{at}"}}}}]}}{end}' for at, end in enumerate(ENDS)).encode() + b"data: [DONE]\r\r"
)


def test_line_ends_may_be_mixed() -> None:
    for place in range(1, len(MIXED)):
        heard = hear(ChatTap(strip_usage=True), cut(MIXED, [place]))
        assert (heard.data, heard.ended, heard.text) == (MIXED, True, "01234567"), place


def test_empty_lines_around_a_hidden_event_stay() -> None:
    usage = chunk("null", usage="").replace(
        '[{"index":0,"delta":null,"logprobs":null,"finish_reason":null}]', '[],"usage":{"prompt_tokens":1,"completion_tokens":1}'
    )
    stream = (chunk('{"content":"a"}', usage="") + "\n" + usage + "\n\n" + "data: [DONE]\n\n").encode()
    shown = stream.replace(usage.encode(), b"")
    assert usage.encode() in stream
    for place in range(1, len(stream)):
        assert hear(ChatTap(strip_usage=True), cut(stream, [place])).data == shown, place


def test_an_error_event_that_is_no_json_becomes_json() -> None:
    assert hear(ChatTap(strip_usage=False), [b'event: error\ndata: it "broke"\n\n']).error == b'{"error":{"message":"it \\"broke\\""}}'


def test_an_event_named_error_without_data_is_an_error() -> None:
    assert hear(ChatTap(strip_usage=False), [b"event: error\n\n"]).error == b'{"error":{"message":""}}'


def test_a_very_long_text_is_kept_up_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "TEXT_CHARS_MAX", 10_000)
    tap = ChatTap(strip_usage=False)
    for _ in range(30):
        tap.feed(chunk('{"content":"' + "ab" * 500 + '"}').encode())
    assert tap.delivered() == b"ab" * 5000
    assert len(tap._pieces) < 6
    assert sum(map(len, tap._text)) < 16_000


def test_the_empty_usage_field_goes_however_it_is_written() -> None:
    assert sse.trimmed(b'data: {"a":1,"usage":null}') == b'data: {"a":1}'
    assert sse.trimmed(b'data: {"a": 1, "usage": null, "b": ", \\"usage\\": null"}') == b'data: {"a": 1, "b": ", \\"usage\\": null"}'
