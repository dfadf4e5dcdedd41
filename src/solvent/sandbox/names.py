"""The names that providers give to calls and answers, in their forms but from our own randomness."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# sha256 of the module path `github.com/QuantumNous/new-api`, its first four bytes: so in ids since 2026-04-02 (commit 50249f58).
_NEW_API = "8268d9d6"


class Names:
    """Draws names."""

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes

    def _draw(self, signs: str, length: int) -> str:
        # The few signs that a remainder prefers do no harm: nothing here is a secret.
        return "".join([signs[byte % len(signs)] for byte in self._random_bytes(length)])

    def anthropic_request(self) -> str:
        """As in captured errors: `req_011CTZLp69SAXNXpcATcZg2m`."""
        return f"req_011C{self._draw(_BASE58, 20)}"

    def openai_request(self) -> str:
        """As in captured headers: `req_` and 32 hex digits."""
        return f"req_{self._random_bytes(16).hex()}"

    def new_api_request(self, now: datetime) -> str:
        """The layout since 2026-06-22: time in UTC, nine digits of nanoseconds, eight of the module path, eight random."""
        return f"{now:%Y%m%d%H%M%S}{now.microsecond:06d}000{_NEW_API}{self._draw(_ALNUM, 8)}"

    def message(self) -> str:
        """An Anthropic message."""
        return f"msg_01{self._draw(_BASE58, 22)}"

    def completion(self) -> str:
        """An OpenAI chat completion."""
        return f"chatcmpl-{self._draw(_ALNUM, 29)}"

    def generation(self, now: datetime) -> str:
        """An OpenRouter generation."""
        return f"gen-{int(now.timestamp())}-{self._draw(_ALNUM, 20)}"

    def plain(self) -> str:
        """A random UUID, which DeepSeek's completions have for a name."""
        digits = self._random_bytes(16).hex()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def openai_call(self) -> str:
        """A tool call in the OpenAI dialect."""
        return f"call_{self._draw(_ALNUM, 24)}"

    def anthropic_call(self) -> str:
        """A tool use in the Anthropic dialect."""
        return f"toolu_01{self._draw(_BASE58, 22)}"
