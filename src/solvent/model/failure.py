"""A failed attempt: what the gateway saw of it, and what follows from it.

`Evidence` is what an upstream answered, taken apart by the edge; `Judgement` is the one decision that failover, breakers, alerts
and the desk share. Neither shows the caller's words or a secret in its repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from solvent.model.verdict import Category, Verdict

BODY_BYTES_MAX = 8_192
"""So much of an upstream's body is looked at."""

REQUEST_AT_FAULT = frozenset(
    {Category.INVALID_REQUEST, Category.CONTEXT_TOO_LONG, Category.REQUEST_TOO_LARGE, Category.CONTENT_FILTERED},
)
"""The request itself is wrong: no other upstream will take it."""

MONEY = frozenset({Category.CREDIT_EXHAUSTED, Category.BUDGET_LIMIT})
"""Somebody must pay, or raise a limit."""

PASSING = (Category.RATE_LIMITED, Category.OVERLOADED, Category.TIMEOUT, Category.SERVER_ERROR, Category.NETWORK)
"""What passes by itself, the soonest first: of several failures the first of these is told."""


class Transport(StrEnum):
    """What went wrong between us and the upstream, where no answer came or it cannot be used."""

    REFUSED = "refused"
    DNS = "dns"
    TLS = "tls"
    CONNECT_TIMEOUT = "connect_timeout"
    FIRST_BYTE_TIMEOUT = "first_byte_timeout"
    IDLE_TIMEOUT = "idle_timeout"
    DROPPED = "dropped"  # closed before any byte of an answer
    GARBAGE = "garbage"  # bytes that are no answer of HTTP or of the dialect
    TRUNCATED = "truncated"  # ended in the middle of an answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """One failed attempt as the edge saw it.

    `provider` is the configured name, `vendor` made the model (None: unknown), `model` is the name that was sent upstream, `status`
    0 where no head came. `headers` have lower-cased names. `body` is cut to `BODY_BYTES_MAX`: the whole body of an error, or
    the JSON of an error event. `request` is what was sent, or came from the client: what an upstream may echo. `account` is
    struck from whatever a caller reads.
    """

    account: str
    provider: str
    relay: bool
    vendor: str | None
    model: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    request: bytes = field(default=b"", repr=False)
    problem: Transport | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What follows from a failed attempt.

    `verdict` is the operator's view. `scope` is what the failure speaks about (`account`, `key`, `vendor:<name>`, `model:<name>`;
    None: it closes nothing), `try_next` whether another candidate may do better. `retry_after_ms` is what the upstream asked for.
    `text` may be kept privately: status, codes and the words of the rule. `caller_text` is what the upstream said to the caller,
    empty where the caller's request is not at fault. `doubtful`: too unsure to close the last way to a model.
    """

    verdict: Verdict
    scope: str | None
    try_next: bool
    retry_after_ms: int | None
    upstream_request_ids: tuple[str, ...]
    text: str
    caller_text: str = field(default="", repr=False)
    doubtful: bool = False
