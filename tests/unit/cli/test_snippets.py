from __future__ import annotations

import json

import pytest

from solvent.cli import snippets
from solvent.model.route import DialectName, Routebook
from solvent.settings import from_environment, parse

KEY = "sk-slv-a"


def book(**environment: str) -> Routebook:
    return from_environment(environment).routebook


def written(text: str) -> Routebook:
    return parse(text, "test", {}, lambda path: path).routebook


@pytest.mark.parametrize(
    ("found", "openai", "anthropic"),
    [
        (book(ANTHROPIC_API_KEY="a"), "claude-sonnet-4-6", "claude-sonnet-4-6"),
        (book(OPENAI_API_KEY="a"), "gpt-4o-mini", None),
        (book(OPENAI_API_KEY="a", ANTHROPIC_API_KEY="b"), "claude-sonnet-4-6", "claude-sonnet-4-6"),
        (book(), None, None),
    ],
)
def test_a_model_is_tried_that_some_account_can_serve(found: Routebook, openai: str | None, anthropic: str | None) -> None:
    assert snippets.model_for(found, DialectName.OPENAI) == openai
    assert snippets.model_for(found, DialectName.ANTHROPIC) == anthropic
    for dialect, model in ((DialectName.OPENAI, openai), (DialectName.ANTHROPIC, anthropic)):
        assert model is None or any(served.serves(model) for served in found.models), (dialect, model)


def test_a_name_of_the_config_goes_first() -> None:
    text = """
[[account]]
name = "relay"
provider = "new-api"
base_url = "https://relay.example/v1"
api_key = "k"
[[model]]
name = "any-*"
routes = [{ account = "relay" }]
[[model]]
name = "mine"
routes = [{ account = "relay", model = "gpt-4o" }]
"""
    assert snippets.model_for(written(text), DialectName.OPENAI) == "mine"


def test_the_snippets_hold_the_gateway_the_key_and_a_model() -> None:
    shown = "\n".join(snippets.lines("http://127.0.0.1:8400", KEY, book(ANTHROPIC_API_KEY="a")))
    assert f"curl -s http://127.0.0.1:8400/v1/chat/completions -H 'Authorization: Bearer {KEY}'" in shown
    assert f'OpenAI(base_url="http://127.0.0.1:8400/v1", api_key="{KEY}")' in shown
    assert f"ANTHROPIC_BASE_URL=http://127.0.0.1:8400 ANTHROPIC_AUTH_TOKEN={KEY} claude" in shown
    body = json.loads(shown.partition("-d '")[2].partition("'")[0])
    assert body["model"] == "claude-sonnet-4-6"
    assert "once an account speaks" not in shown


def test_what_no_account_speaks_yet_says_so() -> None:
    shown = "\n".join(snippets.lines("http://127.0.0.1:8400", KEY, book(OPENAI_API_KEY="a")))
    assert "Claude Code   (once an account speaks the Anthropic dialect)" in shown
    assert shown.count("once an account speaks") == 1
