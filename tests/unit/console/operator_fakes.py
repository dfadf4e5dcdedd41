"""The operations over stores in memory, for the operator's pages: real acts, no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from solvent.adapters.memory import MemoryCaseStore
from solvent.console.operator_site import Operations
from solvent.ledger.accounts import AMOUNT_MAX, Account, key_account
from solvent.ledger.journal import RequestDone
from solvent.ledger.transfers import Reason, Refusal, Transfer
from solvent.model.change import Change
from solvent.model.health import Health
from solvent.model.key import Key
from solvent.model.occurrence import Page
from solvent.model.route import Upstream
from solvent.operations.accounts import Accounts
from solvent.operations.asking import Draft, Kept, Wish
from solvent.operations.assistance import Opinions
from solvent.operations.cases import Desk
from solvent.operations.casework import Casework
from solvent.operations.folding import Tally
from solvent.operations.keys import Keys
from solvent.operations.ports import Journals
from solvent.operations.requests import Requests
from solvent.operations.surroundings import Surroundings
from solvent.operations.topups import TopUps
from tests.conftest import FixedClock
from tests.opinions import OpinionRows

Row = TypeVar("Row")


class Answers:
    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}

    async def find(self, wish: Wish) -> Kept | None:
        return self.kept.get(wish.id)

    async def first(self, wish: Wish, body: dict[str, Any]) -> Kept | None:
        if wish.id in self.kept:
            return self.kept[wish.id]
        self.kept[wish.id] = Kept(wish.content, body)
        return None


@dataclass
class Ledger:
    answers: Answers
    rows: dict[str, Account] = field(default_factory=dict)
    counted: dict[str, Tally] = field(default_factory=dict)
    transfers: list[Transfer] = field(default_factory=list)
    open_holds: int = 0

    async def move(self, transfer: Transfer, draft: Draft | None = None) -> Account | Kept | Refusal:
        if draft is not None and (kept := await self.answers.find(draft.wish)) is not None:
            return kept
        if transfer.amount > AMOUNT_MAX:
            return Refusal(Reason.AMOUNT_OUT_OF_RANGE, transfer.id)
        after = self.rows[transfer.credit] = self.rows.get(transfer.credit, Account()).credit(transfer.amount)
        self.transfers.append(transfer)
        if draft is not None:
            await self.answers.first(draft.wish, draft.answer(after))
        return after

    async def accounts(self, names: Iterable[str]) -> dict[str, Account]:
        return {name: self.rows[name] for name in names if name in self.rows}

    async def tallies(self, accounts: Iterable[str], since_day: int) -> dict[str, Tally]:  # noqa: ARG002 - the port has it
        return {name: self.counted[name] for name in accounts if name in self.counted}

    async def count_open_holds(self, account: str) -> int:  # noqa: ARG002 - the port has it
        return self.open_holds


@dataclass
class KeyRows:
    ledger: Ledger
    rows: dict[str, Key] = field(default_factory=dict)

    async def add(self, key: Key, paid: Transfer | None, draft: Draft | None = None) -> Account | Kept | Refusal:
        if draft is not None and (kept := await self.ledger.answers.find(draft.wish)) is not None:
            return kept
        self.rows[key.id] = key
        after = self.ledger.rows.setdefault(key_account(key.id), Account())
        if paid is not None:
            moved = await self.ledger.move(paid)
            if not isinstance(moved, Account):
                del self.rows[key.id]
                return moved
            after = moved
        if draft is not None:
            await self.ledger.answers.first(draft.wish, draft.answer(after))
        return after

    async def get(self, key_id: str) -> Key | None:
        return self.rows.get(key_id)

    async def all(self) -> tuple[Key, ...]:
        return tuple(self.rows.values())

    async def page(self, *, limit: int, after: str | None) -> Page[Key]:
        return paged(list(reversed(self.rows.values())), limit, after)

    async def revoke(self, key_id: str) -> Key | None:
        if key_id in self.rows:
            self.rows[key_id] = replace(self.rows[key_id], revoked=True)
        return self.rows.get(key_id)

    async def amend(self, key: Key) -> Key | None:
        if key.id in self.rows:
            self.rows[key.id] = replace(self.rows[key.id], budgets=key.budgets, rpm=key.rpm, tpm=key.tpm, models=key.models)
        return self.rows.get(key.id)


class RequestRows:
    def __init__(self) -> None:
        self.rows: list[RequestDone] = []

    async def get(self, request_id: str) -> RequestDone | None:
        return next((row for row in self.rows if row.request_id == request_id), None)

    async def find(self, some_id: str) -> tuple[RequestDone, ...]:
        return tuple(row for row in self.rows if some_id in ids_of(row))

    async def page(self, *, limit: int, after: str | None) -> Page[RequestDone]:
        return paged(self.rows, limit, after)


class Workers:
    def __init__(self) -> None:
        self.told: list[Change] = []
        self.healths: tuple[Health, ...] = ()

    async def tell(self, change: Change) -> None:
        self.told.append(change)

    def health(self) -> tuple[Health, ...]:
        return self.healths


def paged(rows: list[Row], limit: int, after: str | None) -> Page[Row]:
    start = int(after) if after and after.isdigit() else 0
    return Page(tuple(rows[start : start + limit]), str(start + limit) if len(rows) > start + limit else None)


def ids_of(row: RequestDone) -> Iterator[str]:
    yield row.request_id
    for told in row.attempts:
        yield from told.upstream_request_ids


class House:
    """Everything behind the pages, for a test to arrange and to look at."""

    def __init__(self, desk: Desk, cases: MemoryCaseStore, clock: FixedClock, random_bytes: Any) -> None:
        self.cases = cases
        self.clock = clock
        self.answers = Answers()
        self.ledger = Ledger(self.answers)
        self.keys = KeyRows(self.ledger)
        self.requests = RequestRows()
        self.workers = Workers()
        self.opinions = OpinionRows()
        self.upstreams: tuple[Upstream, ...] = ()
        self.around = Surroundings(
            ledger=cast("Any", self.ledger),
            keys=self.keys,
            requests=self.requests,
            answers=self.answers,
            journals=cast("Journals", None),
            workers=self.workers,
            clock=clock,
            random_bytes=random_bytes,
            configured=lambda: self.upstreams,
            pepper=b"a pepper of the test",
        )
        self.operations = Operations(
            desk=desk,
            casework=Casework(desk.engine, cases, cases, self.answers),
            accounts=Accounts(self.around),
            keys=Keys(self.around),
            topups=TopUps(self.around),
            requests=Requests(self.requests),
            opinions=Opinions(self.opinions),
            gateway_url="http://127.0.0.1:8400",
        )
