"""Random names. The randomness comes in, so that a test can replay it."""

from __future__ import annotations

from collections.abc import Callable

# Crockford's alphabet without vowels that make words; 32 signs, so each carries five bits.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

OCCURRENCE_BITS = 96


def occurrence_id(random_bytes: Callable[[int], bytes]) -> str:
    """A name of 96 random bits in 20 letters and digits: nobody can guess another's."""
    number = int.from_bytes(random_bytes(OCCURRENCE_BITS // 8), "big")
    signs = []
    for _ in range(20):
        number, rest = divmod(number, 32)
        signs.append(_ALPHABET[rest])
    return "".join(reversed(signs))
