"""Which paths there are: those of the vendors' own APIs, with and without the prefix that their SDKs put before."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from solvent.model.route import DialectName


class Endpoint(StrEnum):
    """What a path is for."""

    ASK = "ask"
    COUNT = "count"
    MODELS = "models"
    DEEPSEEK_BALANCE = "deepseek-balance"
    OPENROUTER_KEY = "openrouter-key"
    OPENROUTER_CREDITS = "openrouter-credits"
    RELAY_SUBSCRIPTION = "relay-subscription"
    RELAY_USAGE = "relay-usage"
    RELAY_TOKEN = "relay-token"  # noqa: S105 - the name of an endpoint


class Found(NamedTuple):
    """A path that is served. `dialect` is None where it speaks none; `model` is the one that the path names, or empty."""

    endpoint: Endpoint
    dialect: DialectName | None = None
    model: str = ""


_PATHS = {
    ("POST", "/chat/completions"): Found(Endpoint.ASK, DialectName.OPENAI),
    ("POST", "/messages"): Found(Endpoint.ASK, DialectName.ANTHROPIC),
    ("POST", "/messages/count_tokens"): Found(Endpoint.COUNT, DialectName.ANTHROPIC),
    ("GET", "/models"): Found(Endpoint.MODELS),
    ("GET", "/user/balance"): Found(Endpoint.DEEPSEEK_BALANCE),
    ("GET", "/key"): Found(Endpoint.OPENROUTER_KEY),
    ("GET", "/credits"): Found(Endpoint.OPENROUTER_CREDITS),
    ("GET", "/dashboard/billing/subscription"): Found(Endpoint.RELAY_SUBSCRIPTION),
    ("GET", "/dashboard/billing/usage"): Found(Endpoint.RELAY_USAGE),
    ("GET", "/usage/token"): Found(Endpoint.RELAY_TOKEN),
}


def find(method: str, path: str) -> Found | None:
    """What a path leads to, or None. Its query does not count."""
    plain = path.partition("?")[0]
    found = _PATHS.get((method, plain.removeprefix("/v1")))
    if found is not None:
        return found
    plain = plain.removeprefix("/api").removeprefix("/anthropic").removeprefix("/v1").rstrip("/")
    found = _PATHS.get((method, plain))
    if found is None and method == "GET" and plain.startswith("/models/"):
        return Found(Endpoint.MODELS, None, plain.removeprefix("/models/"))
    return found
