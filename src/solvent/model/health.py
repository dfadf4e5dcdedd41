"""How an account fares: what of it is closed, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closed:
    """A part of an account that no request touches.

    `scope`: `account`, `key`, `vendor:<name>` or `model:<name>`. `why` is a category of verdicts, or `drill`; `text` the words that
    closed it. `money`: somebody must pay, so it re-arms at a top-up. `until_us` is when a request may try it again, None: only once
    somebody acted. `doubtful`: not sure enough to close the last way to a model. Instants are microseconds since 1970, UTC.
    """

    scope: str
    why: str
    since_us: int
    until_us: int | None
    money: bool = False
    text: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """One account's state (`ready`, `exhausted`, `cooling`, `disabled`) with what is closed, and what was counted since the start."""

    account: str
    state: str
    closed: tuple[Closed, ...] = ()
    requests: int = 0
    errors: int = 0
