"""What the exchange needs from outside: the client's side, the upstream's side, the journal, the time.

Every call returns at once. What takes time is answered later through the callbacks of `Listener` or of `Journal.write`, on the same
thread, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from solvent.ledger.journal import Fact
from solvent.model.call import UpstreamRequest
from solvent.model.failure import Transport

Headers = tuple[tuple[bytes, bytes], ...]


class Listener(Protocol):
    """Hears of one call. After `ended` or `failed`, or once the call was closed, nothing more is told."""

    def connected(self, *, reused: bool) -> None:
        """A connection is at hand; `reused`: it had carried a call before."""
        ...

    def sent(self) -> None:
        """The request was handed to the network."""
        ...

    def answered(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        """The head of the answer; names are in lower case."""
        ...

    def received(self, data: bytes) -> None:
        """A part of the body, decoded, never empty."""
        ...

    def ended(self) -> None:
        """The answer ended in good order."""
        ...

    def failed(self, problem: Transport) -> None:
        """It did not."""
        ...


class Call(Protocol):
    """One call of an upstream that is under way."""

    def close(self) -> None:
        """Breaks it off; its listener hears no more."""
        ...

    def leave(self) -> None:
        """Its listener has all it needs: the rest is read and thrown away, so that the connection can serve again."""
        ...

    def pause(self) -> None:
        """Reads no more of the answer until `resume`."""
        ...

    def resume(self) -> None:
        """Goes on reading."""
        ...


class Upstreams(Protocol):
    """Calls upstreams."""

    def call(self, url: str, request: UpstreamRequest, listener: Listener, *, fresh: bool) -> Call:
        """Sends a request; `fresh`: on no connection that carried one before."""
        ...


class Client(Protocol):
    """The way to the one who asked. What is sent within one turn leaves together."""

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """A whole answer."""
        ...

    def begin(self, status: int, headers: Headers) -> None:
        """The head of an answer that comes in parts."""
        ...

    def send(self, data: bytes) -> None:
        """A part of it."""
        ...

    def end(self) -> None:
        """Its end in good order."""
        ...

    def cut(self) -> None:
        """The connection is closed in the middle."""
        ...


class Journal(Protocol):
    """Takes records in order."""

    def write(self, facts: tuple[Fact, ...], done: Callable[[bool], None] | None = None) -> None:
        """Writes them, then calls `done` with whether they, and all before them, are as safe as the setting asks. It may do so at once."""
        ...


class Clock(Protocol):
    """The time, as whole numbers."""

    def now_us(self) -> int:
        """Microseconds since 1970, UTC."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never go back."""
        ...

    def later(self, after_ms: int, act: Callable[[], None]) -> Callable[[], None]:
        """Calls `act` after so long, unless the function that it returns is called before."""
        ...
