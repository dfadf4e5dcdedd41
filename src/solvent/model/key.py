"""A caller's key, as the gateway knows it: never the key itself."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.money import Money


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a key may spend in a `window`: `day` or `month`, by the calendar in UTC."""

    window: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `digest` is its keyed hash in hex. `prepaid`: it spends a balance of its own, else only its budgets limit it.

    `models` are the names that it may ask for, empty: all. `rpm` and `tpm` are requests and tokens a minute, None: without limit.
    """

    id: str
    name: str
    digest: str
    prepaid: bool = False
    budgets: tuple[Budget, ...] = ()
    rpm: int | None = None
    tpm: int | None = None
    models: tuple[str, ...] = ()
    reveal: bool = False
    revoked: bool = False
    created_at_us: int = 0
