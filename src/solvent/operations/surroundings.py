"""What the operations on keys, money and accounts need from outside, in one value: the composition root fills it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from solvent.base.clock import Clock
from solvent.model.route import Upstream
from solvent.operations.asking import Refused, Why
from solvent.operations.instants import microseconds
from solvent.operations.ports import AnswerStore, Journals, KeyStore, LedgerStore, RequestStore, Workers


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`configured`: the accounts of the config that is in force. `pepper`: the secret that keys are hashed with, 1 to 64 bytes."""

    ledger: LedgerStore
    keys: KeyStore
    requests: RequestStore
    answers: AnswerStore
    journals: Journals
    workers: Workers
    clock: Clock
    random_bytes: Callable[[int], bytes]
    configured: Callable[[], tuple[Upstream, ...]]
    pepper: bytes = field(repr=False)

    def now_us(self) -> int:
        """The present instant in microseconds since 1970."""
        return microseconds(self.clock.now())

    def upstream(self, name: str) -> Upstream | None:
        """The configured account of this name, or None."""
        return next((one for one in self.configured() if one.name == name), None)

    def no_account(self, name: str) -> Refused | None:
        """Why nothing can be done with an account of this name: the config has none. None where it has."""
        if self.upstream(name) is not None:
            return None
        return Refused(Why.UNKNOWN, f"there is no account `{name}` in the config; `GET /api/accounts` lists them")
