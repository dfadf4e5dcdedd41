from __future__ import annotations

import pytest

from solvent.model.route import DialectName
from solvent.sandbox.paths import Endpoint, Found, find

ASK_OPENAI, ASK_ANTHROPIC = Found(Endpoint.ASK, DialectName.OPENAI), Found(Endpoint.ASK, DialectName.ANTHROPIC)


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("POST", "/v1/chat/completions", ASK_OPENAI),
        ("POST", "/chat/completions", ASK_OPENAI),
        ("POST", "/api/v1/chat/completions", ASK_OPENAI),
        ("POST", "/v1/messages", ASK_ANTHROPIC),
        ("POST", "/v1/messages?beta=true", ASK_ANTHROPIC),
        ("POST", "/anthropic/v1/messages", ASK_ANTHROPIC),
        ("POST", "/v1/messages/count_tokens", Found(Endpoint.COUNT, DialectName.ANTHROPIC)),
        ("GET", "/v1/models", Found(Endpoint.MODELS)),
        ("GET", "/v1/models/gpt-4o", Found(Endpoint.MODELS, None, "gpt-4o")),
        ("GET", "/api/v1/models/openai/gpt-4o", Found(Endpoint.MODELS, None, "openai/gpt-4o")),
        ("GET", "/user/balance", Found(Endpoint.DEEPSEEK_BALANCE)),
        ("GET", "/api/usage/token/", Found(Endpoint.RELAY_TOKEN)),
        ("GET", "/v1/dashboard/billing/usage?start_date=2026-01-01", Found(Endpoint.RELAY_USAGE)),
        ("GET", "/v1/chat/completions", None),
        ("POST", "/v1/embeddings", None),
        ("POST", "/v1chat/completions", None),
        ("DELETE", "/v1/models/gpt-4o", None),
    ],
)
def test_a_path_leads_where_the_vendors_sdks_expect(method: str, path: str, found: Found | None) -> None:
    assert find(method, path) == found
