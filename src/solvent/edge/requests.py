"""Requests out of the bytes that a connection brings (RFC 9112), within limits. No socket and no clock: bytes in, requests out.

A request is handed on when its body is whole. After the first bytes that are no request nothing more is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httptools

HEAD_BYTES_MAX = 64 * 1024  # of a head, and of what stands between two parts of a body or behind it
STRANGER_BYTES_MAX = 256 * 1024  # of a body whose head shows no key that is good here: it waits in memory until it is whole
_LISTS = frozenset({b"anthropic-beta", b"openai-beta"})  # whose values are one list, however many lines they stand on (RFC 9110, 5.3)
OFFERS_MAX = 8  # requests in one read that offer another protocol


@dataclass(slots=True)
class Request:
    """A whole request. Names of `headers` are in lower case; where a name came twice, the last counts, or both
    where they are lists. Trailers are left out.
    """

    method: bytes
    path: bytes
    headers: dict[bytes, bytes]
    body: bytes
    keep_alive: bool
    http_1_0: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A request that cannot be read: the status and what is wrong, for an error in the dialect of its `path`."""

    status: int
    path: bytes
    problem: str


def everybody(_: Mapping[bytes, bytes]) -> bool:
    """Nobody is a stranger."""
    return True


class RequestReader:
    """Reads one connection's requests. `in_head` and `in_body` say what its last bytes belonged to, so that time limits can be kept."""

    def __init__(self, body_bytes_max: Callable[[], int], knows: Callable[[Mapping[bytes, bytes]], bool] = everybody) -> None:
        self._body_bytes_max = body_bytes_max
        self._knows = knows
        self._known = False
        self._parser = httptools.HttpRequestParser(self)
        self._read: list[Request | Broken] = []
        self._framing_bytes = 0  # since the last head or part of a body, counted in whole reads
        self._headers: dict[bytes, bytes] = {}
        self._path = b""
        self._parts: list[bytes] = []
        self._body_bytes = 0
        self._http_1_0 = False
        self.in_head = False
        self.in_body = False
        self.expects_continue = False
        self.broken = False

    def feed(self, data: bytes) -> list[Request | Broken]:
        """What became whole with these bytes, in order; after a `Broken` nothing more comes."""
        if self.broken:
            return []
        self._framing_bytes += len(data)
        try:
            self._parse(data)
        except httptools.HttpParserCallbackError:
            raise  # of ours, not of the client
        except httptools.HttpParserError as problem:
            self._refuse(400, f"this is not HTTP/1.1 as it is specified ({problem}); send it with a common HTTP library")
        else:
            if self._framing_bytes > HEAD_BYTES_MAX:
                self._refuse(431, _TOO_LONG)
        read = self._read
        if read:
            self._read = []
        return read

    def too_slow(self) -> Broken:
        """The request under way did not come in time."""
        self.broken = True
        return Broken(408, self._path, "the request did not arrive in time; send it again")

    # Of the parser.

    def on_message_begin(self) -> None:
        """A request begins."""
        self.in_head = True
        self.expects_continue = self._known = False
        self._headers = {}
        self._path = b""
        self._parts = []
        self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        """The request's target, or a part of it."""
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line. One that follows the body must not pass for one that stood before it."""
        if not self.in_head:
            return
        name, value = name.lower(), value.rstrip()  # the parser leaves blanks behind a value to it
        before = self._headers.get(name) if name in _LISTS else None
        self._headers[name] = value if before is None else b"%b, %b" % (before, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self.in_head, self.in_body = False, True
        framing_bytes, self._framing_bytes = self._framing_bytes, 0
        headers = self._headers
        version = self._parser.get_http_version()
        self._http_1_0 = version == "1.0"
        length = headers.get(b"content-length", b"0")
        if framing_bytes > HEAD_BYTES_MAX and sum(map(len, (self._path, *headers, *headers.values()))) > HEAD_BYTES_MAX:
            self._refuse(431, _TOO_LONG)
        elif version not in ("1.1", "1.0"):
            self._refuse(505, f"this is HTTP/{version}, which is not spoken here; send it as HTTP/1.1")
        elif b"host" not in headers and not self._http_1_0:
            self._refuse(400, "the header `host` is missing, which HTTP/1.1 requires; send it with a common HTTP library")
        elif b"transfer-encoding" in headers:
            self._check_coding(headers[b"transfer-encoding"])
        elif length.isdigit():
            self._check_size(int(length))
        self.expects_continue = headers.get(b"expect", b"").lower() == b"100-continue" and not (self.broken or self._http_1_0)

    def on_body(self, data: bytes) -> None:
        """A part of the body."""
        self._framing_bytes = 0
        if self.broken:
            return
        self.expects_continue = False
        self._body_bytes += len(data)
        self._check_size(self._body_bytes)
        if not self.broken:
            self._parts.append(data)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self.in_body = self.expects_continue = False
        parser = self._parser
        if self.broken or parser.should_upgrade():
            return
        # A connection that waits for its next request does not keep the last one's body.
        parts, self._parts = self._parts, []
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        self._read.append(Request(parser.get_method(), self._path, self._headers, body, parser.should_keep_alive(), self._http_1_0))

    def _check_coding(self, coding: bytes) -> None:
        if self._http_1_0:
            self._refuse(400, "HTTP/1.0 has no `transfer-encoding`; send `content-length`, or HTTP/1.1")
        elif coding.strip().lower() != b"chunked":
            self._refuse(
                501, "a `transfer-encoding` other than `chunked` is not read here; send the body plain, or with `content-encoding: gzip`"
            )

    def _parse(self, data: bytes) -> None:
        for _ in range(OFFERS_MAX):
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                data = self._without_offer(data[offer.args[0] :])
            else:
                return
        self._refuse(400, "too many requests at once offer another protocol (`upgrade`); send them one by one, or without it")

    def _without_offer(self, rest: bytes) -> bytes:
        """The request as if no other protocol had been offered.

        Whoever offers one must also take this one (RFC 9110, 7.8), and the parser takes what follows such a head for the other protocol.
        """
        method = self._parser.get_method()
        if method == b"CONNECT":
            self._refuse(405, "`CONNECT` is not offered: this is no proxy for other hosts; set it as the base URL of an API client")
        if self.broken:
            return b""
        lines = [b"%b %b HTTP/%b\r\n" % (method, self._path, b"1.0" if self._http_1_0 else b"1.1")]
        lines += [b"%b: %b\r\n" % (name, value) for name, value in self._headers.items() if name not in (b"upgrade", b"connection")]
        self._parser = httptools.HttpRequestParser(self)
        return b"".join((*lines, b"\r\n", rest))

    def _check_size(self, size: int) -> None:
        if size > self._body_bytes_max():
            self._refuse(413, f"the body is larger than {self._body_bytes_max()} bytes, the limit of this gateway (`max_body`); send less")
        elif size > STRANGER_BYTES_MAX and not self._known:
            self._known = self._knows(self._headers)
            if not self._known:
                self._refuse(401, _STRANGER)

    def _refuse(self, status: int, problem: str) -> None:
        if not self.broken:
            self.broken = True
            self._read.append(Broken(status, self._path, problem))


_TOO_LONG = (
    f"the head of the request, or what stands around the parts of its body, is larger than {HEAD_BYTES_MAX} bytes; "
    "send fewer or shorter headers"
)
_STRANGER = (
    f"a body of more than {STRANGER_BYTES_MAX} bytes is read only where the head shows a key that is good here; "
    "send it as `Authorization: Bearer <key>` or as `x-api-key`"
)
