"""An upstream's response out of the bytes that its connection brings (RFC 9112), unpacked and within limits. No socket and no clock.

What stands behind the end of a response belongs to nobody: it is not handed on, and bars the connection from serving again.
"""

from __future__ import annotations

import zlib

import httptools

HEAD_BYTES_MAX = 320 * 1024  # of a head with what came before it, and of what stands between two parts of a body or behind it
DECODED_BYTES_MAX = 64 * 1024 * 1024
_DECODERS: dict[bytes, int] = {b"gzip": 31, b"x-gzip": 31, b"deflate": 47}


class ResponseReader:
    """Reads a connection's responses, one after the other with `restart` between them.

    `status` is 0 until its head is there; `headers` are in lower case, without trailers; `broken`: this is none.
    """

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self.restart()

    def restart(self) -> None:
        """The next response may come: the one before was whole, and its connection is `reusable`."""
        self._parts: list[bytes] = []
        self._framing_bytes = 0  # since the last part of the body, counted in whole reads
        self._until_end = False
        self._surplus = False
        self._keep_alive = False
        self._decoder: zlib._Decompress | None = None
        self._decoded_bytes = 0
        self._packed = False  # whether anything came to unpack
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.whole = False
        self.broken = False

    @property
    def reusable(self) -> bool:
        """Whether its connection may serve again, once the response is whole."""
        return self._keep_alive and not self._surplus and not self._until_end

    def feed(self, data: bytes) -> bytes:
        """The part of the body in these bytes, unpacked; it may be empty."""
        self._framing_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError:
            raise  # of ours, not of the upstream
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            # Where the response is all there, only what stands behind it is none of ours.
            self._surplus = True
            self.broken = self.broken or not self.whole
        if self._framing_bytes > HEAD_BYTES_MAX and not self.whole:
            self.broken = True
        parts = self._parts
        if not parts:
            return b""
        self._parts = []
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def end(self) -> bool:
        """The connection ended in good order: whether that is the end of the response, as it is where its head named none."""
        return self._until_end and self.status != 0 and not self.broken and self._unpacked()

    # Of the parser.

    def on_message_begin(self) -> None:
        """A second response is nobody's."""
        self._surplus = self._surplus or self.whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line."""
        if not self.status:
            self.headers[name.lower()] = value.rstrip()  # the parser leaves blanks behind a value to it

    def on_headers_complete(self) -> None:
        """The head is whole."""
        status = self._parser.get_status_code()
        if self._surplus or status < 200:
            return
        self.status = status
        headers = self.headers
        self._until_end = b"content-length" not in headers and b"transfer-encoding" not in headers and status not in (204, 304)
        encoding = headers.get(b"content-encoding", b"identity").strip().lower()
        if encoding not in (b"identity", b""):
            if encoding in _DECODERS:
                self._decoder = zlib.decompressobj(_DECODERS[encoding])
            else:
                self.broken = True

    def on_body(self, data: bytes) -> None:
        """A part of the body as it came."""
        self._framing_bytes = 0
        if self._surplus or self.broken:
            return
        if self._decoder is not None:
            data = self._unpack(self._decoder, data)
        if data:
            self._parts.append(data)

    def on_message_complete(self) -> None:
        """The response is whole, unless it only announced another one (1xx)."""
        if not self.status:
            self.headers = {}
        elif not self._surplus:
            self.whole = True
            self.broken = self.broken or not self._unpacked()
            self._keep_alive = self._parser.should_keep_alive()

    def _unpack(self, decoder: zlib._Decompress, data: bytes) -> bytes:
        self._packed = True
        try:
            plain = decoder.decompress(data, DECODED_BYTES_MAX - self._decoded_bytes + 1)
        except zlib.error:
            plain = b""
            self.broken = True
        self._decoded_bytes += len(plain)
        if self._decoded_bytes > DECODED_BYTES_MAX or decoder.unused_data:
            self.broken = True
        return plain

    def _unpacked(self) -> bool:
        """Whether a compressed body came to its end. One of no bytes at all is taken for an empty one."""
        return self._decoder is None or self._decoder.eof or not self._packed
