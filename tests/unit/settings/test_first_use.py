from __future__ import annotations

import pytest

from solvent.model.route import DialectName
from solvent.settings import Settings, SettingsError, from_environment


def leads(settings: Settings, asked: str) -> list[tuple[str, str]]:
    """Account and upstream model of each route of the first model that serves a name."""
    model = next((model for model in settings.routebook.models if model.serves(asked)), None)
    return [] if model is None else [(route.account, model.upstream_model(route, asked)) for route in model.routes]


ALL = {name: f"sk-{name}" for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "DEEPSEEK_API_KEY", "OPENROUTER_API_KEY")}


def test_without_keys_nothing_is_served() -> None:
    assert from_environment({"PATH": "/bin", "OPENAI_API_KEY": " "}) == Settings()


def test_each_key_opens_an_account_named_as_its_provider() -> None:
    accounts = from_environment(ALL).routebook.accounts
    assert sorted(accounts) == ["anthropic", "deepseek", "google", "openai", "openrouter"]
    assert accounts["anthropic"].endpoints[DialectName.ANTHROPIC].headers == (("x-api-key", "sk-ANTHROPIC_API_KEY"),)
    assert accounts["openrouter"].vendor is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("claude-sonnet-4-5", [("anthropic", "claude-sonnet-4-5")]),
        ("anthropic/claude-sonnet-4-5", [("anthropic", "claude-sonnet-4-5")]),
        ("gpt-4o", [("openai", "gpt-4o")]),
        ("o3-mini", [("openai", "o3-mini")]),
        ("openai/gpt-4o", [("openai", "gpt-4o")]),
        ("gemini-2.5-pro", [("google", "gemini-2.5-pro")]),
        ("deepseek-chat", [("deepseek", "deepseek-chat")]),
        ("openrouter/anthropic/claude-sonnet-4.5", [("openrouter", "anthropic/claude-sonnet-4.5")]),
        ("qwen/qwen3-max", [("openrouter", "qwen/qwen3-max")]),
        ("mystery", []),
    ],
)
def test_every_model_is_served_under_its_own_name_and_after_its_account(asked: str, expected: list[tuple[str, str]]) -> None:
    assert leads(from_environment(ALL), asked) == expected


def test_an_aggregator_serves_the_models_of_makers_without_an_account() -> None:
    settings = from_environment({"OPENROUTER_API_KEY": "sk-or"})
    assert leads(settings, "anthropic/claude-sonnet-4.5") == [("openrouter", "anthropic/claude-sonnet-4.5")]
    assert leads(settings, "claude-sonnet-4-5") == []


def test_a_key_that_no_header_takes_is_told_without_the_key() -> None:
    with pytest.raises(SettingsError) as refusal:
        from_environment({"OPENAI_API_KEY": "sk two"})
    assert (
        str(refusal.value)
        == "environment: `OPENAI_API_KEY`: the key holds blanks or signs that no header takes; look at where it comes from"
    )


def test_no_secret_is_shown_and_the_admin_token_is_taken() -> None:
    settings = from_environment(ALL | {"SOLVENT_ADMIN_TOKEN": "t0ken"})
    assert settings.admin_token == "t0ken"
    assert "sk-" not in repr(settings)
