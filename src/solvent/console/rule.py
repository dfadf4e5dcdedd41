"""`/e/rules/{provider}/{rule}`: what one rule knows, where it was read, and how such an error looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs
from starlette.requests import Request
from starlette.responses import Response

from solvent.catalogue.load import Catalogue
from solvent.catalogue.rules import Rule
from solvent.console import negotiation, refusals
from solvent.console.explained import HelpLink, help_links
from solvent.console.labels import N_
from solvent.console.negotiation import Form
from solvent.console.render import render
from solvent.console.site import Site, gettext, markdown, problem_json
from solvent.diagnosis import defaults, judge
from solvent.diagnosis.paste import reader
from solvent.diagnosis.paste.reading import Reading
from solvent.diagnosis.reporting.report import report
from solvent.model.failure import MONEY
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
    """The rule's page, or the same as Markdown or as problem details."""
    lang = site.lang(request)
    name, suffix = negotiation.split(request.path_params["rule"])
    form = suffix or negotiation.accepted(request.headers.get("accept"))
    rule = site.catalogue.rules.get(f"{request.path_params['provider']}/{name}")
    if rule is None:
        return site.refuse(request, lang, 404, refusals.missing("rule", lang), form=form)
    known = _known(site, rule, lang)
    if form is Form.JSON:
        return problem_json(_details(rule, known, site.public_url, lang), lang=lang)
    if form is Form.MARKDOWN:
        return markdown(render("rule.md", lang, rule=rule, **known), lang=lang)
    return site.page(request, "rule.html", lang, rule=rule, **known)


def _known(site: Site, rule: Rule, lang: str) -> dict[str, Any]:
    """What is told of a rule in every form."""
    found = purses(rule, lang)
    # The rule's first example is what the page talks about: it fills in the names in the advice.
    reading = reader.read(rule.examples[0].text)
    judged = judge.judge_reading(reading, site.desk.engine, lang)
    # The ids and fields of the example are nobody's.
    judged = structs.replace(judged, request_ids=(), request=None)
    verdict = (
        judged if judged.rule == rule.id else structs.replace(judged, rule=rule.id, category=rule.category, retryable=bool(rule.retryable))
    )
    party = None if rule.provider is None else site.catalogue.parties.get(rule.provider)
    return {
        "example": rule.examples[0].text,
        "translation": report(verdict, reading, site.catalogue, lang).translation,
        "ways": _ways(found, verdict, reading, site.catalogue, lang),
        "wallets": found,
        "speaker": party.label if party is not None else gettext(lang, _SPEAKERS[rule.voice]),
        "retryable": verdict.retryable,
        "should_be": verdict.http_status_should_be,
    }


def _details(rule: Rule, known: dict[str, Any], public_url: str | None, lang: str) -> dict[str, Any]:
    """Problem details (RFC 9457) of the kind of problem that the rule tells. Addresses are absolute only where a public one is set."""
    ways: list[Way] = known["ways"]
    body: dict[str, Any] = {"type": f"{public_url or ''}/e/rules/{rule.id}", "title": rule.title.of(lang)}
    if known["should_be"] is not None:
        body["status"] = known["should_be"]
    return body | {
        "detail": ways[0].summary if len(ways) == 1 else known["translation"],
        "lang": lang,
        "rule": rule.id,
        "category": rule.category.value,
        "provider": rule.provider,
        "speaker": known["speaker"],
        "retryable": known["retryable"],
        "window": rule.window,
        "http_status": rule.status,
        "http_status_should_be": known["should_be"],
        "wallets": [{"wallet": purse.wallet.value, "when": purse.when} for purse in known["wallets"]],
        "translation": known["translation"],
        "ways": [
            {
                "when": way.when,
                "summary": way.summary,
                "solution": list(way.solution),
                "links": [{"label": link.label, "kind": link.kind, "address": link.address} for link in way.links],
                "write_to": way.write_to,
            }
            for way in ways
        ],
        "example": known["example"],
        "source": {"address": rule.source.address, "read": rule.source.read.isoformat(), "evidence": rule.source.evidence},
    }


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
    if rule.category not in MONEY:
        return [Purse(Wallet.NONE, "")]
    budget = rule.category is Category.BUDGET_LIMIT
    if rule.voice == "relay":
        near = Purse(Wallet.KEY_BUDGET if budget else Wallet.RELAY_USER, gettext(lang, N_("when this relay answers you itself")))
        return [near, Purse(Wallet.RELAY_UPSTREAM, gettext(lang, N_("when another relay passes it on")))]
    near = Purse(Wallet.KEY_BUDGET if budget else Wallet.OWN_PROVIDER_ACCOUNT, gettext(lang, N_("when you call the provider directly")))
    return [near, Purse(Wallet.RELAY_UPSTREAM, gettext(lang, N_("when a relay stands between")))]
