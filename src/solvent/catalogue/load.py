"""Reads the packaged catalogue once. It is the only place below the adapters that opens files, and it opens only its own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from solvent.catalogue.advice import Advice, read_advice
from solvent.catalogue.paid import read_said
from solvent.catalogue.parties import Party, read_party
from solvent.catalogue.rules import Rule, read_rule
from solvent.catalogue.tables import CatalogueError
from solvent.model.verdict import Actor, Category, Wallet

CODE_LANGUAGES = ("python", "javascript", "curl")
# The APIs for which there are samples, the most spoken one first.
CODE_DIALECTS = ("openai_chat", "anthropic_messages", "gemini_generate")


@dataclass(frozen=True)
class Catalogue:
    """Everything that is known, immutable.

    `code` holds the samples by (handling, language, dialect); `said_paid` are expressions of readers who tell that they have paid.
    """

    parties: dict[str, Party]
    rules: dict[str, Rule]
    advice: dict[Category, list[Advice]]
    code: dict[tuple[str, str, str], str]
    said_paid: tuple[str, ...] = ()

    def advise(self, category: Category, wallet: Wallet, actor: Actor) -> Advice:
        """The most specific advice: for the wallet and actor, else for the wallet, else for the actor, else the category's own."""
        fitting = [entry for entry in self.advice[category] if entry.wallet in (None, wallet) and entry.actor in (None, actor)]
        return min(fitting, key=lambda entry: (entry.wallet is None, entry.actor is None))

    def label(self, name: str) -> str:
        """The name of a party as people write it."""
        party = self.parties.get(name)
        return name if party is None else party.label


@cache
def packaged() -> Catalogue:
    """The catalogue that ships with the package. Raises `CatalogueError` naming the file where one is wrong."""
    root = files("solvent.catalogue")
    parties, rules = packaged_parties(), load_rules(root)
    for rule in rules.values():
        if rule.provider is not None and rule.provider not in parties:
            message = f"errors/{rule.id}.toml: `provider` is `{rule.provider}`, which no file under providers/, relays/ or clients/ names"
            raise CatalogueError(message)
    return Catalogue(parties, rules, load_advice(root), _samples(root / "code"), read_said(_parse(root / "said.toml", "")))


@cache
def packaged_parties() -> dict[str, Party]:
    """Everybody who takes part in calls, by name. Raises `CatalogueError` naming the file where one is wrong."""
    return load_parties(files("solvent.catalogue"))


def load_parties(root: Traversable) -> dict[str, Party]:
    """All parties by name. Raises `CatalogueError` on a wrong file, a name used twice, or a service that nobody is."""
    parties: dict[str, Party] = {}
    for folder in ("providers", "relays", "clients"):
        for path in _tomls(root / folder):
            party = read_party(_parse(path, folder), f"{folder}/{path.name}")
            if party.name in parties:
                message = f"{folder}/{path.name}: the name `{party.name}` is taken by another file"
                raise CatalogueError(message)
            parties[party.name] = party
    for party in parties.values():
        if party.service is not None and party.service not in parties:
            message = (
                f"clients/: `service` of `{party.name}` is `{party.service}`, which no file under providers/, relays/ or clients/ names"
            )
            raise CatalogueError(message)
    return parties


def load_rules(root: Traversable) -> dict[str, Rule]:
    """All rules by id. Raises `CatalogueError` on a wrong file."""
    rules: dict[str, Rule] = {}
    for folder in sorted((root / "errors").iterdir(), key=lambda item: item.name):
        if folder.is_dir():
            for path in _tomls(folder):
                rule = read_rule(_parse(path, f"errors/{folder.name}"), folder.name, path.name.removesuffix(".toml"))
                rules[rule.id] = rule
    return rules


def load_advice(root: Traversable) -> dict[Category, list[Advice]]:
    """All advice by category. Raises `CatalogueError` where a category has none."""
    advice: dict[Category, list[Advice]] = {}
    for path in _tomls(root / "advice"):
        entries = read_advice(_parse(path, "advice"), f"advice/{path.name}")
        advice[entries[0].category] = entries
    missing = [category.value for category in Category if category not in advice]
    if missing:
        message = f"advice/{missing[0]}.toml is missing: every category needs its advice"
        raise CatalogueError(message)
    return advice


def _samples(root: Traversable) -> dict[tuple[str, str, str], str]:
    endings = {"python": ".py", "javascript": ".mjs", "curl": ".sh"}
    return {
        (path.name.removesuffix(ending), language, dialect): path.read_text(encoding="utf-8")
        for dialect in CODE_DIALECTS
        for path in root.joinpath(dialect).iterdir()
        for language, ending in endings.items()
        if path.name.endswith(ending)
    }


def _tomls(folder: Traversable) -> list[Traversable]:
    return sorted((path for path in folder.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name)


def _parse(path: Traversable, folder: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        message = f"{folder}/{path.name}: not TOML: {problem}".removeprefix("/")
        raise CatalogueError(message) from problem
