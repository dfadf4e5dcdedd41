"""The verdict on an attempt that got no usable answer: what the wire showed, in the catalogue's own rules where one fits.

The category is the rule's: whoever pastes the same failure at the desk reads the same.
"""

from __future__ import annotations

from typing import Final

from solvent.diagnosis import defaults, fingerprint
from solvent.diagnosis.engine import Engine
from solvent.model.failure import Evidence, Transport
from solvent.model.verdict import Category, Verdict, Wallet

_KINDS: Final[dict[Transport, tuple[Category, str]]] = {
    Transport.REFUSED: (Category.NETWORK, "client/connection-refused"),
    Transport.DNS: (Category.NETWORK, "client/dns-failure"),
    Transport.TLS: (Category.NETWORK, "client/certificate-refused"),
    Transport.CONNECT_TIMEOUT: (Category.NETWORK, "client/connect-timeout"),
    Transport.FIRST_BYTE_TIMEOUT: (Category.TIMEOUT, "client/read-timeout"),
    Transport.IDLE_TIMEOUT: (Category.TIMEOUT, "client/read-timeout"),
    Transport.DROPPED: (Category.NETWORK, "client/connection-reset"),
    Transport.GARBAGE: (Category.SERVER_ERROR, ""),
    Transport.TRUNCATED: (Category.NETWORK, "client/stream-cut"),
}


def judge_transport(evidence: Evidence, engine: Engine) -> Verdict:
    """The verdict on `evidence.problem`, which must be set. A rule is named where the catalogue's rule has the same category."""
    assert evidence.problem is not None, "there is no transport problem to judge"
    category, rule_id = _KINDS[evidence.problem]
    rule = engine.catalogue.rules.get(rule_id)
    known = rule is not None and rule.category is category
    return Verdict(
        category=category,
        wallet=Wallet.NONE,
        actor=defaults.actor_of(category, Wallet.NONE, provider_spoke_through_relay=False),
        provider=evidence.provider,
        via=(),
        layers=(),
        http_status=evidence.status or None,
        http_status_source="seen" if evidence.status else None,
        http_status_should_be=defaults.STATUS_SHOULD_BE[category],
        retryable=True,
        available_at=None,
        window=None,
        confidence=0.97,
        rule=rule_id if known else None,
        language="en",
        request_ids=(),
        evidence=(),
        trail=(),
        fingerprint=fingerprint.of("transport", evidence.provider, evidence.problem.value),
    )
