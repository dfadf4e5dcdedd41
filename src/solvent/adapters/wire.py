"""One HTTP call over plain `http.client`.

Invariants: no proxy of the environment and no redirect is followed, so a token goes to the named address alone; headers are in no repr.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

TIMEOUT_S = 30
ANSWER_BYTES_MAX = 64 * 1024 * 1024

CHECK = "check the address"
# What went wrong, the narrower kinds first, and what to do about it; None: that is the caller's to say.
_WHY: tuple[tuple[type[Exception], str, str | None], ...] = (
    (ConnectionRefusedError, "nothing listens there", None),
    (TimeoutError, "no answer within {timeout_s:g} s", None),
    (socket.gaierror, "no machine of that name is known", CHECK),
    (ssl.SSLError, "no trusted TLS connection can be made", "check its certificate, and whether the address begins with http or https"),
    (ConnectionError, "the connection was closed before the answer", None),
    (http.client.HTTPException, "what answers there does not speak HTTP, or broke off", CHECK),
)


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request. `headers` may hold a token."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status, the media type without its parameters, and the whole body."""

    status: int
    kind: str
    body: bytes


def send(url: str, call: Call, timeout_s: float = TIMEOUT_S) -> Reply:
    """The reply. Raises `OSError` or `http.client.HTTPException` where no whole one comes."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    try:
        connection.request(call.method, parts.path + call.path, call.body, dict(call.headers))
        response = connection.getresponse()
        body = response.read(ANSWER_BYTES_MAX + 1)
        if response.length or len(body) > ANSWER_BYTES_MAX:
            # Cut short, or longer than any answer of an office: `read` with a size says neither by itself.
            raise http.client.IncompleteRead(b"")
        return Reply(response.status, response.headers.get_content_type(), body)
    finally:
        connection.close()


def why(problem: Exception, timeout_s: float = TIMEOUT_S) -> tuple[str, str | None]:
    """What went wrong, and what to do about it where the wire can tell."""
    for kind, words, step in _WHY:
        if isinstance(problem, kind):
            return words.format(timeout_s=timeout_s), step
    return getattr(problem, "strerror", None) or type(problem).__name__, None


def address(url: str) -> SplitResult | None:
    """The parts of an address that can be called; None where it is none of http or https, or holds signs that no address has."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # No number for a port, or brackets that do not close: the caller says what an address looks like.
        return None
    plain = url.isascii() and url.isprintable() and " " not in url
    return parts if plain and parts.scheme in ("http", "https") and parts.hostname and port != 0 else None


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
