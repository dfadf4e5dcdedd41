"""Event streams: cuts bytes into whole events, whatever way they come, and reads along.

What is handed on are the very bytes that came, in whole events, so that an error event can follow at any point. Only a byte order
mark is dropped, and what a dialect hides. Every way of cutting the same bytes gives the same bytes and the same usage.
The format: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation (read 2026-11).

Every event's JSON is decoded, into the few fields that matter: that was measured to be cheaper than looking for words in the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto

import msgspec

from solvent.dialects.dialect import Fed
from solvent.model.usage import Usage

EVENT_BYTES_MAX = 4 * 1024 * 1024
TEXT_CHARS_MAX = 8 * 1024 * 1024
_PIECES_CHARS = 4096

# A line end and an empty line. `\r\n\r` waits for what follows: only `\r\r` and `\n\n` end an event by themselves.
_END = re.compile(rb"\r\n\r\n|\n\n|\r\r|\n\r\n|\r\n\n|\n\r(?=[^\n])")
_NULL_USAGE = re.compile(rb',\s*"usage"\s*:\s*null(?=\s*[,}])')
# Not in the middle of a string: there its quotes would be escaped.
_USAGE = re.compile(rb'"usage"\s*:\s*\{(?=\s*")')
COST_FIELD = b"x-solvent-cost-usd"
_BOM = b"\xef\xbb\xbf"
_NOTHING = Fed()
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Seen(Enum):
    """What becomes of one event."""

    PASSED = auto()
    TRIMMED = auto()  # passed without its empty usage field, which only we asked for
    HIDDEN = auto()
    LAST = auto()
    ERROR = auto()


_PASSED, _TRIMMED, _HIDDEN, _LAST, _ERROR = Seen


def fields(event: bytes) -> tuple[bytes, bytes]:
    """The name and the data of one event (its lines of data joined); empty where it has none."""
    head, found, data = event.partition(b"data: ")
    if found and b"\n" not in data and b"\r" not in event:
        if not head:
            return b"", data
        if head.startswith(b"event: ") and head.find(b"\n") + 1 == len(head):
            return head[7:-1], data
    name = b""
    lines = []
    for line in event.splitlines():
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            lines.append(value)
        elif field == b"event":
            name = value
    return name, b"\n".join(lines)


def is_object(data: bytes) -> bool:
    """Whether the data is one whole JSON object."""
    try:
        _OBJECT.decode(data)
    except _UNREADABLE:
        return False
    return True


def _as_error(data: bytes) -> bytes:
    """The JSON of an error event, whose data may be plain text."""
    if is_object(data):
        return data
    return msgspec.json.encode({"error": {"message": data.decode("utf-8", "replace")}})


def trimmed(event: bytes) -> bytes:
    """The event without its empty usage field."""
    shorter = event.replace(b',"usage":null', b"")
    return shorter if len(shorter) != len(event) else _NULL_USAGE.sub(b"", event)


def with_cost(event: bytes, usd: str) -> bytes:
    """The event with what the answer cost as the first field of its usage."""
    return _USAGE.sub(b'"usage":{"%b":"%b",' % (COST_FIELD, usd.encode("ascii")), event, count=1)


class EventTap:
    """Reads along one stream. A dialect says in `_look` what an event is, and in `_last_event` how it would end the stream itself."""

    __slots__ = ("_begun", "_chars", "_cr", "_first", "_kept", "_over", "_pieces", "_rest", "_text", "cost_of", "prompt_usage", "usage")

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.prompt_usage: Usage | None = None
        self.cost_of: Callable[[Usage], str] | None = None
        self._rest = bytearray()
        self._cr = False
        self._first = True
        self._begun = False
        self._over = False
        self._text: list[str] = []
        self._pieces: list[str] = []
        self._chars = 0
        self._kept = 0

    def _look(self, name: bytes, data: bytes) -> Seen:
        """What the event is. Sets `_begun` where it bears content, keeps its usage and its text."""
        raise NotImplementedError

    def _quick(self, event: bytes) -> bytes | None:
        """The event as it is passed on, where it is a piece of text and nothing else, once content has begun; else None."""
        raise NotImplementedError

    def _last_event(self) -> bytes:
        """The event that the stream should have ended with, where all that belongs before it was seen; else nothing."""
        raise NotImplementedError

    def feed(self, data: bytes) -> Fed:
        """The next bytes as they came. After the last event or an error nothing more is taken."""
        if self._over:
            return _NOTHING
        if self._begun and not self._rest and data.find(b"\n\n") + 2 == len(data):
            # By far the most reads bring one event with a piece of text.
            event = data[:-2]
            passed = self._quick(event)
            if passed is event:
                return Fed(data, True)
            if passed is not None:
                return Fed(passed + b"\n\n", True)
        if self._rest or not data.endswith(b"\n\n") or b"\r" in data:
            data = self._whole(data)
            if len(self._rest) > EVENT_BYTES_MAX:
                fed = self._sort(data)
                too_long = b'{"error":{"message":"An event of the stream is longer than 4 MB."}}'
                return fed if self._finish() else fed._replace(error=too_long)
        return self._sort(data) if data else _NOTHING

    def close(self) -> Fed:
        """The stream's body is over. An event without the empty line at its end still counts, if its data is whole.

        Where all that belongs before the last event was seen, the last event is supplied.
        """
        if self._over:
            return _NOTHING
        rest = bytes(self._rest).strip(b"\r\n").removeprefix(_BOM)
        self._rest.clear()
        if self._first and rest.startswith(b"{"):
            return self._in_place_of_a_stream(rest)
        payload = fields(rest)[1]
        fed = self._sort(rest + b"\n\n") if is_object(payload) or payload == b"[DONE]" else _NOTHING
        if not self._finish() and (last := self._last_event()):
            fed = Fed(fed.data + last, self._begun, ended=True)
        return fed

    def _in_place_of_a_stream(self, body: bytes) -> Fed:
        """An answer in JSON where a stream was to come: of use only if it is an error."""
        self._over = True
        seen = self._look(b"", body) if is_object(body) else _PASSED
        return Fed(error=body) if seen is _ERROR else _NOTHING

    def delivered(self) -> bytes:
        """The text that was passed on so far; of a stream with more than 8 Mi characters only the first 8 Mi."""
        return "".join((*self._text, *self._pieces))[:TEXT_CHARS_MAX].encode("utf-8", "replace")

    def _tell(self, text: str) -> None:
        """Keeps a piece of the text."""
        self._pieces.append(text)
        self._chars += len(text)
        if self._chars > _PIECES_CHARS:
            if self._kept < TEXT_CHARS_MAX:
                self._text.append("".join(self._pieces))
                self._kept += self._chars
            self._pieces.clear()
            self._chars = 0

    def _finish(self) -> bool:
        """Takes nothing more from now on; whether that was so before."""
        over, self._over = self._over, True
        return over

    def _whole(self, data: bytes) -> bytes:
        """The whole events that are there now; what is not whole is kept."""
        rest = self._rest
        start = max(len(rest) - 3, 0)
        rest += data
        if not self._cr and b"\r" in data:
            self._cr = True
        end = 0
        if self._cr:
            for found in _END.finditer(rest, start):
                end = found.end()
        else:
            last = rest.rfind(b"\n\n", start)
            end = last + 2 if last >= 0 else 0
        whole = bytes(rest[:end])
        del rest[:end]
        return whole

    def _sort(self, block: bytes) -> Fed:
        """Whole events, one by one."""
        out: list[bytes] = []
        for event, end in self._split(block):
            if self._begun and (passed := self._quick(event)) is not None:
                out += (passed, end)
                continue
            text = event.lstrip(b"\r\n")
            # Empty lines before an event are no part of it, so that they stay where it is hidden.
            out.append(event[: len(event) - len(text)])
            if not text:
                out.append(end)
                continue
            if self._first:
                self._first = False
                text = text.removeprefix(_BOM)
            name, payload = fields(text)
            before = self.usage
            seen = self._look(name, payload)
            if seen is _PASSED:
                if self.cost_of is not None and self.usage is not None and self.usage is not before:
                    text = with_cost(text, self.cost_of(self.usage))
                out += (text, end)
            elif seen is _TRIMMED:
                out += (trimmed(text), end)
            elif seen is not _HIDDEN:
                return self._special(b"".join(out), text + end, payload, seen)
        return Fed(b"".join(out), self._begun)

    def _special(self, before: bytes, event: bytes, payload: bytes, seen: Seen) -> Fed:
        self._over = True
        if seen is _LAST:
            return Fed(before + event, self._begun, ended=True)
        return Fed(before, self._begun, error=_as_error(payload))

    def _split(self, block: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The events of whole events, each with its end. What follows the last end is empty lines."""
        if not self._cr:
            *events, rest = block.split(b"\n\n")
            for event in events:
                yield event, b"\n\n"
            yield rest, b""
            return
        at = 0
        for end in _END.finditer(block):
            yield block[at : end.start()], end[0]
            at = end.end()
        yield block[at:], b""
