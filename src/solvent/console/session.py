"""The operator's session: a signed, timed cookie that holds nothing but a random id.

The signature also depends on the admin token, so a new token ends every session. What was signed out is refused for as long as the
office runs; after a restart of it only the twelve hours and the token bound what a stolen cookie is worth.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from itsdangerous import BadSignature

from solvent.console.signing import Signer

COOKIE = "solvent_session"
AGE_S_MAX = 12 * 3600
_SALT = "solvent.console.session"
_ID_BYTES = 16


class Session:
    """Begins, reads and ends sessions. `secret` signs, at least 16 bytes; `random_bytes` gives so many random ones."""

    def __init__(
        self, secret: bytes, admin_token: str, *, random_bytes: Callable[[int], bytes], now_s: Callable[[], int] | None = None
    ) -> None:
        """Raises `ValueError` on an empty token or a short secret: both would let anybody in."""
        if not admin_token.strip() or len(secret) < _ID_BYTES:
            raise ValueError(f"the console needs an admin token that is not empty and a secret of at least {_ID_BYTES} bytes")
        self._token = _hashed(admin_token.strip())
        self._signer = Signer(hmac.digest(secret, self._token, "sha256"), _SALT, now_s)
        self._random_bytes = random_bytes
        self._ended: dict[str, int] = {}

    def admits(self, token: str) -> bool:
        """Whether this is the admin token, in a time that tells nothing about it."""
        return hmac.compare_digest(_hashed(token.strip()), self._token)

    def begin(self) -> str:
        """A new session as the value of its cookie, good for `AGE_S_MAX` seconds."""
        return self._signer.sign(self.random_id()).decode("ascii")

    def random_id(self) -> str:
        """32 hex digits that nobody can guess."""
        return self._random_bytes(_ID_BYTES).hex()

    def read(self, cookie: str | None) -> str | None:
        """The id of the session that a cookie holds; None where it holds none that counts."""
        if not cookie:
            return None
        try:
            found = self._signer.unsign(cookie, max_age=AGE_S_MAX).decode("ascii")
        except BadSignature:
            return None
        return None if found in self._ended else found

    def end(self, session_id: str) -> None:
        """Signs out: the id counts no longer. Ids whose cookies are too old by themselves are forgotten."""
        now_s = self._signer.get_timestamp()
        self._ended = {known: at_s for known, at_s in self._ended.items() if now_s - at_s <= AGE_S_MAX}
        self._ended[session_id] = now_s


def _hashed(token: str) -> bytes:
    # Of one length, so that the comparison does not tell the token's.
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
