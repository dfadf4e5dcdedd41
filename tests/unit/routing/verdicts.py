"""Judgements as diagnosis makes them, for tests of what follows from them."""

from __future__ import annotations

from solvent.model.failure import Judgement
from solvent.model.verdict import Actor, Category, Verdict, Wallet


def judged(category: Category, scope: str | None, *, doubtful: bool = False, retry_after_ms: int | None = None) -> Judgement:
    verdict = Verdict(
        category=category,
        wallet=Wallet.NONE,
        actor=Actor.YOU,
        provider="acme",
        via=(),
        layers=(),
        http_status=402,
        http_status_source="seen",
        http_status_should_be=402,
        retryable=False,
        available_at=None,
        window=None,
        confidence=0.97,
        rule=None,
        language="en",
        request_ids=(),
        evidence=(),
        trail=(),
        fingerprint="f",
    )
    return Judgement(verdict, scope, True, retry_after_ms, (), f"said {category.value}", doubtful=doubtful)
