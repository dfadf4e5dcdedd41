"""Faults on demand, written `kind`, `kind=number` or `kind=number*times`: `rate-limit=20*3` refuses three calls with a wait of 20 s.

Each kind says what its number means and what it is without one; `times` bounds it to so many calls, else it stays until it is taken away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What goes wrong."""

    LATENCY = "latency"  # milliseconds before the head
    RATE_LIMIT = "rate-limit"  # 429 in the provider's words; seconds to wait
    SERVER_ERROR = "server-error"  # the provider's own server error
    OVERLOADED = "overloaded"  # the provider's own overload: 529 at Anthropic
    BAD_GATEWAY = "bad-gateway"  # nginx's page with this status: 502, 503 or 504
    ECHO = "echo"  # 400 that repeats a tool's name or the user's words
    ERROR_IN_200 = "error-in-200"  # a JSON error, or an error as the stream's first event, with status 200
    ERROR_AFTER = "error-after"  # an error event after so many events
    CUT = "cut"  # the connection ends after so many events of a stream
    STALL = "stall"  # nothing more comes after so many events, and the connection stays
    DRIP = "drip"  # milliseconds between events, or between eighths of a JSON body
    HANG = "hang"  # nothing comes at all
    NO_USAGE = "no-usage"  # neither a stream nor a JSON answer tells what was used
    GZIP = "gzip"  # compressed although nobody asked
    TRUNCATE = "truncate"  # Content-Length is longer than what comes
    NOT_JSON = "not-json"  # status 200 and a body that is no JSON
    GARBAGE = "garbage"  # not even HTTP
    CLOSE = "close"  # the connection closes after the answer


_DEFAULTS = {
    Kind.LATENCY: 100,
    Kind.RATE_LIMIT: 20,
    Kind.BAD_GATEWAY: 502,
    Kind.ERROR_AFTER: 4,
    Kind.CUT: 4,
    Kind.STALL: 4,
    Kind.DRIP: 20,
}
_LIMITS = {Kind.BAD_GATEWAY: (502, 504)}
_MOST = 600_000
_FORM = re.compile(r"(?P<kind>[a-z0-9-]+)(?:=(?P<number>[0-9]{1,6}))?(?:\*(?P<times>[1-9][0-9]{0,5}))?")


@dataclass(slots=True)
class Fault:
    """One fault. `times` is how many calls it still meets; None: all."""

    kind: Kind
    number: int = 0
    times: int | None = None

    def __str__(self) -> str:
        number = f"={self.number}" if self.kind in _DEFAULTS else ""
        return f"{self.kind}{number}" + ("" if self.times is None else f"*{self.times}")


def parse(text: str) -> Fault:
    """The fault that a text writes. Raises `ValueError` with what is wrong and what there is."""
    found = _FORM.fullmatch(text.strip())
    if found is None or found["kind"] not in tuple(Kind):
        raise ValueError(f"`{text.strip()}` is no fault; write kind, kind=number or kind=number*times with one of {', '.join(Kind)}")
    kind = Kind(found["kind"])
    if found["number"] is not None and kind not in _DEFAULTS:
        raise ValueError(f"`{kind}` takes no number; write `{kind}` or `{kind}*3`")
    number = _DEFAULTS.get(kind, 0) if found["number"] is None else int(found["number"])
    low, high = _LIMITS.get(kind, (0, _MOST))
    if not low <= number <= high:
        raise ValueError(f"`{text.strip()}`: the number of `{kind}` is from {low} to {high}")
    return Fault(kind, number, None if found["times"] is None else int(found["times"]))


def parse_list(text: str) -> list[Fault]:
    """The faults of a header: separated by commas. Raises `ValueError`."""
    return [parse(part) for part in text.split(",") if part.strip()]


def take(faults: list[Fault]) -> dict[Kind, int]:
    """The faults that meet the next call, with their numbers. Counts them down and drops those that are used up."""
    met = {fault.kind: fault.number for fault in faults}
    for fault in list(faults):
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                faults.remove(fault)
    return met
