"""One call of an upstream, as it is handed to the network."""

from __future__ import annotations

from typing import NamedTuple

from solvent.model.route import Timeouts


class UpstreamRequest(NamedTuple):
    """One request: header lines as bytes, each ended by CRLF, without host, length and encoding, which the caller of the network adds.

    The lines hold the account's key and the body the caller's words, so the repr shows neither.
    """

    header_lines: bytes
    body: bytes
    timeouts: Timeouts
    stream: bool
    method: bytes = b"POST"

    def __repr__(self) -> str:
        return f"UpstreamRequest({len(self.body)} bytes, stream={self.stream})"
