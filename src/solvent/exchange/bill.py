"""What an attempt cost, from usage that was reported or from what was delivered, and what of it the caller pays."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from solvent.base.money import ZERO, Money
from solvent.exchange.commands import Outcome
from solvent.exchange.events import End
from solvent.exchange.job import Job
from solvent.ledger.transfers import Charge, CostSource
from solvent.model.price import Price, Rates
from solvent.model.usage import NO_USAGE, Usage
from solvent.pricing import count, quote
from solvent.pricing.prompt import prompt

# A model that nobody priced costs nothing that could be charged; the row says so, and a limited key is never let through to it.
UNPRICED = Price("unpriced", Rates(0, 0, 0, 0, 0))

# Who pays, by what the caller got: written on the row of every charge.
POLICIES = {
    Outcome.COMPLETE: "caller pays",
    Outcome.BROKEN: "caller pays what was delivered",
    Outcome.LEFT: "caller pays what was used",
    Outcome.UNANSWERED: "house pays",
}


class Bill(NamedTuple):
    """A cost and how it is known."""

    cost: Money
    usage: Usage
    charge: Charge | None


FREE = Bill(ZERO, NO_USAGE, None)


def is_told(usage: Usage, delivered: Callable[[], bytes]) -> bool:
    """Whether this says what was used: some relays report zeros, but no prompt is of no tokens, and no text either."""
    return usage.prompt_tokens > 0 and (usage.output_tokens > 0 or not delivered())


def of_usage(price: Price, usage: Usage) -> Bill:
    """The cost of what the upstream reported."""
    return Bill(quote.cost(price, usage), usage, Charge(price.version, quote.inputs(price, usage), CostSource.REPORTED))


def estimated(price: Price, job: Job, model: str, delivered: bytes, told: Usage | None = None) -> Bill:
    """The cost where nothing was reported of the whole: the prompt as it was `told`, else counted, and the text that was delivered.

    Never more of that than the request allowed: the estimate of a long text is high.
    """
    asked, usage = job.asked, told
    if usage is None:
        # What nobody can bound is taken at a token a byte: an estimate, marked as one.
        counted = prompt(asked, job.dialect.name, model)
        usage = Usage(input_tokens=counted if isinstance(counted, int) else count.bound(len(asked.body)))
    output_tokens = count.text(delivered, model) if delivered else 0
    most = (asked.output_tokens_max or job.model.output_tokens_max) * asked.answers
    usage = usage._replace(output_tokens=min(output_tokens, most))
    return Bill(quote.cost(price, usage), usage, Charge(price.version, quote.inputs(price, usage), CostSource.ESTIMATED))


def is_owed(end: End, outcome: Outcome, *, told: bool, caller_left: str) -> bool:
    """Whether the caller pays the bill of the last attempt.

    Where nobody knows what an attempt cost, it is not the caller's to pay; unless it is the caller who did not stay to hear it, and the
    upstream had `told` what the prompt was, or the route says that a prompt which was sent is paid for.
    """
    if end is End.USAGE:
        return True
    return end is End.UNKNOWN and outcome is Outcome.LEFT and (told or caller_left == "prompt")


def charged(bill: Bill, outcome: Outcome) -> tuple[Money, Charge]:
    """What the caller pays of the answering attempt's bill, and the row that says why."""
    pays = outcome is not Outcome.UNANSWERED
    charge = bill.charge or Charge("none", (), CostSource.ESTIMATED)
    policy = POLICIES[outcome]
    return (bill.cost if pays else ZERO), Charge(charge.price_version, charge.inputs, charge.cost_source, policy)
