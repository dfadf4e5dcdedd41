"""What a request wants done, as frozen values. `machine.step` returns them, the runner performs them in order.

Records go to the journal in the order of their commands, and once one was not taken no later one is: so only those that
something waits for are acknowledged (see `events`), and `EndAttempt` is not among them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from solvent.exchange.events import End, Rung
from solvent.model.verdict import Category


class Cause(StrEnum):
    """Why the client gets an error: together with the category it chooses status and words."""

    REFUSED = "refused"  # the gateway does not take the request
    HOLD_REFUSED = "hold_refused"  # the caller's own money or budget
    JOURNAL = "journal"  # the gateway cannot write its journal, and spends nothing unwritten
    DEADLINE = "deadline"
    UPSTREAM = "upstream"  # the last attempt's verdict
    NOTHING_LEFT = "nothing_left"  # every candidate and every rung


class Over(StrEnum):
    """Why an attempt is over. Only `answered` and `failed` say something about the candidate's health."""

    ANSWERED = "answered"
    FAILED = "failed"
    REDIALLED = "redialled"  # a reused connection had died
    UNWRITTEN = "unwritten"  # the journal did not take it
    CLIENT_GONE = "client_gone"
    DEADLINE = "deadline"


class Outcome(StrEnum):
    """What the caller got for the money of a posted hold: the route's policy says for each who pays."""

    COMPLETE = "complete"  # the whole answer
    BROKEN = "broken"  # a part of it
    LEFT = "left"  # the client did not stay for it
    UNANSWERED = "unanswered"  # attempts cost money or may have, and none gave the answer


class PlaceHold(msgspec.Struct, frozen=True, gc=False):
    """Write a hold for the dearest candidate of this plan; `plan` counts from 0. Awaited."""

    plan: int


class BeginAttempt(msgspec.Struct, frozen=True, gc=False):
    """Write that an attempt begins; `attempt` counts from 1, `candidate` from 0 within the plan. Awaited."""

    attempt: int
    candidate: int


class OpenUpstream(msgspec.Struct, frozen=True, gc=False):
    """Send the request to the candidate; `fresh`: on no connection that carried one before."""

    attempt: int
    candidate: int
    fresh: bool


class CloseUpstream(msgspec.Struct, frozen=True, gc=False):
    """Break the attempt off and report nothing more of it."""

    attempt: int


class EndAttempt(msgspec.Struct, frozen=True, gc=False):
    """Write how an attempt ended."""

    attempt: int
    end: End
    over: Over


class PostHold(msgspec.Struct, frozen=True, gc=False):
    """Charge what the attempts cost, as the route's policy for this outcome says, and free the rest. Awaited."""

    outcome: Outcome


class VoidHold(msgspec.Struct, frozen=True, gc=False):
    """Free the whole hold: nothing was spent. Awaited."""


class LookUpLastRung(msgspec.Struct, frozen=True, gc=False):
    """Look for a cached or a maintenance answer. Awaited."""


class SendHead(msgspec.Struct, frozen=True, gc=False):
    """Begin the answer to the client: the upstream's, or one that stands in."""

    rung: Rung | None = None


class SendBytes(msgspec.Struct, frozen=True, gc=False):
    """A part of the answer's body, never empty."""

    data: bytes


class EndAnswer(msgspec.Struct, frozen=True, gc=False):
    """End the answer's body in good order."""


class SendErrorFrame(msgspec.Struct, frozen=True, gc=False):
    """End a stream that had begun: one error event in the client's dialect, then a proper end of body."""

    cause: Cause
    category: Category


class CutAnswer(msgspec.Struct, frozen=True, gc=False):
    """End a JSON answer that had begun: close the connection without a last chunk."""


class SendError(msgspec.Struct, frozen=True, gc=False):
    """The whole answer is an error in the client's dialect."""

    cause: Cause
    category: Category


class Finish(msgspec.Struct, frozen=True, gc=False):
    """The request is over: free what it holds. `journal_failed`: a record was not taken; admit nothing new until the journal works."""

    journal_failed: bool = False


Command: TypeAlias = (
    PlaceHold
    | BeginAttempt
    | OpenUpstream
    | CloseUpstream
    | EndAttempt
    | PostHold
    | VoidHold
    | LookUpLastRung
    | SendHead
    | SendBytes
    | EndAnswer
    | SendErrorFrame
    | CutAnswer
    | SendError
    | Finish
)
Commands: TypeAlias = tuple[Command, ...]
