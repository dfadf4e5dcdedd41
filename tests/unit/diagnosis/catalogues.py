"""Small catalogues for tests of the engine, written as the files would be."""

from __future__ import annotations

import tomllib

from solvent.catalogue.load import Catalogue
from solvent.catalogue.parties import Party, read_party
from solvent.catalogue.rules import Rule, read_rule

SOURCE = '\n[source]\naddress = "made up"\nread = 2026-11-25\nevidence = "documented"\n'
EXAMPLE = '\n[[example]]\ntext = "x"\n'


def rule(rule_id: str, body: str, match: str, evidence: str = "documented") -> Rule:
    folder, name = rule_id.split("/")
    text = f'{body}\n[title]\nen = "{name}"\nzh = "{name}"\n[[match]]\n{match}\n{SOURCE}{EXAMPLE}'
    return read_rule(tomllib.loads(text.replace("documented", evidence)), folder, name)


def party(name: str, role: str, body: str = "") -> Party:
    return read_party(tomllib.loads(f'name = "{name}"\nlabel = "{name.title()}"\nrole = "{role}"\n{body}{SOURCE}'), f"{name}.toml")


def catalogue(rules: list[Rule], parties: list[Party] | None = None) -> Catalogue:
    return Catalogue({item.name: item for item in parties or []}, {item.id: item for item in rules}, {}, {})
