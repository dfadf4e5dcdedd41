from __future__ import annotations

import http.client
import io
import socket
import ssl
from typing import Any

import pytest

from solvent.adapters import wire
from solvent.adapters.wire import Call, Reply


class FakeSocket:
    """Remembers what was written, and answers with bytes."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.written, self.closed = answer, b"", False

    def sendall(self, data: bytes) -> None:
        self.written += data

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self.answer)

    def close(self) -> None:
        self.closed = True


def dial(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> tuple[FakeSocket, list[tuple[str, int | None, float | None]]]:
    sock, dialled = FakeSocket(answer), []

    def connect(self: Any) -> None:
        dialled.append((self.host, self.port, self.timeout))
        self.sock = sock

    monkeypatch.setattr(http.client.HTTPConnection, "connect", connect)
    monkeypatch.setattr(http.client.HTTPSConnection, "connect", connect)
    return sock, dialled


def test_a_call_is_written_straight_to_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    sock, dialled = dial(
        monkeypatch, b"HTTP/1.1 201 Created\r\nContent-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}"
    )
    answer = wire.send("http://127.0.0.1:8401/base", Call("POST", "/api/x?id=%2F", {"Authorization": "Bearer t"}, b"{}"))
    assert answer == Reply(201, "application/json", b"{}")
    assert dialled == [("127.0.0.1", 8401, 30)]
    head, _, body = sock.written.partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")
    assert (first, body, sock.closed) == ("POST /base/api/x?id=%2F HTTP/1.1", b"{}", True)
    assert {"Host: 127.0.0.1:8401", "Authorization: Bearer t", "Content-Length: 2"} <= set(headers)


@pytest.mark.parametrize(
    ("url", "dialled"), [("https://h", ("h", 443, 30)), ("http://h", ("h", 80, 30)), ("http://[::1]:5", ("::1", 5, 30))]
)
def test_the_address_decides_where_it_goes(monkeypatch: pytest.MonkeyPatch, url: str, dialled: tuple[str, int, int]) -> None:
    _, seen = dial(monkeypatch, b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n")
    assert wire.send(url, Call("GET", "/", {})).status == 302
    assert seen == [dialled]


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"], ids=["nothing", "SSH", "cut"]
)
def test_an_answer_that_is_not_whole_is_none(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    sock, _ = dial(monkeypatch, answer)
    with pytest.raises((OSError, http.client.HTTPException)):
        wire.send("http://127.0.0.1:8401", Call("GET", "/", {}))
    assert sock.closed


def test_an_answer_without_end_is_not_read_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "ANSWER_BYTES_MAX", 3)
    dial(monkeypatch, b"HTTP/1.1 200 OK\r\n\r\nabcd")
    with pytest.raises(http.client.HTTPException):
        wire.send("http://127.0.0.1:8401", Call("GET", "/", {}))


@pytest.mark.parametrize(
    ("problem", "words", "step"),
    [
        (ConnectionRefusedError("x"), "nothing listens there", None),
        (TimeoutError("x"), "no answer within 2.5 s", None),
        (socket.gaierror(-2, "x"), "no machine of that name is known", wire.CHECK),
        (http.client.BadStatusLine("x"), "what answers there does not speak HTTP, or broke off", wire.CHECK),
        (OSError(113, "No route to host"), "No route to host", None),
        (OSError("strange"), "OSError", None),
    ],
)
def test_what_went_wrong_is_said_in_words(problem: Exception, words: str, step: str | None) -> None:
    assert wire.why(problem, 2.5) == (words, step)


def test_a_certificate_that_nobody_trusts_is_no_broken_connection() -> None:
    assert wire.why(ssl.SSLError("x"))[0] == "no trusted TLS connection can be made"


@pytest.mark.parametrize(
    ("host", "here"), [("localhost", True), ("127.8.9.1", True), ("::1", True), ("desk.example", False), ("10.0.0.1", False)]
)
def test_what_this_machine_is(host: str, *, here: bool) -> None:
    assert wire.is_here(host) is here


def test_no_header_is_in_a_repr() -> None:
    assert "secret" not in repr(Call("GET", "/", {"Authorization": "secret"}))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8401", "https://desk.example.org/path/", "http://[::1]:8401", "https://u:p@desk.example.org?q=1#f"]
)
def test_an_address_is_taken_apart(url: str) -> None:
    parts = wire.address(url)
    assert parts is not None
    assert parts.geturl() == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "desk",
        "ftp://desk",
        "http://",
        "http://:80",
        "http://desk:0",
        "http://desk:port",
        "http://desk:99999",
        "http://[::1",
        "http://a b",
        "http://désk",
        "http://a\n",
    ],
)
def test_what_cannot_be_called_is_no_address(url: str) -> None:
    assert wire.address(url) is None
