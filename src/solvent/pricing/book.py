"""The book of prices: what a provider asks for a model on a day, from the packaged genai-prices snapshot.

Every rate is a whole number of nano-dollars per million tokens. A model whose bill has parts that tokens of text do not tell
(a fee a request, audio or image answers, hours) has no price here: the operator states one, or it stays unpriced.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import ROUND_CEILING, Decimal

from genai_prices import __version__ as snapshot_version
from genai_prices.data import providers as snapshot
from genai_prices.types import ModelInfo, ModelPrice, Provider, StartDateConstraint, TieredPrices, TimeOfDateConstraint

from solvent.base.money import NANO
from solvent.model.price import Price, Rates

# Our names (catalogue/providers, catalogue/relays) and those of genai-prices 0.2.3. Left out on purpose: `github` (it prices Copilot,
# not GitHub Models), `huggingface` (the router picks who serves), hosts that it prices only behind Hugging Face's router (nebius,
# hyperbolic, nscale, sambanova), and whatever runs on the operator's own machines. Zhipu is billed as Z.ai lists it in dollars: its
# list for bigmodel.cn holds the cheapest step of each model only, which is no ceiling.
_IDS = {
    "anthropic": "anthropic",
    "azure": "azure",
    "bedrock": "aws",
    "cerebras": "cerebras",
    "cohere": "cohere",
    "databricks": "databricks",
    "deepseek": "deepseek",
    "fireworks": "fireworks",
    "google": "google",
    "groq": "groq",
    "meta": "meta",
    "minimax": "minimax",
    "mistral": "mistral",
    "moonshot": "moonshotai",
    "novita": "novita",
    "openai": "openai",
    "openrouter": "openrouter",
    "perplexity": "perplexity",
    "together": "together",
    "voyage": "voyageai",
    "xai": "x-ai",
    "zhipu": "zai",
}
_PROVIDERS: dict[str, Provider] = {provider.id: provider for provider in snapshot}

_PRICED = frozenset({"input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok"})
# Billed only where the request itself holds audio or video, or declares a tool that the provider runs: such a part is refused, or
# capped by its route, before a price is asked for.
_ASKED_FOR = frozenset({"input_audio_mtok", "cache_audio_read_mtok", "input_video_mtok", "web_searches_kcount", "storage_searches_kcount"})
# Models that search on every call, for a fee a call which the snapshot does not state for these names (OpenAI: "always retrieves
# information from the web before responding", guides/tools-web-search; Perplexity behind OpenRouter). Not read anew: unverified.
_SEARCHES_ALWAYS = ("search-preview", "search-api", "sonar")
_STANDARD = frozenset({"", "auto", "default", "standard", "standard_only"})


def price_of(provider: str, model: str, on: date, vendor: str | None = None, tier: str = "") -> Price | None:
    """What `provider` (our catalogue's name) asks for `model`, or None where the snapshot does not say it in tokens.

    `on` a day: the dearest that its hours may ask, which is what a hold needs; a `datetime` with a zone: what is asked at that
    instant. `vendor`: who makes the model, for an account at a relay, whose own prices nobody knows: then the vendor's list price.
    `tier`: a `service_tier` or `speed` that the request asks for; None comes back for one without a stated price.
    """
    own = _IDS.get(provider)
    name = model if own is not None else model.rpartition("/")[2]
    seller = _PROVIDERS.get(own or _IDS.get(vendor or "", ""))
    if seller is None or any(mark in name.lower() for mark in _SEARCHES_ALWAYS):
        return None
    found = seller.find_model(name, all_providers=snapshot)
    if found is None:
        return None
    asked = _asked_at(found, on, tier)
    version = [f"genai-prices {snapshot_version} {seller.id}/{found.id}", _dated(found, on), *([] if tier in _STANDARD else [tier])]
    if name.lower().endswith(":free") and all(not _stated(price) for price in asked):
        return Price(" ".join(version), Rates(0, 0, 0, 0, 0))
    if not asked or any(_stated(price) - _PRICED - _ASKED_FOR or "input_mtok" not in _stated(price) for price in asked):
        return None
    if len(asked) > 1:
        version.append("dearest of the day")
    if any(_is_finer(value) for price in asked for value in _values(price)):
        version.append("rounded up")
    claude = "claude" in found.id
    steps = sorted({step for price in asked for value in vars(price).values() for step in _steps(value)})
    rates, *long = [_dearest(_rates(price, above, claude=claude) for price in asked) for above in (-1, *steps)]
    return Price(" ".join(version), rates, tuple(zip(steps, long, strict=True)))


def _asked_at(model: ModelInfo, on: date, tier: str) -> list[ModelPrice]:
    """The different prices of the day, or the one of the instant; none where the tier has no price of its own."""
    instants = [on] if isinstance(on, datetime) else [datetime.combine(on, hour, UTC) for hour in _hours(model)]
    context = None if tier in _STANDARD else {"service_tier": tier, "speed": tier}
    found: list[ModelPrice] = []
    for instant in instants:
        if context is not None and not _has_tier(model, tier, instant):
            return []
        price = model.get_prices(instant, context)
        if price not in found:
            found.append(price)
    return found


def _hours(model: ModelInfo) -> list[time]:
    """Every time of day (UTC) at which a price may change."""
    hours = {time(0, 0)}
    for price in model.prices if isinstance(model.prices, list) else ():
        if isinstance(price.constraint, TimeOfDateConstraint):
            for edge in (price.constraint.start_time, price.constraint.end_time):
                moment = datetime.combine(date(2000, 1, 2), edge)
                hours.add((moment if edge.tzinfo is None else moment.astimezone(UTC)).time())
    return sorted(hours)


def _has_tier(model: ModelInfo, tier: str, instant: datetime) -> bool:
    ways = ({"service_tier": tier}, {"speed": tier})
    return any(
        variant.when in ways and (variant.constraint is None or variant.constraint.active(instant))
        for variant in model.price_variants or ()
    )


def _dated(model: ModelInfo, on: date) -> str:
    day = on.astimezone(UTC).date() if isinstance(on, datetime) else on
    constraints = [price.constraint for price in model.prices] if isinstance(model.prices, list) else []
    starts = [one.start_date for one in constraints if isinstance(one, StartDateConstraint) and one.start_date <= day]
    return f"since {max(starts).isoformat()}" if starts else "undated"


def _stated(price: ModelPrice) -> set[str]:
    return {key for key, value in vars(price).items() if value is not None}


def _values(price: ModelPrice) -> Iterable[Decimal]:
    for key in _PRICED:
        value = vars(price).get(key)
        if isinstance(value, TieredPrices):
            yield value.base
            yield from (tier.price for tier in value.tiers)
        elif value is not None:
            yield value


def _steps(value: object) -> list[int]:
    return [tier.start for tier in value.tiers] if isinstance(value, TieredPrices) else []


def _rates(price: ModelPrice, above: int, *, claude: bool) -> Rates:
    """The rates of a prompt with more than `above` tokens. What is not stated costs plain input; so does an unstated output.

    A cache write below input is taken at input: OpenRouter's figure for Gemini is the storage that comes on top of the input (its page on
    prompt caching; not read anew). An hour's write at Claude costs twice the input where it is not stated (see `card`).
    """
    plain = _rate(price, "input_mtok", above) or 0
    write = _rate(price, "cache_write_mtok", above)
    hour = _rate(price, "cache_write_1h_mtok", above)
    if hour is None:
        hour = max(plain * 2 if claude and write is not None else plain, write or 0)
    output, read = _rate(price, "output_mtok", above), _rate(price, "cache_read_mtok", above)
    return Rates(
        input=plain,
        output=plain if output is None else output,
        cache_read=plain if read is None else read,
        cache_write=max(plain, write or 0),
        cache_write_1h=max(plain, hour),
    )


def _rate(price: ModelPrice, key: str, above: int) -> int | None:
    """One rate. A tier counts for the whole request once the prompt has more tokens than its start, as genai-prices computes it."""
    value = vars(price).get(key)
    if isinstance(value, TieredPrices):
        value = next((tier.price for tier in reversed(value.tiers) if tier.start <= above), value.base)
    return None if value is None else int((value * NANO).to_integral_value(ROUND_CEILING))


def _is_finer(value: Decimal) -> bool:
    return (value * NANO) % 1 != 0


def _dearest(several: Iterable[Rates]) -> Rates:
    rates = list(several)
    return Rates(
        input=max(one.input for one in rates),
        output=max(one.output for one in rates),
        cache_read=max(one.cache_read for one in rates),
        cache_write=max(one.cache_write for one in rates),
        cache_write_1h=max(one.cache_write_1h for one in rates),
    )
