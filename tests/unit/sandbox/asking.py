"""A sandbox that can be replayed, and short ways to ask it."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import msgspec

from solvent.sandbox.accounts import Outcome
from solvent.sandbox.reply import Heard, Reply
from solvent.sandbox.sandbox import Sandbox

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


class StillClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 25, 12, 0, 1, 5, tzinfo=UTC)


def sandbox() -> Sandbox:
    return Sandbox(StillClock(), random.Random(7).randbytes)


def ask(box: Sandbox, key: str, path: str = CHAT, fault: str = "", **fields: Any) -> Reply:
    """Asks `hello` of the model that fits the path, unless `fields` say otherwise."""
    model = "claude-haiku-4-5" if path == MESSAGES else "gpt-4o-mini"
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
    if path == MESSAGES:
        body["max_tokens"] = 100
    headers = {"authorization": f"Bearer {key}"} | ({"x-sandbox-fault": fault} if fault else {})
    return box.hear(Heard("POST", path, headers, msgspec.json.encode(body | fields)))


def json_of(reply: Reply) -> Any:
    return msgspec.json.decode(reply.body)


def finish(reply: Reply) -> bytes:
    """Reads a reply to its end and settles it, as the wire would; gives its bytes."""
    if reply.events is None:
        if reply.settle is not None:
            reply.settle(Outcome.ANSWERED, None)
        return reply.body
    events = list(reply.events)
    if reply.settle is not None:
        reply.settle(Outcome.ANSWERED, sum(event.tokens for event in events))
    return b"".join(event.data for event in events)
