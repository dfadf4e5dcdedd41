from __future__ import annotations

import gc

import pytest

from solvent.edge import requests as edge
from solvent.edge.requests import STRANGER_BYTES_MAX, Broken, Request, RequestReader

GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
POST = b"POST /v1/messages?beta=true HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
OFFER = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\ncontent-length: 2\r\n\r\nok"


def reader(body_bytes_max: int = 1_000) -> RequestReader:
    return RequestReader(lambda: body_bytes_max)


def read(*parts: bytes) -> list[Request | Broken]:
    reading = reader()
    return [request for part in parts for request in reading.feed(part)]


def requests(*parts: bytes) -> list[Request]:
    found = []
    for request in read(*parts):
        assert isinstance(request, Request), request
        found.append(request)
    return found


@pytest.mark.parametrize("data", [POST, CHUNKED + b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n"])
def test_a_request_is_whole_whatever_way_it_was_cut(data: bytes) -> None:
    whole = requests(data)
    assert [request.body for request in whole] == [b"hello"]
    assert requests(*(data[at : at + 1] for at in range(len(data)))) == whole
    for at in range(1, len(data)):
        assert requests(data[:at], data[at:]) == whole


def test_what_a_request_holds() -> None:
    (request,) = requests(b"POST /v1/messages?beta=true HTTP/1.1\r\nHost: x\r\nX-Api-Key:  k \r\ncontent-length: 2\r\n\r\nok")
    headers = {b"host": b"x", b"x-api-key": b"k", b"content-length": b"2"}
    assert request == Request(b"POST", b"/v1/messages?beta=true", headers, b"ok", keep_alive=True, http_1_0=False)


@pytest.mark.parametrize(
    ("head", "keep_alive", "http_1_0"),
    [
        (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", True, False),
        (b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", False, False),
        (b"GET / HTTP/1.0\r\n\r\n", False, True),
        (b"GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", True, True),
    ],
)
def test_the_version_and_the_client_decide_whether_the_connection_goes_on(head: bytes, keep_alive: bool, http_1_0: bool) -> None:  # noqa: FBT001
    (request,) = requests(head)
    assert (request.keep_alive, request.http_1_0) == (keep_alive, http_1_0)


def test_a_reader_that_waits_for_the_next_request_keeps_no_body() -> None:
    reading = reader()
    (request,) = reading.feed(POST)
    assert isinstance(request, Request)
    assert not any(held is request.body for held in gc.get_referents(reading, *vars(reading).values()))


def test_pipelined_requests_come_in_order() -> None:
    found = requests(GET + POST + b"\r\n" + GET)
    assert [request.method for request in found] == [b"GET", b"POST", b"GET"]
    assert b"content-length" not in found[2].headers


def test_a_trailer_does_not_pass_for_a_header() -> None:
    data = CHUNKED + b"2\r\nok\r\n0\r\nauthorization: Bearer stolen\r\nhost: y\r\n\r\n"
    (request,) = requests(data)
    assert request.body == b"ok"
    assert request.headers == {b"host": b"x", b"transfer-encoding": b"chunked"}


@pytest.mark.parametrize(
    ("data", "status", "problem"),
    [
        # Two lengths, or two ways to say where a body ends: what one reads as a body another reads as the next request.
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", 400, "Transfer-Encoding"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n", 400, "Content-Length"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400, "Content-Length"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\nok", 400, "Content-Length"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2, 2\r\n\r\nok", 400, "Content-Length"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: +2\r\n\r\nok", 400, "Content-Length"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -2\r\n\r\nok", 400, "Content-Length"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999999\r\n\r\nok", 400, "Content-Length"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n", 501, "`transfer-encoding`"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n", 501, "`transfer-encoding`"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n", 400, "Transfer-Encoding"),
        (b"POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400, "HTTP/1.0"),
        (CHUNKED + b"zz\r\n", 400, "chunk size"),
        (CHUNKED + b"2\nok", 400, "chunk size"),
        # Lines and characters that parsers disagree about.
        (b"GET / HTTP/1.1\nhost: x\n\n", 400, "HTTP/1.1"),
        (b"GET / HTTP/1.1\r\nhost: x\r\na: b\nc: d\r\n\r\n", 400, "header"),
        (b"GET / HTTP/1.1\r\nhost: x\r\na: b\rc: d\r\n\r\n", 400, "header"),
        (b"GET / HTTP/1.1\r\nhost: x\r\na: b\r\n folded\r\n\r\n", 400, "header"),
        (b"GET / HTTP/1.1\r\nhost: x\r\na: b\0c\r\n\r\n", 400, "header"),
        (b"GET / HTTP/1.1\r\nhost : x\r\n\r\n", 400, "header"),
        (b"GET / HTTP/1.1\r\n: x\r\n\r\n", 400, "header"),
        (b"GET /a b HTTP/1.1\r\nhost: x\r\n\r\n", 400, "HTTP"),
        (b"GET /\x01 HTTP/1.1\r\nhost: x\r\n\r\n", 400, "url"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "`host`"),
        # Other protocols.
        (b"\x16\x03\x01\x02\x00\x01\x00", 400, "HTTP/1.1"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "HTTP/1.1"),
        (b"GET / HTTP/1.2\r\nhost: x\r\n\r\n", 400, "version"),
        (b"GET /\r\n\r\n", 505, "HTTP/0.9"),
        (b"CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n", 405, "`CONNECT`"),
        (OFFER * (edge.OFFERS_MAX + 1), 400, "`upgrade`"),
        # Too much of anything.
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n", 413, "1000 bytes"),
        (CHUNKED + b"3e9\r\n" + b"x" * 1001, 413, "1000 bytes"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n", 431, "65536 bytes"),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 70_000, 431, "65536 bytes"),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 70_000 + b"\r\n\r\n", 431, "65536 bytes"),
    ],
)
def test_what_is_no_request_is_refused_once_and_nothing_is_read_behind_it(data: bytes, status: int, problem: str) -> None:
    reading = reader()
    *_, broken = reading.feed(data)
    assert isinstance(broken, Broken)
    assert broken.status == status
    assert problem.lower() in broken.problem.lower()
    assert reading.broken
    assert reading.feed(GET) == []
    # The same where it comes in small pieces, as it does from the net.
    pieces = [data[at : at + 1_000] for at in range(0, len(data), 1_000)]
    assert [request.status for request in read(*pieces, GET) if isinstance(request, Broken)] == [status]


def test_requests_before_the_bad_one_are_read() -> None:
    good, broken = read(GET + b"nonsense\r\n\r\n" + GET)
    assert isinstance(good, Request)
    assert isinstance(broken, Broken)


def test_a_long_head_of_many_short_reads_is_refused_before_it_ends() -> None:
    reading, fed = reader(), 0
    found = reading.feed(b"GET / HTTP/1.1\r\nhost: x\r\n")
    while not found and fed < 10 * edge.HEAD_BYTES_MAX:
        found = reading.feed(b"x-%d: y\r\n" % fed)
        fed += 10
    (broken,) = found
    assert isinstance(broken, Broken)
    assert (broken.status, broken.path) == (431, b"/")
    assert fed < edge.HEAD_BYTES_MAX + 100


@pytest.mark.parametrize("endless", [b"1;", b"0\r\nx: "])
def test_what_stands_around_the_parts_of_a_body_has_a_limit(endless: bytes) -> None:
    reading, fed = reader(), 0
    found = reading.feed(CHUNKED + b"1\r\nx\r\n" + endless)
    while not found and fed < 10 * edge.HEAD_BYTES_MAX:
        found = reading.feed(b"a" * 1_000)
        fed += 1_000
    (broken,) = found
    assert isinstance(broken, Broken)
    assert broken.status == 431
    assert fed < edge.HEAD_BYTES_MAX + 2_000


def test_a_body_of_any_length_within_the_limit_is_no_head() -> None:
    reading = reader(10_000_000)
    assert reading.feed(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n" + b"x" * 90_000) == []
    for _ in range(9):
        assert reading.feed(b"x" * 100_000) == []
    (request,) = reading.feed(b"x" * 10_000)
    assert isinstance(request, Request)
    assert len(request.body) == 1_000_000
    chunks = b"".join(b"1\r\nx\r\n" for _ in range(100_000))
    (request,) = (found for part in (CHUNKED, chunks, b"0\r\n\r\n") for found in reading.feed(part))
    assert isinstance(request, Request)
    assert len(request.body) == 100_000


@pytest.mark.parametrize("chunked", [False, True])
def test_a_stranger_may_send_but_a_small_body(chunked: bool) -> None:  # noqa: FBT001
    def send(key: bytes, size: int) -> list[Request | Broken]:
        reader = RequestReader(lambda: 10**6, lambda headers: headers.get(b"x-api-key") == b"good")
        framing = b"transfer-encoding: chunked" if chunked else b"content-length: %d" % size
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"x" * size) if chunked else b"x" * size
        return reader.feed(b"POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: %b\r\n%b\r\n\r\n%b" % (key, framing, body))

    (large,) = send(b"good", 10**6)
    assert isinstance(large, Request)
    (small,) = send(b"bad", STRANGER_BYTES_MAX)
    assert isinstance(small, Request)
    (refused,) = send(b"bad", STRANGER_BYTES_MAX + 1)
    assert isinstance(refused, Broken)
    assert (refused.status, refused.path) == (401, b"/v1/messages")
    (both,) = send(b"bad", 10**6 + 1)
    assert isinstance(both, Broken)
    assert both.status == 413


def test_a_key_that_was_good_for_one_body_is_asked_for_again_at_the_next() -> None:
    reader = RequestReader(lambda: 10**6, lambda headers: b"x-api-key" in headers)
    large = b"content-length: %d\r\n\r\n%b" % (10**6, b"x" * 10**6)
    head = b"POST /v1/messages HTTP/1.1\r\nhost: x\r\n"
    assert [type(one) for one in reader.feed(head + b"x-api-key: k\r\n" + large)] == [Request]
    assert [type(one) for one in reader.feed(head + large)] == [Broken]


def test_the_limit_of_a_body_may_change_while_connections_are_open() -> None:
    limit = 4
    reading = RequestReader(lambda: limit)
    limit = 5
    (request,) = reading.feed(POST)
    assert isinstance(request, Request)
    limit = 4
    (broken,) = reading.feed(POST)
    assert isinstance(broken, Broken)


def test_an_offer_of_another_protocol_is_passed_over() -> None:
    first, second, last = requests(OFFER + OFFER + GET)
    assert (first.body, second.body, last.method) == (b"ok", b"ok", b"GET")
    assert first.headers == {b"host": b"x", b"content-length": b"2"}
    assert requests(*(OFFER[at : at + 1] for at in range(len(OFFER)))) == [first]


def test_where_it_is_and_whether_the_client_waits_can_be_seen() -> None:
    reading = reader()
    assert (reading.in_head, reading.in_body) == (False, False)
    reading.feed(b"POST / HTTP/1.1\r\n")
    assert (reading.in_head, reading.in_body) == (True, False)
    reading.feed(b"host: x\r\nexpect: 100-Continue\r\ncontent-length: 2\r\n\r\n")
    assert (reading.in_head, reading.in_body, reading.expects_continue) == (False, True, True)
    reading.feed(b"o")
    assert (reading.in_body, reading.expects_continue) == (True, False)
    reading.feed(b"k")
    assert (reading.in_head, reading.in_body) == (False, False)


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.0\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 1001\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\nok",
    ],
)
def test_nobody_is_asked_for_a_body_that_came_is_refused_or_is_an_old_client_s(head: bytes) -> None:
    reading = reader()
    reading.feed(head)
    assert not reading.expects_continue


def test_a_request_that_is_too_slow_is_the_last() -> None:
    reading = reader()
    reading.feed(POST[:-1])
    broken = reading.too_slow()
    assert (broken.status, broken.path) == (408, b"/v1/messages?beta=true")
    assert reading.feed(b"o" + GET) == []


def test_a_list_that_stands_on_two_lines_is_one_list() -> None:
    (request,) = requests(
        b"GET / HTTP/1.1\r\nhost: x\r\nanthropic-beta: a\r\nx-api-key: one\r\nAnthropic-Beta: b\r\nx-api-key: two\r\n\r\n"
    )
    assert request.headers[b"anthropic-beta"] == b"a, b"
    assert request.headers[b"x-api-key"] == b"two"
