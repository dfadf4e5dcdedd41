"""What a call may cost at most, what it did cost, and how to compute that again from the numbers on the charge.

A ceiling is never below the cost of a usage within its bounds. A cost is one sum of whole numbers, rounded up once.
"""

from __future__ import annotations

from collections.abc import Iterator

from solvent.base.money import ZERO, Money
from solvent.model.price import Price, Rates
from solvent.model.usage import Usage

_MILLION = 1_000_000
_TOKENS, _RATE = "_tokens", "_nano_usd_per_million"
OUTPUT_TOKENS_FREE = 1_000_000_000
"""What `affordable_output` says where output costs nothing: more than any model gives."""


def ceiling(price: Price, prompt_tokens: int, output_tokens: int, answers: int = 1, *, hour_writes: bool = True) -> Money:
    """The most that a call can cost whose prompt has at most `prompt_tokens` and each of its `answers` at most `output_tokens`.

    Each prompt token counts at the dearest rate that it can meet (it may be written to a cache), over every step of the price that
    a prompt of up to so many tokens can reach. `hour_writes=False`: the caller has seen that no cache write for an hour is asked for.
    """
    if not price.long:
        # As nearly all prices are, and every request waits for this.
        dearest = _dearest(price.rates, hour_writes=hour_writes)
        return Money.rounded_up(prompt_tokens * dearest + answers * output_tokens * price.rates.output, _MILLION)
    sums = (
        prompt * _dearest(rates, hour_writes=hour_writes) + answers * output_tokens * rates.output
        for rates, prompt in _reach(price, prompt_tokens)
    )
    return Money.rounded_up(max(sums), _MILLION)


def affordable_output(price: Price, prompt_tokens: int, answers: int, amount: Money, *, hour_writes: bool = True) -> int:
    """How many output tokens an answer may have at most so that the ceiling is within `amount`; 0 if none."""
    found = OUTPUT_TOKENS_FREE
    for rates, prompt in _reach(price, prompt_tokens):
        room = amount.nano_usd * _MILLION - prompt * _dearest(rates, hour_writes=hour_writes)
        if room < 0:
            return 0
        if rates.output > 0:
            found = min(found, room // (answers * rates.output))
    return found


def cost(price: Price, usage: Usage) -> Money:
    """What the usage costs, rounded up once."""
    rates = _rates(price, usage.prompt_tokens)
    cached = usage.cache_read_tokens * rates.cache_read + usage.cache_write_tokens * rates.cache_write
    total = cached + usage.cache_write_1h_tokens * rates.cache_write_1h
    total += usage.input_tokens * rates.input + usage.output_tokens * rates.output
    return Money.rounded_up(total, _MILLION) if total else ZERO


def inputs(price: Price, usage: Usage) -> tuple[tuple[str, int], ...]:
    """The numbers that a cost is computed from, sorted by name: tokens and their rate, for every kind of token that was used."""
    rates = _rates(price, usage.prompt_tokens)
    found: list[tuple[str, int]] = []
    for kind, tokens, rate in (
        ("cache_read", usage.cache_read_tokens, rates.cache_read),
        ("cache_write_1h", usage.cache_write_1h_tokens, rates.cache_write_1h),
        ("cache_write", usage.cache_write_tokens, rates.cache_write),
        ("input", usage.input_tokens, rates.input),
        ("output", usage.output_tokens, rates.output),
    ):
        if tokens != 0:
            found += ((kind + _RATE, rate), (kind + _TOKENS, tokens))
    return tuple(found)


def recost(numbers: tuple[tuple[str, int], ...]) -> Money:
    """The cost from the numbers on a charge. Raises `ValueError` where one has no partner or an unknown name."""
    known = dict(numbers)
    total = 0
    for name, tokens in numbers:
        kind = name.removesuffix(_TOKENS)
        if kind != name:
            total += tokens * _partner(known, kind + _RATE)
        elif name.endswith(_RATE):
            _partner(known, name.removesuffix(_RATE) + _TOKENS)
        else:
            raise ValueError(f"`{name}` is no input of a cost; it must end in `{_TOKENS}` or `{_RATE}`")
    return Money.rounded_up(total, _MILLION) if total else ZERO


def _partner(known: dict[str, int], name: str) -> int:
    if name not in known:
        raise ValueError(f"the inputs of a cost lack `{name}`; tokens and their rate stand together")
    return known[name]


def _rates(price: Price, prompt_tokens: int) -> Rates:
    for above, rates in reversed(price.long):
        if prompt_tokens > above:
            return rates
    return price.rates


def _reach(price: Price, prompt_tokens: int) -> Iterator[tuple[Rates, int]]:
    """Every step that a prompt of up to so many tokens can fall in, with the most tokens that it can have there."""
    ends = [above for above, _ in price.long]
    for start, rates, end in zip((-1, *ends), (price.rates, *(rates for _, rates in price.long)), (*ends, prompt_tokens), strict=True):
        if prompt_tokens > start:
            yield rates, min(prompt_tokens, end)


def _dearest(rates: Rates, *, hour_writes: bool) -> int:
    plain = max(rates.input, rates.cache_read, rates.cache_write)
    return max(plain, rates.cache_write_1h) if hour_writes else plain
