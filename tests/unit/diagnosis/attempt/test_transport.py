from __future__ import annotations

import pytest

from solvent.diagnosis.attempt.transport import judge_transport
from solvent.diagnosis.engine import Engine, packaged
from solvent.model.failure import Evidence, Transport
from solvent.model.verdict import Actor, Category, Wallet

KINDS = [
    (Transport.REFUSED, Category.NETWORK, "client/connection-refused"),
    (Transport.DNS, Category.NETWORK, "client/dns-failure"),
    (Transport.TLS, Category.NETWORK, "client/certificate-refused"),
    (Transport.CONNECT_TIMEOUT, Category.NETWORK, "client/connect-timeout"),
    (Transport.FIRST_BYTE_TIMEOUT, Category.TIMEOUT, "client/read-timeout"),
    (Transport.IDLE_TIMEOUT, Category.TIMEOUT, "client/read-timeout"),
    (Transport.DROPPED, Category.NETWORK, "client/connection-reset"),
    (Transport.GARBAGE, Category.SERVER_ERROR, None),
    (Transport.TRUNCATED, Category.NETWORK, "client/stream-cut"),
]


def evidence(problem: Transport | None, status: int = 0) -> Evidence:
    return Evidence("main", "acme", False, "acme", "acme-1", status, problem=problem)


def test_every_problem_is_told_apart() -> None:
    assert {problem for problem, _, _ in KINDS} == set(Transport)


@pytest.mark.parametrize(("problem", "category", "rule"), KINDS)
def test_a_problem_of_the_wire_passes_by_itself_and_is_nobodys_money(problem: Transport, category: Category, rule: str | None) -> None:
    verdict = judge_transport(evidence(problem), packaged())
    assert (verdict.category, verdict.rule, verdict.wallet, verdict.retryable) == (category, rule, Wallet.NONE, True)
    assert (verdict.provider, verdict.via, verdict.layers, verdict.http_status, verdict.http_status_source) == ("acme", (), (), None, None)
    assert verdict.http_status_should_be == {Category.NETWORK: None, Category.TIMEOUT: 504, Category.SERVER_ERROR: 502}[category]
    assert verdict.actor in (Actor.YOU, Actor.NOBODY, Actor.PROVIDER)


def test_a_head_that_came_is_told() -> None:
    verdict = judge_transport(evidence(Transport.TRUNCATED, 200), packaged())
    assert (verdict.http_status, verdict.http_status_source) == (200, "seen")


def test_a_rule_that_the_catalogue_does_not_have_is_not_named(small_engine: Engine) -> None:
    assert judge_transport(evidence(Transport.REFUSED), small_engine).rule is None


def test_the_same_problem_of_the_same_provider_is_one_case() -> None:
    prints = {judge_transport(evidence(problem), packaged()).fingerprint for problem in Transport}
    assert len(prints) == len(Transport)
    assert judge_transport(evidence(Transport.REFUSED), packaged()) == judge_transport(evidence(Transport.REFUSED), packaged())


def test_there_must_be_a_problem() -> None:
    with pytest.raises(AssertionError, match="no transport problem"):
        judge_transport(evidence(None), packaged())
