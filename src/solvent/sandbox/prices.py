"""The models that the sandbox sells and what they cost: one table of fixed prices, whole nano-dollars per million tokens.

The figures are those of genai-prices 0.2.3, read on 2026-11-25, without discounts, tiers or caches; they are never looked up, so that a
test's sums stay the same.
"""

from __future__ import annotations

from typing import NamedTuple

from solvent.base.money import Money


class Offer(NamedTuple):
    """One model. `input` and `output` in nano-dollars per million tokens; `openrouter` is its name there."""

    model: str
    vendor: str
    openrouter: str
    input: int
    output: int
    output_tokens_max: int

    def cost(self, input_tokens: int, output_tokens: int) -> Money:
        """What a call costs, rounded up once to a whole nano-dollar."""
        return Money.rounded_up(input_tokens * self.input + output_tokens * self.output, 1_000_000)


_CENT = 10_000_000

OFFERS = (
    Offer("claude-sonnet-4-6", "anthropic", "anthropic/claude-sonnet-4.6", 300 * _CENT, 1500 * _CENT, 64_000),
    Offer("claude-opus-4-6", "anthropic", "anthropic/claude-opus-4.6", 500 * _CENT, 2500 * _CENT, 64_000),
    Offer("claude-sonnet-4-5", "anthropic", "anthropic/claude-sonnet-4.5", 300 * _CENT, 1500 * _CENT, 64_000),
    Offer("claude-haiku-4-5", "anthropic", "anthropic/claude-haiku-4.5", 100 * _CENT, 500 * _CENT, 64_000),
    Offer("claude-opus-4-5", "anthropic", "anthropic/claude-opus-4.5", 500 * _CENT, 2500 * _CENT, 64_000),
    Offer("gpt-4o", "openai", "openai/gpt-4o", 250 * _CENT, 1000 * _CENT, 16_384),
    Offer("gpt-4o-mini", "openai", "openai/gpt-4o-mini", 15 * _CENT, 60 * _CENT, 16_384),
    Offer("gpt-4.1", "openai", "openai/gpt-4.1", 200 * _CENT, 800 * _CENT, 32_768),
    Offer("gpt-4.1-mini", "openai", "openai/gpt-4.1-mini", 40 * _CENT, 160 * _CENT, 32_768),
    Offer("gpt-5", "openai", "openai/gpt-5", 125 * _CENT, 1000 * _CENT, 128_000),
    Offer("gpt-5-mini", "openai", "openai/gpt-5-mini", 25 * _CENT, 200 * _CENT, 128_000),
    Offer("deepseek-chat", "deepseek", "deepseek/deepseek-chat", 27 * _CENT, 110 * _CENT, 8_192),
    Offer("deepseek-reasoner", "deepseek", "deepseek/deepseek-reasoner", 55 * _CENT, 219 * _CENT, 65_536),
)

BY_MODEL = {offer.model: offer for offer in OFFERS}
BY_OPENROUTER = {offer.openrouter: offer for offer in OFFERS} | {f"{offer.vendor}/{offer.model}": offer for offer in OFFERS}
LABELS = {"anthropic": "Anthropic", "openai": "OpenAI", "deepseek": "DeepSeek"}
