"""Signed, timed texts: what a browser is given to hold and must bring back unchanged."""

from __future__ import annotations

from collections.abc import Callable

from itsdangerous import TimestampSigner


class Signer(TimestampSigner):
    """A signer whose clock can be handed in. `salt` names the use, so that what is signed for one use is worth nothing for another.

    `now_s` tells the time in whole seconds since 1970; None: the machine's.
    """

    def __init__(self, secret: bytes, salt: str, now_s: Callable[[], int] | None = None) -> None:
        super().__init__(secret, salt=salt, key_derivation="hmac")
        self._now_s = now_s

    def get_timestamp(self) -> int:
        """Seconds since 1970."""
        return super().get_timestamp() if self._now_s is None else self._now_s()
