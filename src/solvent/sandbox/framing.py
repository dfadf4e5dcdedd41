"""A reply as bytes of HTTP/1.1: its head, then pieces in their order, each with the output tokens that it brings, then its end.

Pure, so that every way of breaking the wire can be looked at without one. A stream is chunked, or ends with its connection where the
caller speaks HTTP/1.0.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import NamedTuple

from solvent.sandbox.reply import Event, Reply

GARBAGE = b"\x16\x03\x01 this is no HTTP at all\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_REASONS = {int(status): status.phrase for status in HTTPStatus}
_TRUNCATED_EVENTS = 4


class Framing(NamedTuple):
    """What to write. `close`: the connection ends after it. `end` is not sent where a stream is cut."""

    head: bytes
    pieces: Iterator[Event]
    end: bytes
    close: bool


def frame(reply: Reply, *, keep_alive: bool = True, http10: bool = False) -> Framing:
    """The bytes of a reply."""
    wire = reply.wire
    if wire.garbage:
        return Framing(GARBAGE, iter(()), b"", close=True)
    stream = reply.events is not None
    close = wire.close or not keep_alive or (stream and http10) or (wire.truncate and not stream)
    headers = list(reply.headers)
    if wire.gzip:
        headers.append(("content-encoding", "gzip"))
    if reply.events is not None:
        events = islice(reply.events, _TRUNCATED_EVENTS) if wire.truncate else reply.events
        pieces = _compressed(events) if wire.gzip else events
        if http10:
            return Framing(_head(reply.status, headers, close=close), pieces, b"", close)
        headers.append(("transfer-encoding", "chunked"))
        return Framing(_head(reply.status, headers, close=close), _chunks(pieces), LAST_CHUNK, close)
    body = reply.body
    if wire.gzip:
        body = zlib.compress(body, 1, wbits=31)
    headers.append(("content-length", str(len(body))))
    if wire.truncate:
        body = body[: len(body) // 2]
    pieces = _eighths(body) if wire.drip_ms is not None else iter((Event(body, 0),))
    return Framing(_head(reply.status, headers, close=close), pieces, b"", close)


def _head(status: int, headers: list[tuple[str, str]], *, close: bool) -> bytes:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, '')}", *[f"{name}: {value}" for name, value in headers]]
    if close:
        lines.append("connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


def _eighths(body: bytes) -> Iterator[Event]:
    step = -(-len(body) // 8) or 1
    for start in range(0, len(body), step):
        yield Event(body[start : start + step], 0)


def _compressed(events: Iterator[Event]) -> Iterator[Event]:
    packer = zlib.compressobj(1, wbits=31)
    for event in events:
        yield Event(packer.compress(event.data) + packer.flush(zlib.Z_SYNC_FLUSH), event.tokens)
    yield Event(packer.flush(), 0)


def _chunks(events: Iterator[Event]) -> Iterator[Event]:
    for event in events:
        yield Event(b"%x\r\n%b\r\n" % (len(event.data), event.data), event.tokens)
