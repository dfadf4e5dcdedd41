"""The till: every key with what it may spend now, and the queue of those who wait for money that others hold.

Holds are granted here and nowhere else, in memory: the worker's lease is what the office gave it, and nobody else spends from it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from solvent.access.ratelimit import Bucket, Rate, full, take
from solvent.exchange.ports import Clock
from solvent.ledger.accounts import key_account
from solvent.ledger.purse import Lease, Part, Purse, Short
from solvent.model.change import LeaseRow
from solvent.model.key import Key

WAITING_MAX = 64  # requests of one key that wait for money at once
_PARTS = {"day": Part.DAY, "month": Part.MONTH}

Granted = Callable[[Short | None], None]


@dataclass(slots=True)
class _Waiter:
    amount: int
    answer: Granted
    cancel: Callable[[], None]
    short: Short


class Holder:
    """One key: its row, its purse, its rates."""

    __slots__ = ("_bucket", "_minute", "_tokens", "key", "purse", "waiting")

    def __init__(self, key: Key, purse: Purse) -> None:
        self.key = key
        self.purse = purse
        self.waiting: deque[_Waiter] = deque()
        self._bucket: Bucket | None = None
        self._minute = 0
        self._tokens = 0

    def wait_s(self, monotonic_ms: int) -> int:
        """Takes one request from the key's rate; the whole seconds to wait where there is none, else 0."""
        if self.key.tpm is not None and self._minute == monotonic_ms // 60_000 and self._tokens >= self.key.tpm:
            return 60 - monotonic_ms % 60_000 // 1_000
        if self.key.rpm is None:
            return 0
        rate = Rate(self.key.rpm, self.key.rpm)
        now_ns = monotonic_ms * 1_000_000
        self._bucket, wait = take(self._bucket or full(rate, now_ns), rate, now_ns)
        return wait

    def used(self, tokens: int, monotonic_ms: int) -> None:
        """Counts tokens into the minute that runs."""
        minute = monotonic_ms // 60_000
        if minute != self._minute:
            self._minute, self._tokens = minute, 0
        self._tokens += tokens


class Till:
    """All keys of a worker. `digest` turns a key's text into its keyed hash."""

    def __init__(self, clock: Clock, digest: Callable[[str], str]) -> None:
        self._clock = clock
        self._digest = digest
        self._holders: dict[str, Holder] = {}
        self._by_digest: dict[str, Holder] = {}
        self._seen: dict[str, Holder] = {}

    def open(self, keys: Iterable[Key], leases: Iterable[LeaseRow], spent: Iterable[tuple[str, str, int]]) -> None:
        """Takes over what the office knows, once, before the first request."""
        rows = {row.account: row for row in leases}
        gone = {(key_id, window): amount for key_id, window, amount in spent}
        for key in keys:
            row = rows.get(key_account(key.id))
            parts = []
            if key.prepaid and row is not None:
                floor = 0 if row.floor is None else row.floor.nano_usd
                # An open hold of a worker that died stays set aside: nobody here will resolve it.
                parts.append(Lease(Part.BALANCE, row.credited.nano_usd - floor, row.debited.nano_usd, row.held.nano_usd))
            parts += [Lease(_PARTS[budget.window], budget.amount.nano_usd, gone.get((key.id, budget.window), 0)) for budget in key.budgets]
            self._put(Holder(key, Purse(tuple(parts))))

    def _put(self, holder: Holder) -> None:
        self._holders[holder.key.id] = holder
        self._by_digest[holder.key.digest] = holder

    def change(self, keys: Iterable[Key], credited: Iterable[tuple[str, int]]) -> None:
        """Takes over new and changed keys and what was paid in. The same told twice changes nothing."""
        for key in keys:
            known = self._holders.get(key.id)
            if known is None:
                parts = [Lease(Part.BALANCE, 0)] if key.prepaid else []
                parts += [Lease(_PARTS[budget.window], budget.amount.nano_usd) for budget in key.budgets]
                self._put(Holder(key, Purse(tuple(parts))))
            else:
                known.key = key
        self._seen.clear()
        totals = dict(credited)
        for holder in self._holders.values():
            total = totals.get(key_account(holder.key.id))
            balance = holder.purse.lease(Part.BALANCE)
            if total is not None and balance is not None:
                # What was paid in never falls, so an older telling that comes late takes nothing back.
                balance.credited = max(balance.credited, total)
                self._serve(holder)

    def find(self, text: str) -> Holder | None:
        """The key of this text, or None where nobody has it or it was revoked."""
        holder = self._seen.get(text)
        if holder is None:
            holder = self._by_digest.get(self._digest(text))
            if holder is not None and not holder.key.revoked:
                if len(self._seen) >= 10_000:
                    self._seen.clear()
                self._seen[text] = holder
        return None if holder is None or holder.key.revoked else holder

    def hold(self, holder: Holder, amount: int, wait_ms: int, answer: Granted) -> None:
        """Sets an amount aside, after waiting where only other holds are in the way, then calls `answer` with None or what is missing."""
        purse = holder.purse
        if purse.limited:
            day = day_of(self._clock.now_us())
            purse.roll(day, day[:7])
        # Those who came before get their turn first; but what can never fit need not wait for it.
        short = self._ask(purse, amount) if holder.waiting else purse.hold(amount)
        if short is None or not short.passing or wait_ms <= 0 or len(holder.waiting) >= WAITING_MAX:
            answer(short)
            return
        waiter = _Waiter(amount, answer, lambda: None, short)
        waiter.cancel = self._clock.later(wait_ms, lambda: self._give_up(holder, waiter))
        holder.waiting.append(waiter)

    def _ask(self, purse: Purse, amount: int) -> Short:
        short = purse.hold(amount)
        if short is not None:
            return short
        purse.resolve(amount, 0)
        return Short(Part.BALANCE, purse.affordable or 0, True, purse.holds)

    def _give_up(self, holder: Holder, waiter: _Waiter) -> None:
        first = holder.waiting[0] is waiter
        holder.waiting.remove(waiter)
        waiter.answer(holder.purse.hold(waiter.amount) if first else waiter.short)
        if first:
            self._serve(holder)  # those behind it may need less

    def resolve(self, holder: Holder, held: int, cost: int) -> None:
        """Gives a hold back, takes its cost, and serves those who waited."""
        holder.purse.resolve(held, cost)
        if holder.waiting:
            self._serve(holder)

    def _serve(self, holder: Holder) -> None:
        while holder.waiting:
            first = holder.waiting[0]
            short = holder.purse.hold(first.amount)
            if short is not None and short.passing:
                first.short = short
                return
            holder.waiting.popleft()
            first.cancel()
            first.answer(short)


def day_of(now_us: int) -> str:
    """The calendar day in UTC, as `2026-11-25`, of an instant in microseconds since 1970."""
    return _day(now_us // 86_400_000_000)


@lru_cache(maxsize=4)
def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).isoformat()


_EPOCH = date(1970, 1, 1)
