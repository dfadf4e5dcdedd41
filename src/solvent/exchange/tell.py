"""What the journal keeps of a request for people: the whole of it in one record, once it is over."""

from __future__ import annotations

from operator import attrgetter
from typing import NamedTuple

from solvent.base.money import ZERO, Money
from solvent.exchange.attempt import Attempt
from solvent.exchange.bill import Bill
from solvent.exchange.events import End
from solvent.exchange.gate import Arrived, Turned
from solvent.exchange.job import Job
from solvent.exchange.refusals import status_in
from solvent.ledger.journal import AttemptTold, RequestDone
from solvent.ledger.journal import Outcome as Ending
from solvent.model.usage import Usage

ENDINGS = {End.NONE: Ending.NONE, End.UNKNOWN: Ending.UNKNOWN, End.USAGE: Ending.USAGE}
_KINDS = tuple(sorted(Usage._fields))
_amounts = attrgetter(*_KINDS)
_ID_HEADERS = (b"request-id", b"x-request-id", b"x-oneapi-request-id")


class Closing(NamedTuple):
    """How a request ended: how long it took, what the client got, what was charged."""

    ms: int
    status: int
    category: str
    degraded: str
    cost: Money
    bill: Bill


def tell(job: Job, attempts: list[Attempt], closing: Closing) -> RequestDone:
    """The record of a request that is over."""
    last = attempts[-1] if attempts else None
    usage = closing.bill.usage
    tokens = tuple([(kind, amount) for kind, amount in zip(_KINDS, _amounts(usage), strict=True) if amount])
    return RequestDone(
        request_id=job.request_id,
        key_id=job.holder.key.id,
        at_us=job.at_us,
        ms=closing.ms,
        dialect=job.dialect.name.value,
        model=job.asked.model,
        route="" if last is None else f"{last.candidate.upstream.name}/{last.candidate.model}",
        status=closing.status,
        attempts=tuple(map(_attempt, attempts)),
        tokens=tokens,
        cost=closing.cost,
        cost_source="" if closing.bill.charge is None else closing.bill.charge.cost_source.value,
        category=closing.category,
        degraded=closing.degraded,
    )


def tell_turned(turned: Turned, arrived: Arrived, key_id: str, ms: int) -> RequestDone:
    """The record of a request that did not come in."""
    return RequestDone(
        request_id=arrived.request_id,
        key_id=key_id,
        at_us=arrived.at_us,
        ms=ms,
        dialect=arrived.dialect.name.value,
        model=turned.model,
        route="",
        status=status_in(turned.told, arrived.dialect.name),
        attempts=(),
        tokens=(),
        cost=ZERO,
        cost_source="",
        category=turned.told.category.value,
        degraded="",
    )


def _attempt(attempt: Attempt) -> AttemptTold:
    judgement = attempt.judgement
    ended_ms = max(0, attempt.ended_ms - attempt.began_ms)
    shown = (attempt.candidate.upstream.name, attempt.candidate.model, attempt.status, ENDINGS[attempt.end], ended_ms)
    if judgement is None:
        category = "" if attempt.category is None else attempt.category.value
        return AttemptTold(*shown, upstream_ids(attempt), category)
    verdict = judgement.verdict
    return AttemptTold(
        *shown,
        judgement.upstream_request_ids,
        verdict.category.value,
        verdict.rule or "",
        verdict.wallet.value,
        verdict.provider,
        judgement.text,
    )


def upstream_ids(attempt: Attempt) -> tuple[str, ...]:
    """The ids by which the upstream knows its answer."""
    found = (attempt.headers.get(name) for name in _ID_HEADERS)
    return tuple(value.decode("ascii", "replace")[:128] for value in found if value)
