"""How much a request holds before anything is spent: two steps, a bound from its bytes and, only where that does not fit, a real count."""

from __future__ import annotations

from typing import NamedTuple

from solvent.base.money import Money
from solvent.exchange.job import Job
from solvent.exchange.refusals import Told
from solvent.model.price import Price
from solvent.model.verdict import Category
from solvent.pricing import count, quote
from solvent.pricing.prompt import bounded_by_bytes, decoded, prompt


class Ceiling(NamedTuple):
    """The most that the request may cost, in nano-dollars. `output_tokens_max`: what the output is clamped to, None where it is not."""

    amount: int
    output_tokens_max: int | None = None


def ceiling(job: Job, prices: list[Price], room: int | None, *, clamp: bool) -> Ceiling | Told:
    """The hold for the dearest of the plan's candidates, or why there is none.

    `room`: what the key could hold now, None without limit. `clamp`: fewer output tokens are allowed where the money is short.
    """
    output = job.asked.output_tokens_max or job.model.output_tokens_max
    body = job.asked.body
    hours = count.hour_writes(body)
    amount = _dearest(job, prices, count.bound(len(body)), output, hour_writes=hours)
    if room is None or (amount <= room and (job.asked.words_only or bounded_by_bytes(job.asked))):
        return Ceiling(amount)
    # Only now is it worth counting: the bound by bytes is several times too high, and it holds for nothing but text.
    tokens, fields = 0, decoded(job.asked)
    for model in dict.fromkeys(candidate.model for candidate in job.plan.candidates):
        counted = prompt(job.asked, job.dialect.name, model, fields)
        if not isinstance(counted, int):
            return _no_bound(counted.part)
        tokens = max(tokens, counted)
    clamped = None
    if clamp:
        answers = job.asked.answers
        affordable = min(quote.affordable_output(price, tokens, answers, Money(room), hour_writes=hours) for price in prices)
        if 0 < affordable < output:
            clamped = output = affordable
    return Ceiling(_dearest(job, prices, tokens, output, hour_writes=hours), clamped)


def _dearest(job: Job, prices: list[Price], tokens: int, output: int, *, hour_writes: bool) -> int:
    answers = job.asked.answers
    return max(quote.ceiling(price, tokens, output, answers, hour_writes=hour_writes).nano_usd for price in prices)


def no_price(model: str) -> Told:
    """The refusal where nobody knows what a model costs."""
    why = f"`{model[:100]}` has no price at this gateway, so a key with a balance or a budget cannot ask for it"
    words = f"{why}; the operator of this gateway must set one"
    return Told(400, Category.INVALID_REQUEST, words, retry=False, param="model", page="no-price")


def _no_bound(part: str) -> Told:
    why = f"What `{part}` costs cannot be told beforehand, so a key with a balance or a budget cannot ask for it"
    words = f"{why}; leave it out, or send it inline"
    return Told(400, Category.INVALID_REQUEST, words, retry=False, param=part, page="cost-unbounded")
