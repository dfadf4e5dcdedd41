from __future__ import annotations

import pytest

from solvent.catalogue.load import packaged_parties
from solvent.catalogue.vendors import callable_parties, vendor_of


@pytest.mark.parametrize(
    ("model", "vendor"),
    [
        ("claude-sonnet-4-5", "anthropic"),
        ("Claude-Opus-4", "anthropic"),
        ("gpt-4o", "openai"),
        ("o3-mini", "openai"),
        ("gemini-2.5-pro", "google"),
        ("deepseek-chat", "deepseek"),
        ("anthropic/claude-sonnet-4.5", "anthropic"),
        ("azure/gpt-4o", "azure"),
        ("x-ai/grok-4", "xai"),
        ("moonshotai/kimi-k2", "moonshot"),
        ("Pro/deepseek-ai/DeepSeek-V3", "deepseek"),
        ("gpt-oss-120b", None),
        ("meta-llama/llama-4", None),
        ("my-claude-3", None),
        ("openrouter/auto", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_name_tells_who_makes_the_model(model: str, vendor: str | None) -> None:
    assert vendor_of(model) == vendor


def test_only_parties_with_a_table_can_be_called() -> None:
    known = callable_parties()
    assert {"anthropic", "openai", "google", "deepseek", "openrouter", "new-api", "openai-compatible"} <= set(known)
    assert "azure" in set(packaged_parties()) - set(known)


def test_every_row_with_names_has_a_vendor_that_agrees_with_them() -> None:
    wrong = [
        (name, pattern)
        for name, party in callable_parties().items()
        if party.api is not None and not party.own_account
        for pattern in party.api.names
        if vendor_of(pattern.replace("*", "9")) not in (name, None)
    ]
    assert wrong == []
