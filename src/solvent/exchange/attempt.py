"""One attempt: hears of a call of an upstream and tells the table of it, in events.

The rule: an answer is what the dialect says it is, not what its status says. An error inside a 200 is a failure, and so is a stream
that ends without its last event. After the event that ends an attempt nothing more is told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Protocol

from solvent.dialects.body import spoken
from solvent.dialects.dialect import Dialect, Fed, Tap
from solvent.exchange import events as on
from solvent.exchange.events import End, Event, Next
from solvent.exchange.ports import Call
from solvent.model.failure import Judgement, Transport
from solvent.model.usage import Usage
from solvent.model.verdict import Category
from solvent.routing.health import Pass
from solvent.routing.plan import Candidate

ERROR_BYTES_MAX = 64 * 1024
# A JSON answer up to this size can still fail over; a larger one is sent as it comes. A stream must have content before it.
HELD_BACK_MAX = 4 * 1024 * 1024
_PIECE_BYTES = 256  # what a piece weighs beside its bytes: many small ones cost, too
JSON_BYTES_MAX = 64 * 1024 * 1024
# A status from which the upstream itself said no. Behind the others somebody may have worked already.
_MAYBE_SPENT = frozenset({408, 502, 504, 520, 521, 522, 523, 524})


class Judge(Protocol):
    """Judges what an attempt came to: status 0 and a problem where no whole answer came."""

    def __call__(
        self, candidate: Candidate, status: int, headers: Mapping[bytes, bytes], body: bytes, problem: Transport | None
    ) -> Judgement:
        """The judgement."""
        ...


class _Mode(Enum):
    WAITING = auto()
    STREAM = auto()
    JSON = auto()
    ERROR = auto()
    OVER = auto()


class Attempt:
    """What is known of one attempt, and the listener of its call."""

    __slots__ = (
        *(
            "_begun",
            "_feed",
            "_judge",
            "_json",
            "_json_bytes",
            "_make_tap",
            "_mode",
            "_room",
            "_tap",
            "began_ms",
            "call",
            "candidate",
            "content_type",
        ),
        *("delivered", "dialect", "end", "ended_ms", "headers", "judgement", "number", "passed", "prompt_usage", "status", "usage"),
    )

    def __init__(
        self, number: int, candidate: Candidate, dialect: Dialect, feed: Callable[[Event], None], judge: Judge, room: Callable[[], bool]
    ) -> None:
        self.number = number
        self.candidate = candidate
        self.dialect = dialect
        self.call: Call | None = None
        self.began_ms = 0
        self.ended_ms = 0
        self.status = 0
        self.headers: Mapping[bytes, bytes] = {}
        self.content_type = b""
        self.passed: Pass | None = None
        self.usage: Usage | None = None
        self.prompt_usage: Usage | None = None
        self.delivered: Callable[[], bytes] = bytes
        self.judgement: Judgement | None = None
        self.end = End.NONE
        self._feed = feed
        self._judge = judge
        self._room = room
        self._mode = _Mode.WAITING
        self._make_tap: Callable[[], Tap] | None = None
        self._tap: Tap | None = None
        self._json: list[bytes] = []
        self._json_bytes = 0
        self._begun = False

    def listen(self, make_tap: Callable[[], Tap]) -> None:
        """Which reader a stream of this attempt is read with."""
        self._make_tap = make_tap

    @property
    def category(self) -> Category | None:
        """Why it failed, None where it did not."""
        if self.judgement is not None:
            return self.judgement.verdict.category
        return Category.NO_CHANNEL if self.passed is None else None

    def turned_away(self) -> None:
        """Its way was closed before it could be gone."""
        self._mode = _Mode.OVER
        self._feed(on.Failed(Next.TRY_NEXT, End.NONE, Category.NO_CHANNEL, self._room()))

    # Of the call.

    def connected(self, *, reused: bool) -> None:
        """A connection is at hand."""
        self._feed(on.Connected(reused))

    def sent(self) -> None:
        """The request left."""
        self._feed(_SENT)

    def answered(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        """The head came: what follows is read by its status and its type."""
        self.status = status
        self.headers = headers
        self.content_type = headers.get(b"content-type", b"")
        if not 200 <= status < 300:
            self._mode = _Mode.ERROR
            return
        self._mode = _Mode.JSON
        if self._make_tap is not None and self.content_type.startswith(b"text/event-stream"):
            self._mode, self._tap = _Mode.STREAM, self._make_tap()
        self._feed(_ANSWERED)

    def received(self, data: bytes) -> None:
        """A part of the body came."""
        mode = self._mode
        if mode is _Mode.STREAM:
            self._streamed(data)
        elif mode is _Mode.JSON:
            self._gathered(data)
        elif mode is _Mode.ERROR:
            self._json.append(data)
            self._json_bytes += len(data)
            if self._json_bytes > ERROR_BYTES_MAX:
                # Nobody reads so long an error to its end; what came is judged, and the connection is not worth keeping.
                self._break_off()
                self._fail(self.status, b"".join(self._json), None)

    def _streamed(self, data: bytes) -> None:
        assert self._tap is not None
        self._pass_on(self._tap, self._tap.feed(data))

    def _pass_on(self, tap: Tap, fed: Fed) -> None:
        self.usage, self.prompt_usage = tap.usage, tap.prompt_usage
        self.delivered = tap.delivered
        if fed.data:
            self._begun = self._begun or fed.content
            self._feed(on.Content(fed.data) if self._begun else on.Preamble(fed.data))
            if not self._begun and self._is_too_much(fed.data):
                return
        if self._mode is not _Mode.STREAM:
            return
        if fed.error is not None:
            self._break_off()
            self._fail(self.status, fed.error, None)
        elif fed.ended:
            self._mode = _Mode.OVER
            if self.call is not None:
                self.call.leave()
            self._feed(_ENDED)

    def _is_too_much(self, preamble: bytes) -> bool:
        """Ends an attempt that talks for ever and says nothing: until content comes, all of it is kept."""
        self._json_bytes += len(preamble) + _PIECE_BYTES
        if self._json_bytes <= HELD_BACK_MAX or self._mode is not _Mode.STREAM:
            return False
        self._break_off()
        self._fail(0, b"", Transport.GARBAGE)
        return True

    def _gathered(self, data: bytes) -> None:
        self._json.append(data)
        self._json_bytes += len(data)
        if self._json_bytes > JSON_BYTES_MAX:
            self._break_off()
            self._fail(0, b"", Transport.GARBAGE)
        elif self._begun:
            self._feed(on.Content(data))
        elif self._json_bytes > HELD_BACK_MAX:
            self._begun = True
            self.delivered = lambda: spoken(b"".join(self._json))
            self._feed(on.Content(b"".join(self._json)))

    def ended(self) -> None:
        """The answer's body ended in good order."""
        if self._mode is _Mode.STREAM and self._tap is not None:
            # What an unfinished last event says counts, and an answer can be whole without the event that says so.
            self._pass_on(self._tap, self._tap.close())
        mode, self._mode = self._mode, _Mode.OVER
        if mode is _Mode.STREAM:
            self._fail(0, b"", Transport.TRUNCATED)
        elif mode is _Mode.ERROR:
            self._fail(self.status, b"".join(self._json), None)
        elif mode is _Mode.JSON:
            self._read_whole(self._json[0] if len(self._json) == 1 else b"".join(self._json))

    def _read_whole(self, body: bytes) -> None:
        whole = self.dialect.whole(body)
        if whole.error and not self._begun:
            self._fail(self.status, body, None if body.lstrip()[:1] == b"{" else Transport.GARBAGE)
            return
        self.usage = whole.usage
        self.delivered = whole.delivered
        if not self._begun:
            self._feed(on.Preamble(body))
        self._feed(_ENDED)

    def failed(self, problem: Transport) -> None:
        """No whole answer came."""
        if self._mode is _Mode.ERROR:
            # The head alone says that it failed, and the part of the body that came may say why.
            self._mode = _Mode.OVER
            self._fail(self.status, b"".join(self._json), None)
        elif self._mode is not _Mode.OVER:
            self._mode = _Mode.OVER
            self._fail(0, b"", problem)

    def release(self) -> None:
        """The request is over. What leads back to it is let go, so that no cycle keeps its bodies in memory."""
        self._mode = _Mode.OVER
        self._tap = self._make_tap = self.call = None
        self._feed, self._room, self.delivered = _unheard, _no_room, bytes

    def _break_off(self) -> None:
        self._mode = _Mode.OVER
        if self.call is not None:
            self.call.close()

    def _fail(self, status: int, body: bytes, problem: Transport | None) -> None:
        judgement = self.judgement = self._judge(self.candidate, status, self.headers, body, problem)
        next_ = Next.TRY_NEXT if judgement.try_next else Next.STOP
        category = judgement.verdict.category
        if problem is Transport.DROPPED:
            self._feed(on.Dropped(next_, category, self._room()))
            return
        refused = problem is None and status not in _MAYBE_SPENT
        never_sent = problem in _NEVER_SENT
        end = End.NONE if refused or never_sent else End.UNKNOWN
        self._feed(on.Failed(next_, end, category, self._room()))


_NEVER_SENT = frozenset({Transport.REFUSED, Transport.DNS, Transport.TLS, Transport.CONNECT_TIMEOUT})
_SENT, _ANSWERED, _ENDED = on.Sent(), on.Answered(), on.Ended()


def _unheard(_: Event) -> None:
    """Nobody waits for what happens to a request that is over."""


def _no_room() -> bool:
    return False
