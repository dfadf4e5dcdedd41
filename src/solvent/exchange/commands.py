"""What a request wants done, as frozen values. `machine.step` returns them, the runner performs them in order.

Records go to the journal in the order of their commands, and once one was not taken no later one is: so only those that
something waits for are acknowledged (see `events`), and `EndAttempt` is not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

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


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Write a hold for the dearest candidate of this plan; `plan` counts from 0. Awaited."""

    plan: int


@dataclass(frozen=True, slots=True)
class BeginAttempt:
    """Write that an attempt begins; `attempt` counts from 1, `candidate` from 0 within the plan. Awaited."""

    attempt: int
    candidate: int


@dataclass(frozen=True, slots=True)
class OpenUpstream:
    """Send the request to the candidate; `fresh`: on no connection that carried one before."""

    attempt: int
    candidate: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class CloseUpstream:
    """Break the attempt off and report nothing more of it."""

    attempt: int


@dataclass(frozen=True, slots=True)
class EndAttempt:
    """Write how an attempt ended."""

    attempt: int
    end: End
    over: Over


@dataclass(frozen=True, slots=True)
class PostHold:
    """Charge what the attempts cost, as the route's policy for this outcome says, and free the rest. Awaited."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class VoidHold:
    """Free the whole hold: nothing was spent. Awaited."""


@dataclass(frozen=True, slots=True)
class LookUpLastRung:
    """Look for a cached or a maintenance answer. Awaited."""


@dataclass(frozen=True, slots=True)
class SendHead:
    """Begin the answer to the client: the upstream's, or one that stands in."""

    rung: Rung | None = None


@dataclass(frozen=True, slots=True)
class SendBytes:
    """A part of the answer's body, never empty."""

    data: bytes


@dataclass(frozen=True, slots=True)
class EndAnswer:
    """End the answer's body in good order."""


@dataclass(frozen=True, slots=True)
class SendErrorFrame:
    """End a stream that had begun: one error event in the client's dialect, then a proper end of body."""

    cause: Cause
    category: Category


@dataclass(frozen=True, slots=True)
class CutAnswer:
    """End a JSON answer that had begun: close the connection without a last chunk."""


@dataclass(frozen=True, slots=True)
class SendError:
    """The whole answer is an error in the client's dialect."""

    cause: Cause
    category: Category


@dataclass(frozen=True, slots=True)
class Finish:
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
