"""What the pure part hands to the wire: the answer, how the wire shall misbehave, and the bill that is settled when it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from solvent.sandbox.accounts import Outcome
from solvent.sandbox.answers import Choice


class Heard(NamedTuple):
    """A request as it came: header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Event(NamedTuple):
    """One event of a stream, and how many output tokens it brings."""

    data: bytes
    tokens: int


class Told(NamedTuple):
    """Everything that an answer's form depends on. `calls` names a tool call for each choice; `usage_more` is added to the usage."""

    id: str
    model: str
    created: int
    input_tokens: int
    choices: tuple[Choice, ...]
    calls: tuple[str, ...]
    tells_usage: bool
    usage_more: dict[str, Any]

    @property
    def output_tokens(self) -> int:
        """The tokens of all choices."""
        return sum(choice.tokens for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Wire:
    """How the wire misbehaves. Milliseconds, and counts of events; None or False: it does not."""

    delay_ms: int = 0
    drip_ms: int | None = None
    cut_after: int | None = None
    stall_after: int | None = None
    hang: bool = False
    gzip: bool = False
    truncate: bool = False
    garbage: bool = False
    close: bool = False


PROPER = Wire()


@dataclass(slots=True)
class Reply:
    """One answer: a `body`, or `events` where it is a stream.

    `settle` takes the outcome and the output tokens that left (None: all) and must be called at most once; `events` may end a stream
    early by itself, which needs no word.
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    events: Iterator[Event] | None = None
    wire: Wire = PROPER
    settle: Callable[[Outcome, int | None], None] | None = None
