"""What a request brings to its run, and what all runs of a worker share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from solvent.dialects.dialect import Dialect
from solvent.exchange.attempt import Judge
from solvent.exchange.ports import Clock, Journal, Upstreams
from solvent.exchange.till import Holder, Till
from solvent.model.price import Price
from solvent.model.request import Asked
from solvent.model.route import Model
from solvent.routing.health import HealthBook
from solvent.routing.plan import Candidate, Plan


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all requests of a worker share. `broke` is told the request's id and the fault of our own that ended it."""

    journal: Journal
    upstreams: Upstreams
    clock: Clock
    till: Till
    health: HealthBook
    judge: Callable[[Asked], Judge]
    price: Callable[[Model, Candidate], Price | None]
    journal_failed: Callable[[], None]
    broke: Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One request, checked: who asks, for what, in which dialect, and the ways to it."""

    request_id: str
    at_us: int
    holder: Holder
    dialect: Dialect
    asked: Asked
    model: Model
    plan: Plan
    header_lines: bytes
    hold_wait_ms: int
    total_ms: int
    public_url: str | None = None
