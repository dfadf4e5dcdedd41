"""Whom an account can be held at, and who makes a model."""

from __future__ import annotations

from functools import cache

from solvent.base.patterns import Pattern
from solvent.catalogue.load import packaged_parties
from solvent.catalogue.parties import Party
from solvent.model.verdict import Role


@cache
def callable_parties() -> dict[str, Party]:
    """The parties with an `[api]` table, by name. Raises `CatalogueError` where a file is wrong."""
    return {name: party for name, party in packaged_parties().items() if party.api is not None}


def vendor_of(model: str) -> str | None:
    """The provider whose models are named like this, None where no pattern says it.

    A prefix that is a provider's name counts first (`azure/gpt-4o`), else the name after the last slash (`x-ai/grok-4`).
    """
    prefix, _, name = model.lower().rpartition("/")
    first = prefix.partition("/")[0]
    if first in _makers():
        return first
    return next((vendor for vendor, pattern in _makers().items() if pattern is not None and pattern.span(name) is not None), None)


@cache
def _makers() -> dict[str, Pattern | None]:
    providers = [party for party in packaged_parties().values() if party.role is Role.PROVIDER]
    return {party.name: Pattern(rf"^(?:{'|'.join(party.models)})") if party.models else None for party in providers}
