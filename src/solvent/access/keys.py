"""A caller's key: how it looks, and the keyed hash that is kept instead of it.

The hash needs a secret of this installation (the pepper), so a stolen table alone tells nobody a key, not even to one who guesses.
"""

from __future__ import annotations

import base64
import hashlib
import re

PREFIX = "sk-slv-"
KEY_BYTES = 20
_FORM = re.compile(re.escape(PREFIX) + "[a-z2-7]{32}")


def text(secret: bytes) -> str:
    """The key of `KEY_BYTES` random bytes: 160 bits in 32 letters and digits behind the prefix. Raises `ValueError` on another length."""
    if len(secret) != KEY_BYTES:
        raise ValueError(f"a key is made of {KEY_BYTES} random bytes, not of {len(secret)}")
    return PREFIX + base64.b32encode(secret).decode("ascii").lower()


def has_form(key: str) -> bool:
    """Whether this can be a key of ours at all."""
    return _FORM.fullmatch(key) is not None


def digest(key: str, pepper: bytes) -> str:
    """What is stored of a key: BLAKE2b keyed with `pepper` (1 to 64 bytes), as 64 hex digits."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=32, key=_checked(pepper)).hexdigest()


def repeatable(idempotency_key: str, salt: bytes, pepper: bytes) -> bytes:
    """Key bytes that the same three always give, so that a repeated creation can show the same key though nobody kept it."""
    material = hashlib.sha256(idempotency_key.encode()).digest() + salt
    return hashlib.blake2b(material, digest_size=KEY_BYTES, key=_checked(pepper), person=b"solvent-new-key").digest()


def key_id(random: bytes) -> str:
    """The public name of a key, from ten random bytes: 16 letters and digits."""
    return base64.b32encode(random).decode("ascii").lower()


def _checked(pepper: bytes) -> bytes:
    # BLAKE2b takes an empty key without a word, and it would be no secret at all.
    if not 1 <= len(pepper) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise ValueError(f"the pepper has 1 to {hashlib.blake2b.MAX_KEY_SIZE} bytes")
    return pepper
