"""A small office for tests: a database in a file, journals in a folder, and workers that only remember what they were told."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from solvent.adapters.journals import JournalFolder
from solvent.adapters.store.answers import SqlAnswers
from solvent.adapters.store.database import database_url, open_database
from solvent.adapters.store.keys import SqlKeys
from solvent.adapters.store.ledger import SqlLedger
from solvent.adapters.store.requests import SqlRequests
from solvent.adapters.store.transactions import Transactions
from solvent.base.money import Money
from solvent.ledger.journal import (
    AttemptBegun,
    AttemptEnded,
    AttemptTold,
    HoldPlaced,
    HoldPosted,
    Outcome,
    Record,
    RequestDone,
    encode,
)
from solvent.ledger.segments import begin_segment
from solvent.model.change import Change
from solvent.model.health import Health
from solvent.model.route import Upstream
from solvent.operations.surroundings import Surroundings
from tests.conftest import FixedClock
from tests.unit.ledger.bookkeeping import CHARGE

PEPPER = b"p" * 32
AT_US = 1_795_608_000_000_000  # 2026-11-25 12:00 UTC
DAY_US = 86_400_000_000


class FakeWorkers:
    """Remembers every change, and says of the accounts what a test sets."""

    def __init__(self) -> None:
        self.told: list[Change] = []
        self.healths: tuple[Health, ...] = ()

    async def tell(self, change: Change) -> None:
        self.told.append(change)

    def health(self) -> tuple[Health, ...]:
        return self.healths


def upstream(name: str, balance: str | None = None) -> Upstream:
    return Upstream(name, "acme", None, relay=False, endpoints={}, balance=None if balance is None else Money.parse(balance))


@dataclass
class World:
    around: Surroundings
    ledger: SqlLedger
    keys: SqlKeys
    requests: SqlRequests
    answers: SqlAnswers
    transactions: Transactions
    engine: AsyncEngine
    workers: FakeWorkers
    clock: FixedClock
    folder: Path
    configured: list[Upstream] = field(default_factory=list)

    def write(self, records: list[Record], *, journal: str = "worker-1", torn: bytes = b"") -> None:
        """Appends to the journal's newest segment, which begins with the first records."""
        segments = sorted((self.folder / journal).glob("*.seg"))
        if not segments:
            self.begin(journal)
            segments = sorted((self.folder / journal).glob("*.seg"))
        with segments[-1].open("ab") as file:
            file.write(b"".join(map(encode, records)) + torn)

    def begin(self, journal: str = "worker-1") -> Path:
        """A new segment behind those that are there."""
        folder = self.folder / journal
        folder.mkdir(parents=True, exist_ok=True)
        segments = sorted(folder.glob("*.seg"))
        number = int(segments[-1].stem) + 1 if segments else 1
        path = folder / f"{number:08d}.seg"
        path.write_bytes(begin_segment(journal, number, segments[-1].read_bytes() if segments else None))
        return path


@asynccontextmanager
async def opened(folder: Path, clock: FixedClock) -> AsyncIterator[World]:
    engine = await open_database(database_url("sqlite:///solvent.db", folder))
    transactions, workers, configured = Transactions(engine), FakeWorkers(), [upstream("main", "25.00"), upstream("relay")]
    ledger, keys, requests, answers = SqlLedger(transactions), SqlKeys(transactions), SqlRequests(transactions), SqlAnswers(transactions)
    around = Surroundings(
        ledger=ledger,
        keys=keys,
        requests=requests,
        answers=answers,
        journals=JournalFolder(folder / "journal"),
        workers=workers,
        clock=clock,
        random_bytes=random.Random(folder.name).randbytes,
        configured=lambda: tuple(configured),
        pepper=PEPPER,
    )
    yield World(around, ledger, keys, requests, answers, transactions, engine, workers, clock, folder / "journal", configured)
    await engine.dispose()


def served(name: str, key_id: str, cost: int, *, at_us: int = AT_US, ceiling: int = 1_000_000, account: str = "main") -> list[Record]:
    """The records of one request that one account answered at once."""
    attempt, key = f"{name}/1", f"key:{key_id}"
    return [
        HoldPlaced(name, key, Money(ceiling), at_us),
        AttemptBegun(attempt, name, account, Money(ceiling), at_us),
        AttemptEnded(attempt, Outcome.USAGE, Money(cost), at_us, (f"req_{name}",), CHARGE),
        HoldPosted(name, Money(cost), CHARGE, at_us),
        done(name, key_id, cost, at_us=at_us, account=account),
    ]


def done(name: str, key_id: str, cost: int = 0, *, at_us: int = AT_US, account: str = "main", status: int = 200) -> RequestDone:
    told = AttemptTold(account, "m-1", status, Outcome.USAGE, 80, (f"req_{name}",), "" if status < 400 else "server_error")
    return RequestDone(name, key_id, at_us, 90, "openai", "m", "m", status, (told,), (("input_tokens", 3),), Money(cost), "reported")
