"""Failed attempts as the edge sees them, for tests of what is made of them."""

from __future__ import annotations

import json
from typing import Any

from solvent.diagnosis.attempt.upstream import Memo, judge_attempt
from solvent.diagnosis.engine import packaged
from solvent.model.failure import Evidence, Judgement, Transport

TOO_LOW = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."
RELAY_ID = "20260126100910722614337HsQybcmN"
SEED = {"error": {"type": "<nil>", "message": f"{TOO_LOW} (request id: {RELAY_ID})"}, "type": "error"}
ANTHROPIC = {
    "type": "error",
    "error": {"type": "invalid_request_error", "message": TOO_LOW},
    "request_id": "req_011CRe3dTestAbCdEfGhJk12",
}


def request(content: str = "hello", *, model: str = "some-model", tool: str | None = None, ascii_only: bool = False) -> bytes:
    asked: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": content}]}
    if tool is not None:
        asked["tools"] = [{"type": "function", "function": {"name": tool, "parameters": {"type": "object"}}}]
    return json.dumps(asked, ensure_ascii=ascii_only).encode()


def attempt(
    status: int,
    body: Any,
    *,
    provider: str = "acme",
    relay: bool = False,
    vendor: str | None = "anthropic",
    model: str = "claude-x",
    headers: dict[str, str] | None = None,
    sent: bytes | None = None,
    account: str = "acme-main",
    problem: Transport | None = None,
) -> Evidence:
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
    return Evidence(
        account=account,
        provider=provider,
        relay=relay,
        vendor=vendor,
        model=model,
        status=status,
        headers=tuple((headers or {}).items()),
        body=data,
        request=request() if sent is None else sent,
        problem=problem,
    )


def judged(evidence: Evidence, memo: Memo | None = None) -> Judgement:
    return judge_attempt(evidence, packaged(), memo)
