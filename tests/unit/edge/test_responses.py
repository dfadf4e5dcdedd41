from __future__ import annotations

import gzip
import zlib

import pytest

from solvent.edge import responses as edge
from solvent.edge.responses import ResponseReader

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 2 \r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def fed(*parts: bytes) -> tuple[ResponseReader, bytes]:
    response = ResponseReader()
    return response, b"".join([response.feed(part) for part in parts])


def packed(encoding: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-encoding: %b\r\ncontent-length: %d\r\n\r\n%b" % (encoding, len(body), body)


@pytest.mark.parametrize("data", [OK, CHUNKED + b"1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n"])
def test_a_response_is_whole_whatever_way_it_was_cut(data: bytes) -> None:
    for parts in ([data], [data[at : at + 1] for at in range(len(data))]):
        response, body = fed(*parts)
        assert (response.status, response.whole, response.broken, response.reusable, body) == (200, True, False, True, b"{}")
    assert fed(OK)[0].headers == {b"content-type": b"application/json", b"content-length": b"2"}


def test_a_response_after_another_is_read_as_if_it_were_the_first() -> None:
    response = ResponseReader()
    for data in (CHUNKED + b"2\r\n{}\r\n0\r\nx: y\r\n\r\n", packed(b"gzip", gzip.compress(b"{}", mtime=0)), b"HTTP/1.1 204 X\r\n\r\n", OK):
        body = response.feed(data)
        assert (response.whole, response.broken, response.reusable, body) == (True, False, True, b"" if b"204" in data else b"{}")
        response.restart()
        assert (response.status, response.headers, response.whole, response.reusable) == (0, {}, False, False)


def test_the_head_is_there_before_the_body_is() -> None:
    response, body = fed(OK[:-2])
    assert (response.status, response.whole, body) == (200, False, b"")
    assert fed(OK[:20])[0].status == 0


def test_what_one_read_brought_is_one_part() -> None:
    response = ResponseReader()
    assert response.feed(CHUNKED + b"5\r\ndata \r\n" * 100) == b"data " * 100
    assert not response.whole
    assert response.feed(b"0\r\n\r\n") == b""
    assert response.whole


def test_a_trailer_does_not_pass_for_a_header() -> None:
    response, body = fed(CHUNKED + b"2\r\n{}\r\n0\r\nretry-after: 9\r\n\r\n")
    assert (response.whole, body, response.headers) == (True, b"{}", {b"transfer-encoding": b"chunked"})


def test_an_announcement_is_not_the_response() -> None:
    response, body = fed(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK)
    assert (response.status, response.whole, response.reusable, body) == (200, True, True, b"{}")
    assert b"link" not in response.headers


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}surplus",
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        OK + b"surplus",
        OK + b"\r\nHTTP/1.1 200 OK\r\n",
        OK + OK.replace(b"{}", b"no"),
        OK + packed(b"br", b"poison"),
        CHUNKED + b"2\r\n{}\r\n0\r\n\r\nsurplus",
    ],
)
def test_a_connection_that_ends_or_says_too_much_serves_no_more_but_its_response_stands(data: bytes) -> None:
    response, body = fed(data)
    assert (response.status, response.whole, response.broken, response.reusable, body) == (200, True, False, False, b"{}")


def test_a_response_without_a_length_ends_with_its_connection() -> None:
    response, body = fed(b"HTTP/1.1 200 OK\r\n\r\nall", b" of it")
    assert (response.whole, response.reusable, body) == (False, False, b"all of it")
    assert response.end()


@pytest.mark.parametrize(
    "data", [b"", b"HTTP/1.1 200 OK\r\n", OK[:-1], CHUNKED + b"2\r\n{}\r\n", b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nx"]
)
def test_any_other_response_is_cut_short_by_the_end_of_its_connection(data: bytes) -> None:
    response, _ = fed(data)
    assert not response.whole
    assert not response.end()


@pytest.mark.parametrize("status", [204, 304])
def test_some_responses_have_no_body(status: int) -> None:
    response, body = fed(b"HTTP/1.1 %d X\r\n\r\n" % status)
    assert (response.whole, response.reusable, body) == (True, True, b"")


@pytest.mark.parametrize(
    "data",
    [
        b"<html>no HTTP at all</html>",
        b"HTTP/1.1 200 OK\ncontent-length: 2\n\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
        CHUNKED + b"zz\r\n",
        packed(b"br", b"xx"),
        packed(b"gzip, gzip", b"xx"),
        packed(b"gzip", b"xx"),
        packed(b"gzip", gzip.compress(b"{}", mtime=0)[:-1]),
        packed(b"gzip", gzip.compress(b"{}", mtime=0) + b"behind it"),
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * edge.HEAD_BYTES_MAX,
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * (edge.HEAD_BYTES_MAX // 20),
        CHUNKED + b"1;" + b"a" * edge.HEAD_BYTES_MAX,
        CHUNKED + b"0\r\nx: " + b"a" * edge.HEAD_BYTES_MAX,
    ],
)
def test_what_is_no_response_is_broken(data: bytes) -> None:
    assert fed(data)[0].broken
    assert fed(*(data[at : at + 10_000] for at in range(0, len(data), 10_000)))[0].broken


def test_what_came_before_the_break_is_handed_on() -> None:
    response, body = fed(CHUNKED + b"2\r\n{}\r\nzz\r\n")
    assert (response.broken, body) == (True, b"{}")


@pytest.mark.parametrize(("encoding", "pack"), [(b"gzip", gzip.compress), (b"X-GZIP", gzip.compress), (b"deflate", zlib.compress)])
def test_a_body_that_is_compressed_all_the_same_is_unpacked(encoding: bytes, pack: object) -> None:
    assert callable(pack)
    data = packed(encoding, pack(b'{"a": 1}'))
    for parts in ([data], [data[at : at + 7] for at in range(0, len(data), 7)]):
        response, body = fed(*parts)
        assert (response.whole, response.broken, response.reusable, body) == (True, False, True, b'{"a": 1}')


def test_a_compressed_body_without_a_length_must_end_before_its_connection() -> None:
    data = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(b"{}", mtime=0)
    assert fed(data)[0].end()
    assert not fed(data[:-1])[0].end()


def test_an_empty_body_needs_no_unpacking() -> None:
    response, body = fed(packed(b"gzip", b""))
    assert (response.whole, response.broken, body) == (True, False, b"")


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "DECODED_BYTES_MAX", 1_000)
    bomb = packed(b"gzip", gzip.compress(bytes(1_000_000)))
    response, body = fed(*(bomb[at : at + 100] for at in range(0, len(bomb), 100)))
    assert response.broken
    assert len(body) <= 1_001
    response, body = fed(packed(b"gzip", gzip.compress(bytes(1_000))))
    assert (response.broken, len(body)) == (False, 1_000)
