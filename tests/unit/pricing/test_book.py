from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import calc_price
from genai_prices.data import providers
from genai_prices.types import ModelPrice

from solvent.catalogue.vendors import callable_parties
from solvent.model.price import Price, Rates
from solvent.model.usage import Usage
from solvent.pricing import book
from solvent.pricing.book import price_of
from solvent.pricing.quote import cost

DAY = date(2026, 11, 25)


def price(provider: str, model: str, on: date = DAY, vendor: str | None = None, tier: str = "") -> Price:
    found = price_of(provider, model, on, vendor, tier)
    assert found is not None
    return found


def test_rates_are_whole_nano_dollars_per_million_tokens() -> None:
    found = price("anthropic", "claude-opus-4-5-20251101")
    assert found.rates == Rates(5_000_000_000, 25_000_000_000, 500_000_000, 6_250_000_000, 10_000_000_000)
    assert found.version == "genai-prices 0.2.3 anthropic/claude-opus-4-5 undated"


def test_a_step_counts_for_the_whole_request() -> None:
    ((above, long),) = price("anthropic", "claude-haiku-5-5").long
    assert (above, long.input, long.output) == (100_000, 500_000_000, 2_500_000_000)


def test_the_price_of_the_day_is_the_last_that_had_begun() -> None:
    before, after = price("openai", "o3", date(2025, 6, 9)), price("openai", "o3", date(2025, 6, 10))
    assert (before.rates.input, after.rates.input) == (10_000_000_000, 2_000_000_000)
    assert before.version.endswith("undated")
    assert after.version.endswith("since 2025-06-10")


def test_a_day_with_several_prices_gives_the_dearest_and_an_instant_its_own() -> None:
    day = price("deepseek", "deepseek-v4-pro")
    off_peak = price("deepseek", "deepseek-v4-pro", datetime(2026, 11, 25, 12, tzinfo=UTC))
    peak = price("deepseek", "deepseek-v4-pro", datetime(2026, 11, 25, 2, tzinfo=UTC))
    assert (off_peak.rates.output, peak.rates.output) == (1_980_000_000, 3_960_000_000)
    assert day.rates == peak.rates
    assert day.version.endswith("dearest of the day")


@pytest.mark.parametrize(
    ("provider", "model", "kind", "rate"),
    [
        ("openai", "gpt-4o", "cache_write", 2_500_000_000),  # not stated: input
        ("openai", "gpt-5-pro", "cache_read", 15_000_000_000),  # not stated: input
        ("openrouter", "anthropic/claude-sonnet-4", "cache_write_1h", 6_000_000_000),  # Claude, not stated: twice input
        ("openrouter", "google/gemini-2.5-flash", "cache_write", 300_000_000),  # stated below input: input
        ("openai", "text-embedding-3-small", "output", 20_000_000),  # not stated: input
    ],
)
def test_what_is_not_stated_falls_back_to_the_side_that_is_safe(provider: str, model: str, kind: str, rate: int) -> None:
    assert getattr(price(provider, model).rates, kind) == rate


def test_a_price_finer_than_a_nano_dollar_is_rounded_up_and_says_so() -> None:
    assert price("openrouter", "google/gemini-2.5-flash").version.endswith("rounded up")
    assert book._rate(ModelPrice(input_mtok=Decimal("0.0833333333333")), "input_mtok", -1) == 83_333_334


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "whisper-1"),  # by the hour
        ("openai", "gpt-image-1.5"),  # answers in pictures
        ("openai", "gpt-audio"),  # answers in sound
        ("perplexity", "sonar"),  # a fee for each request
        ("openrouter", "perplexity/sonar"),
        ("openai", "gpt-4o-search-preview"),
        ("openai", "no-such-model"),
        ("cerebras", "qwen-3-coder-480b"),  # the snapshot knows the model and no price
        ("ollama", "llama3"),
        ("nobody", "gpt-4o"),
    ],
)
def test_what_tokens_alone_do_not_price_has_no_price(provider: str, model: str) -> None:
    assert price_of(provider, model, DAY) is None


def test_at_a_relay_the_vendor_prices_and_the_vendors_name_in_front_is_cut() -> None:
    assert price_of("new-api", "claude-sonnet-4-5", DAY) is None
    assert price("new-api", "anthropic/claude-sonnet-4-5", vendor="anthropic") == price("anthropic", "claude-sonnet-4-5")


def test_a_provider_with_prices_of_its_own_is_not_overruled_by_the_vendor() -> None:
    assert (
        price("openrouter", "anthropic/claude-sonnet-4.5", vendor="anthropic").version.split()[2]
        == "openrouter/anthropic/claude-sonnet-4.5"
    )


def test_a_dearer_tier_has_its_own_price_and_an_unknown_one_has_none() -> None:
    assert price("openai", "gpt-4o", tier="priority").rates.output == 17_000_000_000
    assert price("anthropic", "claude-opus-4-8", tier="fast").rates.output == 50_000_000_000
    assert price_of("anthropic", "claude-sonnet-4-5", DAY, tier="fast") is None
    assert price("openai", "gpt-4o", tier="default") == price("openai", "gpt-4o")


def test_free_models_cost_nothing() -> None:
    free = next(m.id for p in providers if p.id == "openrouter" for m in p.models if m.id.endswith(":free"))
    assert price("openrouter", free).rates == Rates(0, 0, 0, 0, 0)


def test_every_provider_of_the_table_exists_on_both_sides() -> None:
    assert set(book._IDS.values()) <= {provider.id for provider in providers}
    assert {name for name in ("anthropic", "openai", "google", "deepseek", "openrouter", "mistral") if name in callable_parties()} <= set(
        book._IDS
    )


@pytest.mark.parametrize(
    ("provider", "theirs", "model"),
    [("anthropic", "anthropic", "claude-haiku-5-5"), ("openai", "openai", "gpt-5.6"), ("xai", "x-ai", "grok-4-0709")],
)
@pytest.mark.parametrize("prompt", [(1_000, 500, 250), (150_000, 100_000, 50_000)])
def test_costs_are_those_of_genai_prices(provider: str, theirs: str, model: str, prompt: tuple[int, int, int]) -> None:
    plain, read, write = prompt
    at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    ours = cost(price(provider, model, at), Usage(plain, read, write, 0, 777))
    usage = TheirUsage(input_tokens=sum(prompt), cache_read_tokens=read, cache_write_tokens=write, output_tokens=777)
    if price(provider, model, at).rates.cache_write == price(provider, model, at).rates.input:
        usage = TheirUsage(input_tokens=sum(prompt), cache_read_tokens=read, cache_write_tokens=0, output_tokens=777)
    total = calc_price(usage, model, provider_id=theirs, genai_request_timestamp=at).total_price
    assert Decimal(ours.nano_usd) == (total * 1_000_000_000).to_integral_value(rounding="ROUND_CEILING")
