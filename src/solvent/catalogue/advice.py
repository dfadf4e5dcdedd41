"""Advice texts: written once for each category, whose wallet it is and who acts; a rule overrides only what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solvent.catalogue.steps import Act, read_acts
from solvent.catalogue.tables import Steps, Table, Words
from solvent.model.verdict import Actor, Category, Wallet


@dataclass(frozen=True, slots=True)
class Advice:
    """The four parts and what goes with them. Texts may hold `{provider}`, `{relay}`, `{app}`, `{status}` and `{should_be}`.

    `summary` is the answer in two sentences, `meaning` what the error says in plain words, `write_to` a message to whoever must
    act (None where nobody need be written to), `handling` which code sample fits, `acts` what the reader does in their app,
    `paid` what comes first where they paid already and calls still fail.
    """

    category: Category
    wallet: Wallet | None
    actor: Actor | None
    summary: Words
    meaning: Words
    cause: Words
    who_acts: Words
    solution: Steps
    prevention: Steps
    write_to: Words | None
    handling: str
    acts: tuple[Act, ...] = ()
    paid: Steps | None = None


HANDLINGS = ("money", "wait", "fix", "wake", "none")


def read_advice(data: dict[str, Any], where: str) -> list[Advice]:
    """All entries of one file `advice/<category>.toml`, most specific first. Raises `CatalogueError` with the file's name."""
    top = Table(data, where)
    category = Category(top.choice("category", tuple(item.value for item in Category)))
    entries = []
    for table in top.tables("advice"):
        parts = {key: table.words(key) for key in ("summary", "meaning", "cause", "who_acts")}
        steps = {key: table.steps(key) for key in ("solution", "prevention")}
        missing = [key for key, value in {**parts, **steps}.items() if value is None]
        if missing:
            raise table.fail(f"`{missing[0]}` is missing")
        entries.append(
            Advice(
                category=category,
                wallet=table.member("wallet", Wallet),
                actor=table.member("actor", Actor),
                write_to=table.words("write_to"),
                handling=table.choice("handling", HANDLINGS, "none"),
                acts=read_acts(table) or (),
                paid=table.steps("paid"),
                **parts,  # type: ignore[arg-type]
                **steps,  # type: ignore[arg-type]
            )
        )
        table.done()
    top.done()
    if not any(entry.wallet is None and entry.actor is None for entry in entries):
        raise top.fail("one `[[advice]]` without `wallet` and `actor` is needed for the cases that no other covers")
    return sorted(entries, key=lambda entry: (entry.wallet is None, entry.actor is None))
