"""What the office tells its workers, and what a worker must know before it takes a request."""

from __future__ import annotations

from dataclasses import dataclass, field

from solvent.base.money import Money
from solvent.model.health import Health
from solvent.model.key import Key


@dataclass(frozen=True, slots=True)
class Drill:
    """An account is treated as dry for so long."""

    account: str
    lasts_ms: int


@dataclass(frozen=True, slots=True)
class Change:
    """Something that must be in force at every worker before whoever asked for it is answered.

    `keys`: new, changed and revoked ones. `credited`: by books account, all that was ever paid in. `rearmed`: names of upstream
    accounts whose breakers a person re-arms (a reading of a balance re-arms less and must not come this way). `config`: the text
    of a new, checked config.
    """

    keys: tuple[Key, ...] = ()
    credited: tuple[tuple[str, Money], ...] = ()
    rearmed: tuple[str, ...] = ()
    drills: tuple[Drill, ...] = ()
    config: str | None = None


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """What a worker may spend of one books account: the counters of the books (`floor` None: without limit)."""

    account: str
    floor: Money | None
    credited: Money
    debited: Money
    held: Money


@dataclass(frozen=True, slots=True)
class Opening:
    """All that a worker is told when it comes. `spent`: by key id and window, what was spent in the window that runs."""

    config: str
    keys: tuple[Key, ...]
    leases: tuple[LeaseRow, ...]
    spent: tuple[tuple[str, str, Money], ...] = ()
    health: tuple[Health, ...] = field(default=())
