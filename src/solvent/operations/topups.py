"""Money paid in: to a caller's key, or to the shadow of a balance held at a provider. Each happens once under its Idempotency-Key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solvent.base import ids
from solvent.base.money import Money
from solvent.ledger import transfers
from solvent.ledger.accounts import Account, key_account, upstream_account
from solvent.ledger.transfers import Refusal
from solvent.model.change import Change
from solvent.operations import shapes
from solvent.operations.asking import Answered, Draft, Kept, Refused, Why, Wish, again, refused
from solvent.operations.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Payment:
    """What is paid in, and what the books say about it. `idempotency_key` None: it is a payment of its own whatever came before."""

    amount: Money
    reference: str = ""
    idempotency_key: str | None = None

    def wish(self, account: str) -> Wish | None:
        """What is asked for under the Idempotency-Key, or None without one. Raises `UsageError` where that key is none."""
        if self.idempotency_key is None:
            return None
        return Wish.of(self.idempotency_key, f"top up {account}", [str(self.amount), self.reference])


@dataclass(frozen=True, slots=True)
class _Way:
    """Where money goes: the account of the books, how the answer names it, and the accounts at providers that it re-arms."""

    account: str
    target: dict[str, str]
    rearmed: tuple[str, ...] = ()


class TopUps:
    """The acts of paying in."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    async def to_key(self, key_id: str, payment: Payment) -> Answered | Refused:
        """Pays into a prepaid key; every worker knows of the money once this returns."""
        way = _Way(key_account(key_id), {"key_id": key_id})
        return await self._first(way, payment) or await self._no_key(key_id) or await self._pay(way, payment)

    async def to_account(self, name: str, payment: Payment) -> Answered | Refused:
        """Notes money that was paid in at a provider. Whatever of the account was closed for want of money is re-armed."""
        way = _Way(upstream_account(name), {"account": name}, (name,))
        return await self._first(way, payment) or self._around.no_account(name) or await self._pay(way, payment)

    async def rearm(self, name: str) -> Answered | Refused:
        """Opens again, at every worker once this returns, whatever of the account is closed. No money moves, however often it is done."""
        refusal = self._around.no_account(name)
        if refusal is not None:
            return refusal
        await self._around.workers.tell(Change(rearmed=(name,)))
        return Answered({"account": name, "rearmed": True})

    async def _first(self, way: _Way, payment: Payment) -> Answered | Refused | None:
        """What was answered under this Idempotency-Key, whatever became of its key or account since."""
        wish = payment.wish(way.account)
        kept = None if wish is None else await self._around.answers.find(wish)
        if wish is None or kept is None:
            return None
        first = again(kept, wish)
        if isinstance(first, Answered):
            # Whoever asks again may do so because the first answer was lost, and with it perhaps what the workers were told.
            await self._tell(way)
        return first

    async def _no_key(self, key_id: str) -> Refused | None:
        key = await self._around.keys.get(key_id)
        if key is None:
            return Refused(Why.UNKNOWN, f"there is no key `{key_id}`; `GET /api/keys` lists them")
        if key.revoked:
            return Refused(Why.CONFLICT, f"the key `{key_id}` is revoked, and nobody could spend the money; make a new key")
        if not key.prepaid:
            message = f"the key `{key_id}` has no balance of its own: its budgets alone limit it; make one with `balance_usd` to prepay"
            return Refused(Why.CONFLICT, message)
        return None

    async def _pay(self, way: _Way, payment: Payment) -> Answered | Refused:
        at_us, wish = self._around.now_us(), payment.wish(way.account)
        once = ids.occurrence_id(self._around.random_bytes) if wish is None else wish.id
        transfer = transfers.top_up(once, way.account, payment.amount, reference=payment.reference, at_us=at_us)

        def answer(after: Account) -> dict[str, Any]:
            paid = shapes.paid(transfer.id, way.target, payment.amount, payment.reference, at_us)
            return paid | {"balance_usd": str(after.settled)}

        done = await self._around.ledger.move(transfer, None if wish is None else Draft(wish, answer))
        if isinstance(done, Refusal):
            return refused(done)
        if isinstance(done, Kept):
            assert wish is not None, "only a draft with a wish finds an answer that is kept"
            first = again(done, wish)
        else:
            first = Answered(answer(done))
        if isinstance(first, Answered):
            await self._tell(way)
        return first

    async def _tell(self, way: _Way) -> None:
        """All that was ever paid in, as it stands now: told twice it is no more money."""
        account = (await self._around.ledger.accounts([way.account])).get(way.account, Account())
        await self._around.workers.tell(Change(credited=((way.account, account.credited),), rearmed=way.rearmed))
