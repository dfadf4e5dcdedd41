"""The answer to “I paid and it still fails”: first whose account was paid into, then what its holder's pages say."""

from __future__ import annotations

from functools import cache

from solvent.base.patterns import PatternSet
from solvent.catalogue.advice import Advice
from solvent.catalogue.load import Catalogue
from solvent.catalogue.paid import KINDS, Fact
from solvent.diagnosis.paste.reading import Reading
from solvent.diagnosis.reporting.apps import read
from solvent.diagnosis.reporting.wording import Wording
from solvent.model.failure import MONEY
from solvent.model.verdict import Actor, Paid, PaidPoint, Role, Verdict, Wallet


def paid(verdict: Verdict, reading: Reading, advice: Advice, catalogue: Catalogue, wording: Wording) -> Paid | None:
    """What helps a reader who paid already; None where money is not the matter or nothing is known to say."""
    if verdict.category not in MONEY or verdict.rule is None or verdict.actor is Actor.NOBODY:
        return None
    points = [PaidPoint("first", text) for text in (wording.steps(advice.paid) if advice.paid is not None else ())]
    points += [
        PaidPoint(fact.kind, wording.fill(fact.words.of(wording.lang)), fact.command, read(fact.source))
        for fact in sorted(_facts(verdict, catalogue), key=lambda fact: KINDS.index(fact.kind))
    ]
    return Paid(bool(_said(catalogue.said_paid).found_in(reading.flat)), tuple(points)) if points else None


def _facts(verdict: Verdict, catalogue: Catalogue) -> list[Fact]:
    """What is known of whom the reader paid: the one who refused the call, and the app, which may use another key than the reader thinks.

    Where the empty account is the operator's, the reader's payment has nothing to do with the provider.
    """
    if verdict.wallet is Wallet.RELAY_UPSTREAM:
        return []
    apps = [layer.name for layer in verdict.layers if layer.role is Role.APP]
    parties = [catalogue.parties[name] for name in dict.fromkeys((*apps, verdict.provider)) if name in catalogue.parties]
    return [fact for party in parties for fact in party.paid if not fact.wallets or verdict.wallet in fact.wallets]


@cache
def _said(expressions: tuple[str, ...]) -> PatternSet:
    return PatternSet(list(expressions))
