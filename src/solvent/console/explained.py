"""The values that a page needs to show one explanation, whether it was filed or is an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solvent.catalogue.load import CODE_LANGUAGES, Catalogue
from solvent.console.render import code_choices
from solvent.diagnosis.desk import Explanation
from solvent.diagnosis.reporting import samples
from solvent.model.occurrence import Case
from solvent.model.verdict import Category, Role, Verdict, Wallet
from solvent.operations import naming

# Which pages of a party help with what: the first kind that it has is shown.
_MONEY = ("billing", "usage", "limits")
_KINDS: dict[Category, tuple[str, ...]] = {
    Category.CREDIT_EXHAUSTED: _MONEY,
    Category.BUDGET_LIMIT: ("limits", "usage", "billing"),
    Category.RATE_LIMITED: ("limits",),
    Category.OVERLOADED: ("status",),
    Category.SERVER_ERROR: ("status",),
    Category.TIMEOUT: ("status",),
    Category.AUTH_INVALID: ("keys",),
    Category.PERMISSION_DENIED: ("keys",),
    Category.MODEL_NOT_FOUND: ("models",),
}


@dataclass(frozen=True, slots=True)
class HelpLink:
    """A page of a party, from the catalogue; `kind` is a key of `labels.LINKS`."""

    label: str
    kind: str
    address: str


def values(explanation: Explanation, catalogue: Catalogue, place: str, code: str | None, **place_query: str) -> dict[str, Any]:
    """Everything that `_answer.html` and `_report.html` ask for. `place` is the address of the page that shows it."""
    verdict = explanation.verdict
    handling = samples.handling(verdict, catalogue.advise(verdict.category, verdict.wallet, verdict.actor))
    return {
        "verdict": verdict,
        "report": explanation.report,
        "text": explanation.text,
        "struck": explanation.struck,
        "rule": None if verdict.rule is None else catalogue.rules.get(verdict.rule),
        "links": help_links(verdict, catalogue),
        "code_choices": code_choices(explanation.report, catalogue.code, handling),
        "code_chosen": code is not None,
        "place": place,
        "place_query": place_query,
        "top": 2,
    }


def code_language(wish: str | None) -> str | None:
    """The language of a code sample where the wish is one, else None."""
    return wish if wish in CODE_LANGUAGES else None


def help_links(verdict: Verdict, catalogue: Catalogue) -> list[HelpLink]:
    """Pages of the party that speaks, where the reader can do something there: not those of an account that is not theirs."""
    party = catalogue.parties.get(verdict.provider)
    theirs = verdict.wallet is Wallet.RELAY_UPSTREAM or (
        verdict.category in (Category.AUTH_INVALID, Category.PERMISSION_DENIED)
        and any(layer.role is Role.RELAY for layer in verdict.layers)
    )
    if party is None or theirs:
        return []
    # What a relay's software is documented as helps nobody who only buys from a relay.
    last = ("docs",) if party.role is Role.PROVIDER else ()
    for kind in (*_KINDS.get(verdict.category, ()), *last):
        address = party.link(kind)
        if address is not None and address.startswith("https://"):
            return [HelpLink(party.label, kind, address)]
    return []


def case_title(case: Case, catalogue: Catalogue, lang: str) -> str:
    """What a case is called in lists."""
    return naming.title(case, catalogue, lang)
