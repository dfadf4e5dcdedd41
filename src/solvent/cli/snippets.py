"""What to try first with a key: curl, the openai package and Claude Code, ready to be pasted into a shell."""

from __future__ import annotations

import json

from solvent.model.route import DialectName, Routebook

# A model of each provider that small accounts may use, to be tried first.
_TRIED = {
    "anthropic": "claude-sonnet-4-6",
    "openai": "gpt-4o-mini",
    "google": "gemini-2.5-flash",
    "deepseek": "deepseek-chat",
    "openrouter": "openai/gpt-4o-mini",
    "mistral": "mistral-small-latest",
    "xai": "grok-3-mini",
    "moonshot": "moonshot-v1-8k",
}


def model_for(book: Routebook, dialect: DialectName) -> str | None:
    """A model to try in this dialect: one that the config names, else one of an account's provider; None where none is known."""
    for model in book.models:
        if "*" not in model.name and any(dialect in book.accounts[route.account].endpoints for route in model.routes):
            return model.name
    for upstream in book.accounts.values():
        if dialect in upstream.endpoints and upstream.provider in _TRIED:
            return _TRIED[upstream.provider]
    return None


def lines(gateway: str, key: str, book: Routebook) -> list[str]:
    """The snippets. What no account speaks yet is shown all the same, with a word that it waits for one."""
    openai, anthropic = (model_for(book, dialect) for dialect in (DialectName.OPENAI, DialectName.ANTHROPIC))
    asked = [{"role": "user", "content": "Say hello"}]
    body = json.dumps({"model": openai or "MODEL", "messages": asked})
    later = "" if openai else "   (once an account speaks the OpenAI dialect)"
    return [
        f"curl{later}",
        f"  curl -s {gateway}/v1/chat/completions -H 'Authorization: Bearer {key}' \\",
        f"    -H 'Content-Type: application/json' -d '{body}'",
        "",
        f"Python, with the openai package{later}",
        "  from openai import OpenAI",
        f'  client = OpenAI(base_url="{gateway}/v1", api_key="{key}")',
        f'  answer = client.chat.completions.create(model="{openai or "MODEL"}", messages={json.dumps(asked)})',
        "  print(answer.choices[0].message.content)",
        "",
        "Claude Code" + ("" if anthropic else "   (once an account speaks the Anthropic dialect)"),
        f"  ANTHROPIC_BASE_URL={gateway} ANTHROPIC_AUTH_TOKEN={key} claude",
    ]
