"""Golden conversations: the same talk as every dialect tells it, and what a reader must make of it whatever way its bytes are cut."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from solvent.dialects.dialect import Fed, Tap
from solvent.dialects.known import DIALECTS
from solvent.model.route import DialectName
from solvent.model.usage import Usage

CHUNK = '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1741570283,"model":"gpt-5"'


def chunk(delta: str, finish: str = "null", usage: str = ',"usage":null') -> str:
    return f'data: {CHUNK},"choices":[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{finish}}}]{usage}}}\n\n'


def event(kind: str, rest: str = "") -> str:
    return f'event: {kind}\ndata: {{"type":"{kind}"{rest}}}\n\n'


def block(at: int, delta: str) -> str:
    return event("content_block_delta", f',"index":{at},"delta":{delta}')


class Conversation(NamedTuple):
    """`stream` as an upstream sends it, `shown` as a caller who did not ask for usage sees it, `preamble` the events before content."""

    name: str
    dialect: DialectName
    stream: bytes
    shown: bytes
    preamble: bytes
    usage: Usage
    text: str

    def tap(self) -> Tap:
        return DIALECTS[self.dialect].tap(strip_usage=True)


OPENAI_USAGE = f'data: {CHUNK},"choices":[],"usage":{{"prompt_tokens":30,"completion_tokens":9,"total_tokens":39,"prompt_tokens_details":{{"cached_tokens":10}}}}}}\n\n'
START = (
    '{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":null,'
    '"stop_sequence":null,"usage":{"input_tokens":20,"cache_creation_input_tokens":0,"cache_read_input_tokens":10,"output_tokens":1}}'
)
STOP = ',"delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}'

TALKS: dict[str, dict[DialectName, tuple[str, str, str]]] = {
    # preamble, content, end
    "text": {
        DialectName.OPENAI: (
            ": a comment\n\n" + chunk('{"role":"assistant","content":""}'),
            chunk('{"content":"Grüße, "}')
            + chunk('{"content":"\\u4e16\\u754c \\"😀\\"\\n"}')
            + ": still here\n\n"
            + chunk('{"content":"[DONE]"}'),
            chunk("{}", '"stop"') + OPENAI_USAGE + "data: [DONE]\n\n",
        ),
        DialectName.ANTHROPIC: (
            event("message_start", f',"message":{START}')
            + event("content_block_start", ',"index":0,"content_block":{"type":"text","text":""}')
            + event("ping"),
            block(0, '{"type":"text_delta","text":"Grüße, "}')
            + block(0, '{"type":"text_delta","text":"\\u4e16\\u754c \\"😀\\"\\n"}')
            + event("ping")
            + block(0, '{"type":"text_delta","text":"[DONE]"}'),
            event("content_block_stop", ',"index":0') + event("message_delta", STOP) + event("message_stop"),
        ),
    },
    "tool": {
        DialectName.OPENAI: (
            chunk('{"role":"assistant","content":null}'),
            chunk('{"reasoning_content":"Hm. "}')
            + chunk('{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"look","arguments":""}}]}')
            + chunk('{"tool_calls":[{"index":0,"function":{"arguments":"{\\"at\\":"}}]}')
            + chunk('{"tool_calls":[{"index":0,"function":{"arguments":"\\"x\\"}"}}]}'),
            chunk("{}", '"tool_calls"') + OPENAI_USAGE + "data: [DONE]\n\n",
        ),
        DialectName.ANTHROPIC: (
            event("message_start", f',"message":{START}')
            + event("content_block_start", ',"index":0,"content_block":{"type":"thinking","thinking":"","signature":""}'),
            block(0, '{"type":"thinking_delta","thinking":"Hm. "}')
            + block(0, '{"type":"signature_delta","signature":"EqQBCgIYAhIM"}')
            + event("content_block_start", ',"index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"look","input":{}}')
            + block(1, '{"type":"input_json_delta","partial_json":""}')
            + block(1, '{"type":"input_json_delta","partial_json":"{\\"at\\":"}')
            + block(1, '{"type":"input_json_delta","partial_json":"\\"x\\"}"}'),
            event("content_block_stop", ',"index":1') + event("message_delta", STOP) + event("message_stop"),
        ),
    },
}
TEXTS = {"text": 'Grüße, 世界 "😀"\n[DONE]', "tool": 'Hm. look{"at":"x"}'}


def shown(stream: str) -> str:
    return stream.replace(OPENAI_USAGE, "").replace(',"usage":null', "")


CONVERSATIONS = tuple(
    Conversation(
        f"{name}-{dialect.value}",
        dialect,
        "".join(parts).encode(),
        shown("".join(parts)).encode(),
        shown(parts[0]).encode(),
        Usage(20, 10, 0, 0, 9),
        TEXTS[name],
    )
    for name, told in TALKS.items()
    for dialect, parts in told.items()
)


class Heard(NamedTuple):
    """What all reads together made of a stream."""

    data: bytes
    preamble: bytes
    ended: bool
    error: bytes | None
    usage: Usage | None
    text: str


def hear(tap: Tap, reads: Iterable[bytes], *, close: bool = False) -> Heard:
    """Feeds a tap as an exchange does: up to the end, an error, or the end of the body."""
    data = preamble = b""
    last = Fed()
    for read in reads:
        last = tap.feed(read)
        data += last.data
        if not last.content:
            preamble += last.data
        if last.ended or last.error is not None:
            break
    if close and not last.ended and last.error is None:
        last = tap.close()
        data += last.data
    return Heard(data, preamble, last.ended, last.error, tap.usage, tap.delivered().decode())


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """The bytes in pieces, cut at these places."""
    at = [0, *sorted({place for place in places if 0 < place < len(data)}), len(data)]
    return [data[start:end] for start, end in pairwise(at)]
