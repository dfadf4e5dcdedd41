"""What can happen to a request, as frozen values. The runner makes them, `machine.step` takes them.

The runner answers each awaited command with exactly one of its events, late or not: the plan that it makes first (`Refused`,
`Planned`), `PlaceHold` (`Held`, `HoldRefused`, `HoldUnwritten`), `BeginAttempt` (`AttemptWritten`, `AttemptUnwritten`),
`LookUpLastRung` (`RungFound`, `NoRung`), `PostHold` and `VoidHold` (`ResolutionWritten`, `ResolutionUnwritten`). `OpenUpstream`
is answered by a row of upstream events that stops for good at `Ended`, `Failed` or `Dropped`, or when `CloseUpstream` is given.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec

from solvent.model.verdict import Category


class Next(StrEnum):
    """What the verdict on a failed attempt allows."""

    TRY_NEXT = "try_next"  # another candidate may do better
    STOP = "stop"  # no candidate will: the request itself is at fault


class End(StrEnum):
    """How much is known about what an attempt cost."""

    NONE = "none"  # nothing: no request byte left, or the upstream refused it
    UNKNOWN = "unknown"  # the request was sent, and then nothing was heard of its cost
    USAGE = "usage"  # known: reported, or counted from what was delivered


class Rung(StrEnum):
    """What stands in for an answer where no candidate is left."""

    CACHED = "cached"
    MAINTENANCE = "maintenance"


class Refused(msgspec.Struct, frozen=True, gc=False):
    """The key, a limit, the model or the body does not pass."""

    category: Category


class Planned(msgspec.Struct, frozen=True, gc=False):
    """The plans in the order in which a hold is asked for them, each as its number of open candidates (at least 1).

    The first is the plan as asked; further ones are clamped or cheaper and there only where the route's policy allows them.
    No plan at all: no candidate is open.
    """

    candidates: tuple[int, ...]


class Held(msgspec.Struct, frozen=True, gc=False):
    """The hold is in the journal."""


class HoldRefused(msgspec.Struct, frozen=True, gc=False):
    """The caller's money or budget does not cover the plan, after any waiting."""

    category: Category


class HoldUnwritten(msgspec.Struct, frozen=True, gc=False):
    """The journal did not take the hold."""


class AttemptWritten(msgspec.Struct, frozen=True, gc=False):
    """The attempt that began, and every record before it, is in the journal."""


class AttemptUnwritten(msgspec.Struct, frozen=True, gc=False):
    """The journal did not take the attempt that began, or a record before it."""


class Connected(msgspec.Struct, frozen=True, gc=False):
    """A connection to the upstream is at hand; `reused`: it had carried a request before."""

    reused: bool


class Sent(msgspec.Struct, frozen=True, gc=False):
    """The first byte of the request was handed to the network."""


class Answered(msgspec.Struct, frozen=True, gc=False):
    """A 2xx head came from the upstream. Any other head is a `Failed`."""


class Preamble(msgspec.Struct, frozen=True, gc=False):
    """Bytes for the client before the first content: a role, a ping, a comment, or a JSON answer that still fits the buffer."""

    data: bytes


class Content(msgspec.Struct, frozen=True, gc=False):
    """Bytes for the client that bear content, or the buffered JSON answer at the moment when it outgrows the buffer."""

    data: bytes


class Ended(msgspec.Struct, frozen=True, gc=False):
    """The upstream's answer ended in good order; its usage is known or can be counted."""


class Failed(msgspec.Struct, frozen=True, gc=False):
    """The attempt failed: a status, an error inside a 200, a broken stream, a timeout of this attempt.

    `end`: what is known of its cost; the machine corrects it where no byte was sent or content was delivered.
    `room`: whether the hold and the time left allow one more attempt.
    """

    next: Next
    end: End
    category: Category
    room: bool = True


class Dropped(msgspec.Struct, frozen=True, gc=False):
    """The connection closed before any byte of an answer. The other fields as in `Failed`, for where it is not redialled."""

    next: Next
    category: Category
    room: bool = True


class RungFound(msgspec.Struct, frozen=True, gc=False):
    """A whole answer that stands in, in the client's dialect."""

    rung: Rung
    data: bytes


class NoRung(msgspec.Struct, frozen=True, gc=False):
    """Nothing stands in. `category` sums up why every candidate is closed or failed."""

    category: Category


class ResolutionWritten(msgspec.Struct, frozen=True, gc=False):
    """The posted or voided hold, and every record before it, is in the journal."""


class ResolutionUnwritten(msgspec.Struct, frozen=True, gc=False):
    """The journal did not take the resolution of the hold, or a record before it."""


class ClientGone(msgspec.Struct, frozen=True, gc=False):
    """The client closed its side, or what is written to it fails."""


class Deadline(msgspec.Struct, frozen=True, gc=False):
    """The time for the whole request is over. Other timeouts are the attempt's and come as `Failed`."""


PLAN = (Refused, Planned)
HOLD = (Held, HoldRefused, HoldUnwritten)
ATTEMPT = (AttemptWritten, AttemptUnwritten)
UPSTREAM = (Connected, Sent, Answered, Preamble, Content, Ended, Failed, Dropped)
RUNG = (RungFound, NoRung)
RESOLUTION = (ResolutionWritten, ResolutionUnwritten)
OUTSIDE = (ClientGone, Deadline)

Event: TypeAlias = (
    Refused
    | Planned
    | Held
    | HoldRefused
    | HoldUnwritten
    | AttemptWritten
    | AttemptUnwritten
    | Connected
    | Sent
    | Answered
    | Preamble
    | Content
    | Ended
    | Failed
    | Dropped
    | RungFound
    | NoRung
    | ResolutionWritten
    | ResolutionUnwritten
    | ClientGone
    | Deadline
)
Kind: TypeAlias = type[Event]

KINDS: tuple[Kind, ...] = (*PLAN, *HOLD, *ATTEMPT, *UPSTREAM, *RUNG, *RESOLUTION, *OUTSIDE)
