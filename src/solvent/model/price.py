"""What a model costs: whole nano-dollars per million tokens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """Nano-dollars per million tokens, by what a token is."""

    input: int
    output: int
    cache_read: int
    cache_write: int
    cache_write_1h: int


@dataclass(frozen=True, slots=True)
class Price:
    """The rates of a model at a time. `version` names them on every charge, so that it can be computed again.

    `long`: other rates for a whole request whose prompt has more than so many tokens, by ascending threshold.
    """

    version: str
    rates: Rates
    long: tuple[tuple[int, Rates], ...] = ()
