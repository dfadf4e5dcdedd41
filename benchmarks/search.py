"""How long the desk's searches take over a million occurrences: the first page, newest first, with its count.

The store is filled as filings fill it, though in bulk, with the examples of the catalogue's own rules: one word stands in half of all
texts, others in one of a thousand or in a single one. Every figure is a median over rounds, through the store that the office uses.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from solvent.adapters.store.cases import SqlCaseStore
from solvent.adapters.store.database import database_url, open_database
from solvent.adapters.store.indexing import place_of
from solvent.adapters.store.transactions import Transactions
from solvent.base import ids, terms
from solvent.catalogue.load import packaged
from solvent.model.filters import Filters
from solvent.model.occurrence import Case, Occurrence, View
from solvent.model.verdict import Category, Wallet
from solvent.operations import instants, naming

OCCURRENCES = 1_000_000
RARE_WORDS = 1_000
CHUNK = 20_000
ROUNDS = 9
PAGE_LENGTH = 25
NEWEST = datetime(2026, 11, 25, tzinfo=UTC)
APART = timedelta(seconds=30)
RELAYS, APPS = ("new-api", "one-api", "openrouter"), ("cherry-studio", "claude-code", "cline")
_CASES = (
    "INSERT INTO cases (id, state, rule, category, wallet, provider, template, count, first_at, last_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_OCCURRENCES = (
    "INSERT INTO occurrences (id, case_id, at, source, text, struck, language, listed, took_us, via, place)"
    " VALUES (?, ?, ?, ?, ?, '[]', 'en', ?, 900, ?, ?)"
)
_COUNTS = (
    "INSERT INTO case_parties (party, case_id, count)"
    " SELECT value, case_id, count(*) FROM occurrences, json_each(via) GROUP BY value, case_id"
)
_FACTS = "SELECT place, facts FROM occurrence_facts WHERE place BETWEEN ? AND ? ORDER BY place"
_INDEX = "INSERT INTO occurrence_search (rowid, facts, words) VALUES (?, ?, ?)"


def groups() -> list[tuple[Case, str, str]]:
    """A case for each rule of the catalogue, with the text of its pastes and the terms that these share."""
    found = []
    for number, rule in enumerate(packaged().rules.values()):
        text = rule.examples[0].text[:160]
        case = Case(
            id=f"{number:016x}",
            state="resolved" if number % 50 == 0 else "answered",
            rule=rule.id,
            category=rule.category,
            wallet=rule.wallet or Wallet.NONE,
            provider=rule.provider or "unknown",
            template=text[:100],
            count=0,
            first_at=NEWEST - OCCURRENCES * APART,
            last_at=NEWEST,
        )
        shared = terms.terms(f"{text} {naming.words(case, packaged())} {'oddgizmo' if number % 2 else 'evengizmo'}")
        found.append((case, text, " ".join(shared)))
    return found


def rows(chance: random.Random, cases: list[tuple[Case, str, str]]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """One occurrence after the other, oldest first: its row, and what the index gets."""
    at = NEWEST - OCCURRENCES * APART
    for number in range(OCCURRENCES):
        at += APART
        case, text, shared = cases[chance.randrange(len(cases))]
        rare, request_id = f"gadget{_letters(chance.randrange(RARE_WORDS))}", f"req{chance.getrandbits(96):024x}"
        via = f'["{chance.choice(RELAYS)}", "{chance.choice(APPS)}"]' if number % 2 else "[]"
        name = ids.occurrence_id(chance.randbytes)
        private = number % 4 == 0
        row = (name, case.id, instants.microseconds(at), "gateway" if private else "paste", f"{text} {rare} {request_id}", not private)
        yield (*row, via, place_of(at)), f"{shared} {rare} {request_id} {name}"


def _row(case: Case, count: int) -> tuple[Any, ...]:
    first_us, last_us = map(instants.microseconds, (case.first_at, case.last_at))
    return case.id, case.state, case.rule, case.category, case.wallet, case.provider, case.template, count, first_us, last_us


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:03d}")


def fill(path: Path) -> None:
    """Puts everything into a store that was made before."""
    chance, cases = random.Random(7), groups()
    words = {word for _, _, shared in cases for word in shared.split(" ") if terms.listed_as_word(word)}
    words |= {f"gadget{_letters(number)}" for number in range(RARE_WORDS)}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-500000")
        connection.execute("INSERT INTO occurrence_search (occurrence_search, rank) VALUES ('hashsize', 67108864)")
        connection.execute("BEGIN")
        # Counting row by row is what a filing does; a million rows are counted at once.
        (counting,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'occurrences_added'").fetchone()
        connection.execute("DROP TRIGGER occurrences_added")
        connection.executemany(_CASES, [_row(case, OCCURRENCES // len(cases)) for case, _, _ in cases])
        connection.executemany(
            "INSERT INTO case_search (case_id, words) VALUES (?, ?)", [(case.id, f"=id:{case.id} {shared}") for case, _, shared in cases]
        )
        connection.executemany("INSERT INTO search_words (word) VALUES (?)", [(word,) for word in sorted(words)])
        made = rows(chance, cases)
        while chunk := list(islice(made, CHUNK)):
            connection.executemany(_OCCURRENCES, [row for row, _ in chunk])
            facts = connection.execute(_FACTS, (chunk[0][0][-1], chunk[-1][0][-1])).fetchall()
            connection.executemany(_INDEX, [(*fact, words) for fact, (_, words) in zip(facts, chunk, strict=True)])
        connection.execute(_COUNTS)
        connection.execute(counting)
        connection.execute("COMMIT")


def searches() -> dict[str, Filters]:
    """What is looked for, by what makes it hard."""
    day = timedelta(days=1)
    return {
        "nothing: the newest": Filters(view=View.DESK),
        "a word of half of them": Filters(words=terms.wanted("oddgizmo"), view=View.DESK),
        "one Chinese sign": Filters(words=terms.wanted("额"), view=View.DESK),
        "余额不足": Filters(words=terms.wanted("余额不足"), view=View.DESK),
        "a word of one in a thousand": Filters(words=terms.wanted("gadgetbcd"), view=View.DESK),
        "the beginning of a thousand words": Filters(words=terms.wanted("gadg"), view=View.DESK),
        "the beginning of common words": Filters(words=terms.wanted("cre"), view=View.DESK),
        "a common and a rare word, and both languages": Filters(words=terms.wanted("oddgizmo gadgetbcd 账户"), view=View.DESK),
        "two words of half of them that never meet": Filters(words=terms.wanted("oddgizmo evengizmo"), view=View.DESK),
        "a category, a relay and a word": Filters(words=terms.wanted("error"), category="rate_limited", via="new-api", view=View.DESK),
        "a state of few cases": Filters(state="resolved", view=View.DESK),
        "a word in a week of last year": Filters(words=terms.wanted("error"), since=NEWEST - 340 * day, until=NEWEST - 333 * day),
        "a word that nothing has": Filters(words=terms.wanted("nowhere"), view=View.DESK),
    }


async def _measured(data: Path) -> tuple[dict[str, tuple[float, int]], dict[str, float]]:
    engine = await open_database(database_url("sqlite:///solvent.db", data))
    try:
        store = SqlCaseStore(Transactions(engine))
        found = {}
        for name, filters in searches().items():
            got = await store.find(filters, limit=PAGE_LENGTH, after=None)
            found[name] = (await _median_ms(lambda filters=filters: store.find(filters, limit=PAGE_LENGTH, after=None)), got.count)
        newest = (await store.find(Filters(), limit=1, after=None)).page.items[0][0]
        one = Filters(words=terms.wanted(newest.text.rpartition(" ")[2]))
        assert (await store.find(one, limit=2, after=None)).count == 1
        found["a request id"] = (await _median_ms(lambda: store.find(one, limit=PAGE_LENGTH, after=None)), 1)
        cases = {
            "cases by a word": await _median_ms(
                lambda: store.find_cases(Filters(words=terms.wanted("credit")), limit=PAGE_LENGTH, after=None)
            )
        }
        filed = iter(range(10**6))
        cases["one filing"] = await _median_ms(lambda: store.file(*_another(newest, next(filed))))
        return found, cases
    finally:
        await engine.dispose()


def _another(like: Occurrence, number: int) -> tuple[Occurrence, Case]:
    at = NEWEST + timedelta(seconds=1 + number)
    item = Occurrence(f"o{number:019d}", like.case_id, at, "paste", like.text, (), "en", True, 1, via=("new-api",))
    return item, Case(like.case_id, "answered", None, Category.OTHER, Wallet.NONE, "unknown", "", 1, at, at)


async def _median_ms(work: Any) -> float:
    figures = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await work()
        figures.append((time.perf_counter() - started) * 1000)
    return statistics.median(figures)


def measure() -> tuple[list[tuple[str, ...]], dict[str, Any]]:
    """The table's rows, and the same for machines."""
    with tempfile.TemporaryDirectory(prefix="solvent-search-") as folder:
        data = Path(folder)
        asyncio.run(_made(data))
        started = time.perf_counter()
        fill(data / "solvent.db")
        filled_s = time.perf_counter() - started
        size = (data / "solvent.db").stat().st_size
        found, others = asyncio.run(_measured(data))
    table: list[tuple[str, ...]] = [
        (f"{OCCURRENCES:,} occurrences filled, {size / 2**20:,.0f} MiB", f"{filled_s:.0f} s"),
        *((f"search for {name}: {_counted(count)} found", f"{ms:.1f} ms") for name, (ms, count) in found.items()),
        *((name, f"{ms:.1f} ms") for name, ms in others.items()),
    ]
    figures = {name: round(ms, 2) for name, (ms, _) in found.items()} | {name: round(ms, 2) for name, ms in others.items()}
    return table, {"occurrences": OCCURRENCES, "bytes": size, "fill_s": round(filled_s, 1), "ms": figures}


def _counted(count: int) -> str:
    return "over 1,000" if count >= 1_000 else str(count)


async def _made(data: Path) -> None:
    await (await open_database(database_url("sqlite:///solvent.db", data))).dispose()
