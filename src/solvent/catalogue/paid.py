"""“I paid and it still fails”: what is known of the way from a payment to a call that passes.

Each party says in `[[paid]]` what somebody read about it: how long money takes to count, what else refuses the call although the money
is there, and how to look for free. `said.toml` holds the words by which readers tell that they have paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solvent.catalogue.tables import Source, Table, Words
from solvent.model.verdict import Wallet

KINDS = ("delay", "cause", "check")
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was read. `command` is a call that costs nothing; `wallets` are those that the fact is about, empty for all."""

    kind: str
    words: Words
    command: str | None
    wallets: frozenset[Wallet]
    source: Source


def read_paid(tables: list[Table]) -> tuple[Fact, ...]:
    """A party's `[[paid]]`. Raises `CatalogueError` for one that nobody read or whose source has no address to open."""
    return tuple(_fact(table) for table in tables)


def _fact(table: Table) -> Fact:
    names = table.texts("wallet")
    unknown = [name for name in names if name not in tuple(Wallet)]
    if unknown:
        raise table.fail(f"`wallet` holds `{unknown[0]}`; it must be of {', '.join(Wallet)}")
    found = Fact(
        kind=table.choice("kind", KINDS),
        words=Words(en=table.text("en"), zh=table.text("zh")),
        command=table.text("command", "") or None,
        wallets=frozenset(map(Wallet, names)),
        source=table.source(),
    )
    table.done()
    if not found.source.verified or not found.source.address.startswith("https://"):
        raise table.fail("what is told to somebody who paid needs a source that was read, with its https:// address: it is shown beside it")
    return found


def read_said(data: dict[str, Any]) -> tuple[str, ...]:
    """The expressions of `said.toml` that tell of a payment. Raises `CatalogueError`."""
    top = Table(data, "said.toml")
    table = top.table("paid")
    if table is None:
        raise top.fail("`[paid]` is missing")
    found = table.texts("text")
    table.done()
    top.done()
    if not found:
        raise top.fail("`[paid]` needs `text`")
    return found
