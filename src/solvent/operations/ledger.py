"""The books: folding the journals into them, what a worker is told at its start, and their audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from solvent.base.money import Money
from solvent.ledger.accounts import key_account
from solvent.ledger.audit import Discrepancy, Evidence, audit
from solvent.ledger.journal import Record
from solvent.model.change import LeaseRow, Opening
from solvent.model.key import Key
from solvent.operations.folding import NOTHING_COUNTED, Contradiction, Place
from solvent.operations.instants import window_start
from solvent.operations.ports import Journals, LedgerStore
from solvent.operations.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was folded in: the number of records, those that the books refused, and by journal why it cannot be read on."""

    records: int
    refused: tuple[Contradiction, ...]
    broken: dict[str, str]


class Bookkeeper:
    """Keeps the books up with the journals.

    `before` is given the records of each batch before they are folded in, so that it misses none; after a crash it may see some again.
    `notice` is told what came of each time that the books were caught up, whoever asked for it.
    """

    def __init__(
        self,
        around: Surroundings,
        before: Callable[[tuple[Record, ...]], Awaitable[object]] | None = None,
        notice: Callable[[CaughtUp], None] | None = None,
    ) -> None:
        self._around = around
        self._before = before
        self._notice = notice
        self._places: dict[str, Place] = {}

    async def catch_up(self) -> CaughtUp:
        """Folds in all that stands in the journals now. May run beside itself: what the other took is not taken again."""
        records = 0
        refused: list[Contradiction] = []
        broken: dict[str, str] = {}
        for journal in self._around.journals.names():
            more = True
            while more:
                batch = self._around.journals.read(await self._place(journal))
                more = batch.more
                if batch.broken:
                    broken[journal] = batch.broken
                if batch.until == batch.since:
                    break
                if self._before is not None:
                    await self._before(batch.records)
                folded = await self._around.ledger.fold(batch)
                self._places[journal] = folded.place
                if folded.took:
                    records += len(batch.records)
                    refused += folded.refused
                else:
                    more = True
        done = CaughtUp(records, tuple(refused), broken)
        if self._notice is not None:
            self._notice(done)
        return done

    async def _place(self, journal: str) -> Place:
        if journal not in self._places:
            self._places = await self._around.ledger.places() | self._places
        return self._places.setdefault(journal, Place(journal))

    async def opening(self, config: str) -> Opening:
        """What a worker is told when it comes, with the books up to date: a dead worker's journal is read to its end."""
        await self.catch_up()
        keys = await self._around.keys.all()
        live = [key_account(key.id) for key in keys if not key.revoked]
        accounts = await self._around.ledger.accounts(live)
        leases = tuple(LeaseRow(name, row.floor, row.credited, row.debited, row.held) for name, row in accounts.items())
        return Opening(config, keys, leases, await self._spent(keys), self._around.workers.health())

    async def _spent(self, keys: tuple[Key, ...]) -> tuple[tuple[str, str, Money], ...]:
        """What each budget's window has seen so far, by the calendar in UTC."""
        limited = [(key, budget.window) for key in keys if not key.revoked for budget in key.budgets]
        now_us = self._around.now_us()
        spent = []
        for window in sorted({window for _, window in limited}):
            names = [key_account(key.id) for key, wanted in limited if wanted == window]
            counted = await self._around.ledger.tallies(names, window_start(window, now_us))
            spent += [
                (key.id, window, counted.get(key_account(key.id), NOTHING_COUNTED).spent) for key, wanted in limited if wanted == window
            ]
        return tuple(spent)

    async def audit(self) -> tuple[Discrepancy, ...]:
        """Every discrepancy of the books and the journals. Works while they grow."""
        return await audit_books(self._around.ledger, self._around.journals)


async def audit_books(ledger: LedgerStore, journals: Journals) -> tuple[Discrepancy, ...]:
    """Every discrepancy between a store's books and the journals, up to where these were folded in."""
    witness = await ledger.witness()
    records, ends = journals.read_all(witness.places)
    return audit(Evidence(witness.entries, witness.accounts, records, ends))
