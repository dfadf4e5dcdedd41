"""The accounts held at providers: how they fare, what they hold by our books, and drills that pretend one is dry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solvent.base.money import ZERO
from solvent.ledger import transfers
from solvent.ledger.accounts import Account, upstream_account
from solvent.model.change import Change, Drill
from solvent.model.health import Closed, Health
from solvent.model.route import Upstream
from solvent.operations.asking import Answered, Refused, Why, Wish, again
from solvent.operations.folding import NOTHING_COUNTED, Tally
from solvent.operations.shapes import iso
from solvent.operations.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class AccountState:
    """A configured account, what its worker last said of it, and what the books know."""

    upstream: Upstream
    health: Health
    account: Account
    tally: Tally

    @property
    def shadowed(self) -> bool:
        """Whether the books know a balance: only where somebody said what was paid in."""
        return self.account.credited > ZERO

    def as_json(self) -> dict[str, Any]:
        """Its fields."""
        return {
            "name": self.upstream.name,
            "provider": self.upstream.provider,
            "state": self.health.state,
            "closed": [_closed(part) for part in self.health.closed],
            "balance_usd": str(self.account.settled) if self.shadowed else None,
            "balance_source": "shadow" if self.shadowed else "none",
            "spent_usd": str(self.tally.spent),
            "requests": self.tally.requests,
            "errors": self.tally.errors,
            "runway": None,
        }


def _closed(part: Closed) -> dict[str, Any]:
    return {"scope": part.scope, "why": part.why, "since": iso(part.since_us), "until": iso(part.until_us), "text": part.text or None}


class Accounts:
    """The acts on accounts held at providers."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    async def list(self, *, counted: bool = True) -> tuple[AccountState, ...]:
        """Every configured account, in the order of the config. `counted`: with what was ever spent there, a sum over all days."""
        configured = self._around.configured()
        names = [upstream_account(one.name) for one in configured]
        accounts = await self._around.ledger.accounts(names)
        tallies = await self._around.ledger.tallies(names, 0) if counted else {}
        health = {one.account: one for one in self._around.workers.health()}
        return tuple(
            AccountState(
                one,
                health.get(one.name, Health(one.name, "ready")),
                accounts.get(name, Account()),
                tallies.get(name, NOTHING_COUNTED),
            )
            for one, name in zip(configured, names, strict=True)
        )

    async def post_openings(self) -> None:
        """Books the opening credit that the config states of an account, once in its life.

        A later change of the figure in the config moves nothing: what was spent meanwhile stands, and money that was paid in is a top-up.
        """
        for one in self._around.configured():
            if one.balance is not None and one.balance > ZERO:
                paid = transfers.top_up(
                    f"opening:{one.name}", upstream_account(one.name), one.balance, reference="opening credit", at_us=self._around.now_us()
                )
                # Refused where it was booked with another figure: that one stands.
                await self._around.ledger.move(paid)

    def probe(self, name: str) -> Refused:
        """Why the balance at the provider cannot be read now."""
        one = self._around.upstream(name)
        provider = "" if one is None else one.provider
        message = f"the balance of `{name}` cannot be read at `{provider}` yet; note what you pay in with a top-up of the account"
        return self._around.no_account(name) or Refused(Why.CONFLICT, message)

    async def drill(self, name: str, lasts_ms: int, idempotency_key: str | None = None) -> Answered | Refused:
        """Treats an account as dry for so long, at every worker once this returns. No money moves."""
        refusal = self._around.no_account(name)
        if refusal is not None:
            return refusal
        wish = None if idempotency_key is None else Wish.of(idempotency_key, "drill", [name, lasts_ms])
        kept = None if wish is None else await self._around.answers.find(wish)
        if wish is not None and kept is not None:
            return again(kept, wish)
        until_us = self._around.now_us() + lasts_ms * 1000
        await self._around.workers.tell(Change(drills=(Drill(name, lasts_ms),)))
        body = {"account": name, "kind": "exhaust", "until": iso(until_us)}
        if wish is not None:
            kept = await self._around.answers.first(wish, body)
        return Answered(body) if wish is None or kept is None else again(kept, wish)
