"""Streams of chat completions.

Content is any delta that holds more than a role. A reason to finish alone is none: before it nothing was said, and an error that
follows it can still fail over.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from solvent.dialects.openai_chat.usage import read_usage, text_of
from solvent.dialects.sse import EventTap, Seen, trimmed

_PASSED, _TRIMMED, _HIDDEN, _LAST, _ERROR = Seen
_NO_CONTENT = frozenset({"role", "name", "id"})


_Index = int | float | str | None


class _Choice(msgspec.Struct, gc=False):
    index: _Index = 0
    delta: dict[str, Any] | None = None
    finish_reason: Any = None


class _Chunk(msgspec.Struct, gc=False):
    choices: list[_Choice] | None = None
    usage: Any = UNSET
    error: Any = None


class _Delta(msgspec.Struct, gc=False):
    content: Any = None
    reasoning_content: Any = None
    reasoning: Any = None
    refusal: Any = None
    tool_calls: Any = None
    function_call: Any = None
    audio: Any = None


class _PlainChoice(msgspec.Struct, gc=False):
    delta: _Delta
    index: _Index = 0
    finish_reason: Any = None


class _Plain(msgspec.Struct, gc=False):
    """A chunk in the middle of an answer."""

    choices: list[_PlainChoice]
    usage: Any = UNSET
    error: Any = None


class _Loose(msgspec.Struct, gc=False):
    """What is still read of an event whose shape is not as it should be."""

    error: Any = None
    object: Any = None
    code: Any = None
    message: Any = None


_CHUNK = msgspec.json.Decoder(_Chunk)
_PLAIN = msgspec.json.Decoder(_Plain)
_LOOSE = msgspec.json.Decoder(_Loose)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class ChatTap(EventTap):
    """Reads along a stream of chunks up to `[DONE]`."""

    __slots__ = ("_finished", "_open", "_strip")

    def __init__(self, *, strip_usage: bool) -> None:
        super().__init__()
        self._strip = strip_usage
        self._open: set[_Index] = set()  # the answers that have begun and not finished
        self._finished = False

    def _look(self, name: bytes, data: bytes) -> Seen:
        try:
            chunk = _CHUNK.decode(data)
        except _UNREADABLE:
            return self._odd(name, data)
        if chunk.error or name == b"error":
            return _ERROR
        choices = chunk.choices
        if choices:
            for choice in choices:
                self._take(choice)
        elif not chunk.usage and self._is_error(data):
            return _ERROR
        usage = chunk.usage
        if usage is UNSET:
            return _PASSED
        if usage is None:
            return _TRIMMED if self._strip else _PASSED
        told = read_usage(usage)
        # Counts are of all that came so far, so a smaller one that follows knows less.
        if told is not None and (self.usage is None or sum(told) >= sum(self.usage)):
            self.usage = told
        return _HIDDEN if self._strip and not choices else _PASSED

    def _quick(self, event: bytes) -> bytes | None:
        try:
            chunk = _PLAIN.decode(event[6:]) if event.startswith(b"data: {") else None
        except _UNREADABLE:
            return None
        if chunk is None or chunk.usage or chunk.error or len(chunk.choices) != 1:
            return None
        choice = chunk.choices[0]
        if choice.finish_reason or choice.index not in self._open:
            return None
        delta = choice.delta
        text = delta.content or delta.reasoning_content
        if type(text) is not str or (delta.content and delta.reasoning_content):
            return None
        if delta.reasoning or delta.tool_calls or delta.refusal or delta.function_call or delta.audio:
            return None
        self._tell(text)
        return trimmed(event) if chunk.usage is None and self._strip else event

    def _take(self, choice: _Choice) -> None:
        delta = choice.delta
        if delta:
            # The usual delta is one piece of text.
            text = delta.get("content") if len(delta) == 1 else None
            if type(text) is not str:
                text = text_of(delta)
            if text:
                self._begun = True
                self._tell(text)
            elif not self._begun:
                self._begun = any(value for key, value in delta.items() if key not in _NO_CONTENT)
        index = choice.index
        if choice.finish_reason:
            self._finished = True
            self._open.discard(index)
        else:
            self._open.add(index)

    def _odd(self, name: bytes, data: bytes) -> Seen:
        """An event that is no chunk: the end, a comment, an error, or something that is for the client to understand."""
        if data.startswith(b"[DONE]"):
            return _LAST
        return _ERROR if name == b"error" or self._is_error(data) else _PASSED

    @staticmethod
    def _is_error(data: bytes) -> bool:
        """Whether an event without choices says that something went wrong, in one of the shapes of those who speak like OpenAI."""
        try:
            loose = _LOOSE.decode(data)
        except _UNREADABLE:
            return False
        return bool(loose.error or loose.object == "error" or (loose.message and loose.code))

    def _last_event(self) -> bytes:
        return b"data: [DONE]\n\n" if self._finished and not self._open else b""
