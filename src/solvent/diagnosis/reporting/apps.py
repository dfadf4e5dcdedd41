"""What the reader does in the app that the text comes from: the acts that the advice asks for, where the app's own steps are known."""

from __future__ import annotations

from solvent.catalogue.load import Catalogue
from solvent.catalogue.names import ACTS
from solvent.catalogue.steps import Act
from solvent.catalogue.tables import Source
from solvent.model.verdict import AppHelp, Read, Role, Verdict

_ACTS_MAX = 3
# Signing in with a subscription is no matter between the reader and a relay.
_NOT_BEHIND_RELAYS = frozenset({Act.CHECK_LOGIN})


def app_steps(verdict: Verdict, acts: tuple[Act, ...], catalogue: Catalogue, lang: str) -> tuple[AppHelp, ...]:
    """The steps for the first three of `acts` that the outermost app has any for; empty where the text shows no such app."""
    if any(layer.role is Role.RELAY for layer in verdict.layers):
        acts = tuple(act for act in acts if act not in _NOT_BEHIND_RELAYS)
    for layer in verdict.layers:
        party = catalogue.parties.get(layer.name)
        if party is not None and layer.role is Role.APP:
            known = [party.steps[act] for act in acts if act in party.steps][:_ACTS_MAX]
            return tuple(
                AppHelp(party.name, party.label, item.act.value, ACTS[item.act].of(lang), item.steps.of(lang), read(item.source))
                for item in known
            )
    return ()


def read(source: Source) -> Read:
    """A source as reports show it."""
    return Read(source.address, source.read.isoformat(), source.evidence)
