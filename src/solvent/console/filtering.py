"""The filters above a list: what may be chosen, what is chosen, how each is taken away again, and what is wrong with what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from solvent.cases.life import State
from solvent.catalogue import names
from solvent.console.labels import FILTERS, N_, STATES
from solvent.console.site import Site, gettext, href
from solvent.model.filters import NO_RULE
from solvent.model.verdict import Category, Wallet
from solvent.operations import filters
from solvent.operations.filters import Asked, Why, Wrong

FEED = "/e/feed.xml"

_WRONG: dict[Why, str] = {
    Why.UNKNOWN: N_('%(what)s cannot be "%(value)s": choose one of those offered.'),
    Why.NO_DATE: N_('"%(value)s" is no day: write it as 2026-11-25.'),
    Why.ORDER: N_("The last day lies before the first one: exchange them."),
    Why.TOO_LONG: N_("A search has at most %(most)s characters. To have a whole error explained, paste it at the desk."),
    Why.NO_WORDS: N_("There is nothing to search for: write a word, an id or a Chinese character."),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is set: its name, its value in words, and the address of the list without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter and what it is called."""

    code: str
    name: str


def asked(site: Site, request: Request) -> Asked:
    """The filters of the address."""
    return filters.read(request.query_params, site.catalogue)


def tidied(request: Request) -> str | None:
    """The address without its empty filters, as a form leaves them; None where there are none."""
    query = dict(request.query_params)
    full = {name: value for name, value in query.items() if value.strip() or name not in filters.NAMES}
    return None if len(full) == len(query) else f"{request.url.path}?{urlencode(full)}"


def values(site: Site, lang: str, path: str, found: Asked) -> dict[str, Any]:
    """What `_finder.html` asks for. `path` is the list's own address."""
    return {
        "list_path": path,
        "filter_names": FILTERS,
        "given": dict.fromkeys(filters.NAMES, "") | found.given,
        "kept": found.given,
        "chips": [
            Chip(gettext(lang, FILTERS[name]), _said(site, lang, name, value), _without(found, name, path, lang))
            for name, value in found.given.items()
        ],
        "choices": _choices(site, lang),
        "parties": [
            Choice(party.name, party.label) for party in sorted(site.catalogue.parties.values(), key=lambda one: one.label.lower())
        ],
        "problems": [_problem(lang, wrong) for wrong in found.wrong],
        "feed_address": href(FEED, lang, **found.given),
        "search_chars_max": filters.SEARCH_CHARS_MAX,
    }


def _choices(site: Site, lang: str) -> dict[str, list[Choice]]:
    found = {
        "category": [Choice(category.value, names.CATEGORIES[category].of(lang)) for category in Category],
        "wallet": [Choice(wallet.value, names.WALLETS[wallet].of(lang)) for wallet in Wallet],
    }
    # Strangers are told no more of a state than whether a rule is known, which is so of all that they are shown.
    states = [] if site.desk.public else [Choice(state.value, gettext(lang, STATES[state.value])) for state in State]
    return found | ({"state": states} if states else {})


def _said(site: Site, lang: str, name: str, value: str) -> str:
    """A value in words; as it was written where it is none that there is."""
    if name in ("provider", "via"):
        return site.catalogue.label(value)
    if name == "rule":
        rule = site.catalogue.rules.get(value)
        return gettext(lang, N_("no rule explains it")) if value == NO_RULE else value if rule is None else rule.title.of(lang)
    named = {choice.code: choice.name for choice in _choices(site, lang).get(name, [])}
    return named.get(value, value)


def _without(found: Asked, name: str, path: str, lang: str) -> str:
    return href(path, lang, **{other: value for other, value in found.given.items() if other != name})


def _problem(lang: str, wrong: Wrong) -> str:
    return gettext(lang, _WRONG[wrong.why], what=gettext(lang, FILTERS[wrong.name]), value=wrong.value[:60], most=filters.SEARCH_CHARS_MAX)
