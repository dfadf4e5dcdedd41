"""What a request remembers between two events: where it stands, and the small context that the table asks for."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from solvent.exchange.events import End


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"  # read, and being checked and planned
    HOLDING = "holding"  # a hold is being written
    ABANDONING = "abandoning"  # nobody waits any more, and whether the hold was written is not known yet
    BEGINNING = "beginning"  # an attempt is being written; nothing is open
    DIALLING = "dialling"  # the upstream is asked and has not answered
    PRIMED = "primed"  # a 2xx head came, no content yet, nothing sent to the client
    STREAMING = "streaming"  # the client has bytes
    DRAINING = "draining"  # nobody listens, the bill is wanted
    LADDER = "ladder"  # no candidate is left: a cached or maintenance answer is looked up
    SETTLING = "settling"  # the hold is being posted
    VOIDING = "voiding"  # the hold is being voided
    DONE = "done"


class Policy(msgspec.Struct, frozen=True, gc=False):
    """What the route and the request say beforehand.

    `stream`: the client wants a stream, not JSON. `retry_unknown`: another attempt may follow one that may have had an effect.
    `drain`: a stream whose client left is read to its end for the bill.
    """

    stream: bool = True
    retry_unknown: bool = True
    drain: bool = False


class Exchange(msgspec.Struct, frozen=True, gc=False):
    """One request: where it stands and the little that the table must remember. `step` returns the next one.

    It is copied at every step of the hot path, which takes a named tuple several times as long.
    """

    policy: Policy
    state: State = State.RECEIVED
    plans: tuple[int, ...] = ()  # the number of candidates of each plan
    plan: int = 0
    candidate: int = 0
    attempt: int = 0  # of the attempt that runs or ran last; 0: none began
    redialled: bool = False  # this candidate had its second connection
    reused: bool = False  # this attempt's connection had carried a request before
    sent: bool = False  # a byte of this attempt's request left
    held: bool = False  # a hold is in the journal and unresolved
    spent: End = End.NONE  # the costliest end of all attempts so far
    kept: tuple[bytes, ...] = ()  # this attempt's bytes that wait for its first content
    journal_failed: bool = False
