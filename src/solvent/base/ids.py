"""Random names. The randomness comes in, so that a test can replay it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

# Crockford's alphabet without vowels that make words; 32 signs, so each carries five bits.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

OCCURRENCE_BITS = 96
REQUEST_ID = r"slv-[0-9a-f]{24}"
"""What the name of a request looks like, as an expression."""


def occurrence_id(random_bytes: Callable[[int], bytes]) -> str:
    """A name of 96 random bits in 20 letters and digits: nobody can guess another's."""
    number = int.from_bytes(random_bytes(OCCURRENCE_BITS // 8), "big")
    signs = []
    for _ in range(20):
        number, rest = divmod(number, 32)
        signs.append(_ALPHABET[rest])
    return "".join(reversed(signs))


TOKEN_BYTES = 16


def secret_token(random_bytes: Callable[[int], bytes]) -> str:
    """A secret of 128 random bits in 22 signs that stand in an address as they are."""
    return base64.urlsafe_b64encode(random_bytes(TOKEN_BYTES)).decode("ascii").rstrip("=")


def token_hash(token: str) -> str:
    """What is kept of a secret token. It is random, so its hash needs no secret of its own."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class RequestIds:
    """Names of requests: `slv-`, the milliseconds since 1970 in eleven hex digits, eight that are the worker's, five that count.

    So they sort by time, tell it, and no two of a machine are alike.
    """

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._worker = random_bytes(4).hex()
        self._count = 0

    def next(self, now_us: int) -> str:
        """A new name for a request that came at this instant (microseconds since 1970)."""
        self._count = (self._count + 1) & 0xFFFFF
        return f"slv-{now_us // 1000:011x}{self._worker}{self._count:05x}"


def came_at_ms(request_id: str) -> int | None:
    """When the request of this name came, in milliseconds since 1970; None for a text that is no such name."""
    return int(request_id[4:15], 16) if re.fullmatch(REQUEST_ID, request_id) else None
