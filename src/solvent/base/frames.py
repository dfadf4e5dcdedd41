"""Messages on a byte stream: a length of four bytes, then so many bytes."""

from __future__ import annotations

FRAME_BYTES_MAX = 64 * 1024 * 1024


def frame(message: bytes) -> bytes:
    """The message as it is sent. Raises `ValueError` where it is larger than anybody would read."""
    if len(message) > FRAME_BYTES_MAX:
        raise ValueError(f"a message of {len(message)} bytes is too large; at most {FRAME_BYTES_MAX} are read")
    return len(message).to_bytes(4, "big") + message


class Frames:
    """Puts messages together again, whatever way the stream was cut."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now. Raises `ValueError` on a length that no message has."""
        buffer = self._buffer
        buffer += data
        messages = []
        while len(buffer) >= 4:
            length = int.from_bytes(buffer[:4], "big")
            if length > FRAME_BYTES_MAX:
                raise ValueError(f"a message of {length} bytes is none of ours")
            if len(buffer) < 4 + length:
                break
            messages.append(bytes(buffer[4 : 4 + length]))
            del buffer[: 4 + length]
        return messages
