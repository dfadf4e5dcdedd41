"""`/e/rules/{provider}/{rule}`: what one rule knows, where it was read, and how such an error looks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from solvent.catalogue.load import Catalogue
from solvent.catalogue.rules import Rule
from solvent.console import negotiation, refusals
from solvent.console.explained import HelpLink, help_links
from solvent.console.labels import N_
from solvent.console.site import Site, gettext
from solvent.diagnosis import defaults, judge, reader
from solvent.diagnosis.reading import Reading
from solvent.diagnosis.report import report
from solvent.model.verdict import Category, Verdict, Wallet

_SPEAKERS = {
    "provider": N_("the provider of the model"),
    "relay": N_("the relay, about its own customer"),
    "edge": N_("a proxy on the way, which holds no account"),
    "client": N_("your own program or its libraries"),
    "any": N_("whoever answered"),
}


@dataclass(frozen=True, slots=True)
class Purse:
    """A wallet that such an error can mean, and when; `when` is empty where it always does."""

    wallet: Wallet
    when: str


@dataclass(frozen=True, slots=True)
class Way:
    """What to do in one of the cases that `Purse` tells apart."""

    when: str
    summary: str
    solution: tuple[str, ...]
    links: list[HelpLink]
    write_to: str | None


async def show(site: Site, request: Request) -> Response:
    """The rule's page."""
    lang = site.lang(request)
    rule = site.catalogue.rules.get(f"{request.path_params['provider']}/{request.path_params['rule']}")
    if rule is None:
        form = negotiation.accepted(request.headers.get("accept"))
        return site.refuse(request, lang, 404, refusals.missing("rule", lang), form=form)
    found = purses(rule, lang)
    # The rule's first example is what the page talks about: it fills in the names in the advice.
    reading = reader.read(rule.examples[0].text)
    judged = judge.judge_reading(reading, site.desk.engine, lang)
    verdict = (
        judged if judged.rule == rule.id else structs.replace(judged, rule=rule.id, category=rule.category, retryable=bool(rule.retryable))
    )
    party = None if rule.provider is None else site.catalogue.parties.get(rule.provider)
    return site.page(
        request,
        "rule.html",
        lang,
        rule=rule,
        example=rule.examples[0].text,
        translation=report(verdict, reading, site.catalogue, lang).translation,
        ways=_ways(found, verdict, reading, site.catalogue, lang),
        wallets=found,
        speaker=party.label if party is not None else gettext(lang, _SPEAKERS[rule.voice]),
        retryable=verdict.retryable,
        should_be=verdict.http_status_should_be,
    )


def _ways(found: list[Purse], verdict: Verdict, reading: Reading, catalogue: Catalogue, lang: str) -> list[Way]:
    """The advice for each wallet; one for all where the rule has its own."""
    ways: list[Way] = []
    for purse in found:
        actor = verdict.actor
        if len(found) > 1:
            actor = defaults.actor_of(verdict.category, purse.wallet, provider_spoke_through_relay=purse.wallet is Wallet.RELAY_UPSTREAM)
        here = structs.replace(verdict, wallet=purse.wallet, actor=actor)
        words = report(here, reading, catalogue, lang)
        ways.append(Way(purse.when, words.summary, words.solution, help_links(here, catalogue), words.write_to))
    return ways if len({way.solution for way in ways}) > 1 else [replace(ways[0], when="")]


def purses(rule: Rule, lang: str) -> list[Purse]:
    """Whose wallet it is; where the chain decides, the cases side by side."""
    if rule.wallet is not None:
        return [Purse(rule.wallet, "")]
    if rule.category not in (Category.CREDIT_EXHAUSTED, Category.BUDGET_LIMIT):
        return [Purse(Wallet.NONE, "")]
    budget = rule.category is Category.BUDGET_LIMIT
    if rule.voice == "relay":
        near = Purse(Wallet.KEY_BUDGET if budget else Wallet.RELAY_USER, gettext(lang, N_("when this relay answers you itself")))
        return [near, Purse(Wallet.RELAY_UPSTREAM, gettext(lang, N_("when another relay passes it on")))]
    near = Purse(Wallet.KEY_BUDGET if budget else Wallet.OWN_PROVIDER_ACCOUNT, gettext(lang, N_("when you call the provider directly")))
    return [near, Purse(Wallet.RELAY_UPSTREAM, gettext(lang, N_("when a relay stands between")))]
