"""Streams of messages.

Content is a delta that holds something, or the start of a block that is not empty text. A reason to stop alone is none: before it
nothing was said, and an error that follows it can still fail over.
"""

from __future__ import annotations

from typing import Any

import msgspec

from solvent.dialects.anthropic_messages.usage import read_usage, text_of
from solvent.dialects.sse import EventTap, Seen
from solvent.model.usage import NO_USAGE

_PASSED, _TRIMMED, _HIDDEN, _LAST, _ERROR = Seen
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Message(msgspec.Struct, gc=False):
    usage: Any = None


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    delta: dict[str, Any] | None = None
    content_block: dict[str, Any] | None = None
    message: Any = None
    usage: Any = None
    error: Any = None


class _Piece(msgspec.Struct, gc=False):
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    name: Any = None


class _Delta(msgspec.Struct, gc=False):
    """A delta in the middle of an answer."""

    type: str
    delta: _Piece


_PLAIN = msgspec.json.Decoder(_Delta)
_PLAIN_HEAD = b"event: content_block_delta\ndata: "
_EVENT = msgspec.json.Decoder(_Event)


class MessagesTap(EventTap):
    """Reads along a stream of events up to `message_stop`."""

    __slots__ = ("_stopped",)

    def __init__(self) -> None:
        super().__init__()
        self._stopped = False

    def _look(self, name: bytes, data: bytes) -> Seen:
        try:
            event = _EVENT.decode(data)
        except _UNREADABLE:
            return _ERROR if name == b"error" else _PASSED
        kind = event.type
        if kind == "content_block_delta" and event.delta:
            self._hear(event.delta)
            return _PASSED
        if kind == "error" or event.error or name == b"error":
            return _ERROR
        if kind == "content_block_start" and event.content_block:
            self._hear(event.content_block)
        elif kind == "message_start":
            usage = event.message.get("usage") if isinstance(event.message, dict) else None
            if isinstance(usage, dict):
                self.prompt_usage = read_usage({"output_tokens": 0, **usage})
        elif kind == "message_delta":
            self._stopped = self._stopped or bool(event.delta and event.delta.get("stop_reason"))
            told = read_usage(event.usage, self.usage or self.prompt_usage or NO_USAGE)
            if told is not None and (self.usage is None or told.output_tokens >= self.usage.output_tokens):
                self.usage = told
        elif kind == "message_stop":
            return _LAST
        return _PASSED

    def _quick(self, event: bytes) -> bytes | None:
        if not event.startswith(_PLAIN_HEAD):
            return None
        try:
            plain = _PLAIN.decode(event[len(_PLAIN_HEAD) :])
        except _UNREADABLE:
            return None
        piece = plain.delta
        text = piece.text or piece.partial_json or piece.thinking
        if not text or plain.type != "content_block_delta" or piece.name:
            return None
        self._tell(text)
        return event

    def _hear(self, heard: dict[str, Any]) -> None:
        text = text_of(heard)
        if text:
            self._begun = True
            self._tell(text)
        elif not self._begun:
            self._begun = any(value for key, value in heard.items() if key != "type")

    def _last_event(self) -> bytes:
        return b'event: message_stop\ndata: {"type":"message_stop"}\n\n' if self._stopped else b""
