from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from solvent.sandbox.framing import GARBAGE, LAST_CHUNK, Framing, frame
from solvent.sandbox.reply import Event, Reply, Wire


def events(count: int) -> Iterator[Event]:
    return (Event(b"%d;" % number, 1) for number in range(count))


def body_of(framing: Framing) -> bytes:
    return b"".join(event.data for event in framing.pieces)


def unchunked(data: bytes) -> bytes:
    whole = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        whole, data = whole + data[:length], data[length + 2 :]
    return whole


def test_a_json_answer_has_its_length_and_leaves_the_connection_open() -> None:
    framing = frame(Reply(200, [("content-type", "application/json")], b"{}"))
    assert framing.head == b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n"
    assert (body_of(framing), framing.end, framing.close) == (b"{}", b"", False)


def test_a_status_without_a_name_is_still_a_status() -> None:
    assert frame(Reply(529)).head.startswith(b"HTTP/1.1 529 \r\n")


def test_a_stream_is_chunked_and_its_pieces_keep_their_tokens() -> None:
    framing = frame(Reply(200, events=events(3)))
    pieces = list(framing.pieces)
    assert b"transfer-encoding: chunked" in framing.head
    assert unchunked(b"".join(piece.data for piece in pieces)) == b"0;1;2;"
    assert ([piece.tokens for piece in pieces], framing.end, framing.close) == ([1, 1, 1], LAST_CHUNK, False)


def test_an_old_caller_gets_a_stream_that_ends_with_the_connection() -> None:
    framing = frame(Reply(200, events=events(2)), http10=True)
    assert b"chunked" not in framing.head
    assert (body_of(framing), framing.end, framing.close) == (b"0;1;", b"", True)


@pytest.mark.parametrize("wire", [Wire(close=True), Wire()])
def test_a_connection_closes_where_either_side_wants_it(wire: Wire) -> None:
    framing = frame(Reply(200, wire=wire), keep_alive=wire.close)
    assert framing.close
    assert b"connection: close" in framing.head


def test_compression_is_announced_and_can_be_undone() -> None:
    whole = frame(Reply(200, body=b"{}" * 99, wire=Wire(gzip=True)))
    assert b"content-encoding: gzip" in whole.head
    assert gzip.decompress(body_of(whole)) == b"{}" * 99
    stream = frame(Reply(200, events=events(5), wire=Wire(gzip=True)))
    assert gzip.decompress(unchunked(body_of(stream))) == b"0;1;2;3;4;"


def test_a_truncated_body_is_shorter_than_it_says() -> None:
    framing = frame(Reply(200, body=b"0123456789", wire=Wire(truncate=True)))
    assert b"content-length: 10" in framing.head
    assert (body_of(framing), framing.close) == (b"01234", True)


def test_a_truncated_stream_ends_properly_but_early() -> None:
    framing = frame(Reply(200, events=events(9), wire=Wire(truncate=True)))
    assert (unchunked(body_of(framing)), framing.end, framing.close) == (b"0;1;2;3;", LAST_CHUNK, False)


def test_a_dripping_body_comes_in_eighths() -> None:
    pieces = list(frame(Reply(200, body=b"x" * 20, wire=Wire(drip_ms=1))).pieces)
    assert (len(pieces), b"".join(piece.data for piece in pieces)) == (7, b"x" * 20)


def test_garbage_is_no_http() -> None:
    framing = frame(Reply(200, body=b"{}", wire=Wire(garbage=True)))
    assert (framing.head, body_of(framing), framing.close) == (GARBAGE, b"", True)
