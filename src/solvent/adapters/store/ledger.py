"""The books in the database. Journals are folded in and transfers decided by the ledger's own rules, on just the rows that they touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from solvent.adapters import cursor
from solvent.adapters.store import answers, rows
from solvent.adapters.store import tables as t
from solvent.adapters.store.transactions import Transactions, add_rows, rows_in
from solvent.ledger.accounts import HOUSE_EXCESS, HOUSE_SALES, HOUSE_SPEND, Account, upstream_account
from solvent.ledger.books import Books, Hold, HoldState, decide
from solvent.ledger.journal import AttemptBegun, AttemptEnded, HoldPlaced, HoldPosted, HoldVoided, Record, RequestDone
from solvent.ledger.transfers import Entry, Refusal, Transfer
from solvent.model.occurrence import Page
from solvent.operations.asking import Draft, Kept
from solvent.operations.folding import Batch, Contradiction, Folded, Place, Rows, Tally, Witness, rows_of

_HOUSE = (HOUSE_EXCESS, HOUSE_SALES, HOUSE_SPEND)


class SqlLedger:
    """The ledger's store."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def places(self) -> dict[str, Place]:
        """How far each journal is in the books."""
        async with self._transactions.read() as connection:
            return await _places(connection)

    async def fold(self, batch: Batch) -> Folded:
        """Takes the batch in one transaction, or nothing where it is not what comes next of its journal."""
        journal = batch.since.journal
        async with self._transactions.write() as connection:
            place = (await _places(connection)).get(journal, Place(journal))
            if place != batch.since:
                return Folded(place, took=False)
            books, known = await _load(connection, batch.records)
            before = (frozenset(books.accounts), frozenset(books.holds), frozenset(books.attempts))
            done = rows_of(books, batch, known)
            await _write(connection, done, before)
            at = {"name": journal, "segment": batch.until.segment, "offset": batch.until.offset}
            await _put(connection, t.journals, [at], known=() if place == Place(journal) else (journal,))
        return Folded(batch.until, took=True, refused=tuple(done.refused))

    async def move(self, transfer: Transfer, draft: Draft | None = None) -> Account | Kept | Refusal:
        """Makes a transfer that no hold belongs to, and keeps its answer with it; the credited account as it stands then.

        The first answer where the Idempotency-Key was used before; nothing is changed then, and nothing where it is refused.
        """
        async with self._transactions.write() as connection:
            if draft is not None and (kept := await answers.find(connection, draft.wish)):
                return kept
            account = await post(connection, transfer)
            if draft is not None and isinstance(account, Account):
                await answers.keep(connection, draft.wish, draft.answer(account))
            return account

    async def accounts(self, names: Iterable[str]) -> dict[str, Account]:
        """The accounts that exist of these."""
        async with self._transactions.read() as connection:
            return await _accounts(connection, names)

    async def balances(self, *, limit: int, after: str | None) -> Page[tuple[str, Account]]:
        """Accounts by name; `after` is the last name seen."""
        query = select(t.accounts).order_by(t.accounts.c.name).limit(limit + 1)
        if after:
            query = query.where(t.accounts.c.name > rows.plain(after))
        async with self._transactions.read() as connection:
            items = [(row.name, rows.account(row)) for row in await connection.execute(query)]
        return cursor.page(items, limit, lambda item: item[0])

    async def transfers(self, *, limit: int, after: str | None) -> Page[Entry]:
        """Entries, newest first; `after` is the number of the last one seen."""
        query = select(t.entries).order_by(t.entries.c.number.desc()).limit(limit + 1)
        # A number of SQLite has at most 19 digits; more is no cursor of ours.
        if after and after.isascii() and after.isdigit() and len(after) < 19:
            query = query.where(t.entries.c.number < int(after))
        async with self._transactions.read() as connection:
            page = cursor.page((await connection.execute(query)).all(), limit, lambda row: str(row.number))
        return Page(tuple(rows.entry(row) for row in page.items), page.after)

    async def open_holds(self, *, limit: int, after: str | None, account: str | None = None) -> Page[Hold]:
        """Holds that nobody resolved, oldest first, of one account or of all."""
        columns = t.holds.c
        query = _open(select(t.holds), account).order_by(columns.placed_at_us, columns.id).limit(limit + 1)
        at, _, hold_id = (after or "").partition("-")
        if at.isascii() and at.isdigit() and len(at) < 19:
            query = query.where(tuple_(columns.placed_at_us, columns.id) > (int(at), rows.plain(hold_id)))
        async with self._transactions.read() as connection:
            found = [rows.hold(row) for row in await connection.execute(query)]
        return cursor.page(found, limit, lambda hold: f"{hold.placed.transfer.at_us}-{hold.id}")

    async def count_open_holds(self, account: str) -> int:
        """How many holds of the account nobody resolved."""
        async with self._transactions.read() as connection:
            return int((await connection.execute(_open(select(func.count()), account))).scalar_one())

    async def tallies(self, accounts: Iterable[str], since_day: int) -> dict[str, Tally]:
        """What was counted for these accounts since the day, that day included; those without anything are left out."""
        columns = t.tallies.c
        query = (
            select(columns.account, func.sum(columns.spent), func.sum(columns.requests), func.sum(columns.errors))
            .where(columns.day >= since_day)
            .group_by(columns.account)
        )
        async with self._transactions.read() as connection:
            found = await rows_in(connection, query, columns.account, accounts)
        return {name: Tally(rows.total(spent), int(requests), int(errors)) for name, spent, requests, errors in map(tuple, found)}

    async def contradictions(self) -> tuple[Contradiction, ...]:
        """Every record that the books refused, in their order."""
        columns = t.contradictions.c
        query = select(columns.journal, columns.segment, columns.reason, columns.subject).order_by(columns.number)
        async with self._transactions.read() as connection:
            return tuple(Contradiction(*row) for row in await connection.execute(query))

    async def witness(self) -> Witness:
        """All entries, counters and places, as they stand at one instant."""
        async with self._transactions.read() as connection:
            entries = tuple(rows.entry(row) for row in await connection.execute(select(t.entries).order_by(t.entries.c.number)))
            accounts = {row.name: rows.account(row) for row in await connection.execute(select(t.accounts))}
            places = await _places(connection)
        return Witness(entries, accounts, tuple(places.values()))


def _open(query: Select[Any], account: str | None) -> Select[Any]:
    # Written out, so that SQLite sees that its index of the open ones fits.
    query = query.select_from(t.holds).where(t.holds.c.state == bindparam("state", HoldState.OPEN.value, literal_execute=True))
    return query if account is None else query.where(t.holds.c.account == account)


async def _places(connection: AsyncConnection) -> dict[str, Place]:
    columns = t.journals.c
    found = await connection.execute(select(columns.name, columns.segment, columns.offset).order_by(columns.name))
    return {name: Place(name, segment, offset) for name, segment, offset in found}


async def _accounts(connection: AsyncConnection, names: Iterable[str]) -> dict[str, Account]:
    return {row.name: rows.account(row) for row in await rows_in(connection, select(t.accounts), t.accounts.c.name, names)}


async def post(connection: AsyncConnection, transfer: Transfer) -> Account | Refusal:
    """Decides a transfer that no hold belongs to and writes it, within somebody's transaction; the credited account afterwards."""
    found = await connection.execute(select(t.entries).where(t.entries.c.id == transfer.id))
    books = Books(
        accounts=await _accounts(connection, (transfer.debit, transfer.credit)),
        entries={row.id: rows.entry(row) for row in found},
    )
    known = frozenset(books.accounts)
    done = decide(books, transfer)
    if isinstance(done, Refusal):
        return done
    changed = dict(done.change.accounts)
    if changed:
        await _put(connection, t.accounts, [rows.account_values(*pair) for pair in changed.items()], known)
        await add_rows(connection, t.entries, [rows.entry_values(entry) for entry in done.change.entries])
    return changed.get(transfer.credit) or books.accounts[transfer.credit]


async def open_account(connection: AsyncConnection, name: str, account: Account) -> None:
    """Opens an account that does not exist yet, within somebody's transaction."""
    await add_rows(connection, t.accounts, [rows.account_values(name, account)])


async def _load(connection: AsyncConnection, records: Sequence[Record]) -> tuple[Books, set[str]]:
    """Books with every row that the records touch, and which of the requests are known already."""
    asked = _Touched(records)
    books = Books()
    await _load_attempts(connection, books, asked.attempts)
    holds = asked.holds | dict.fromkeys(attempt.begun.hold_id for attempt in books.attempts.values())
    for row in await rows_in(connection, select(t.holds), t.holds.c.id, holds):
        hold = books.holds[row.id] = rows.hold(row)
        books.entries[hold.placed.transfer.id] = hold.placed
    await _load_attempts(connection, books, [one for hold in books.holds.values() for one in hold.attempts if one not in books.attempts])
    resolved = [f"{word}:{hold.id}" for hold in books.holds.values() if hold.state is not HoldState.OPEN for word in ("post", "void")]
    for row in await rows_in(connection, select(t.entries), t.entries.c.id, resolved):
        books.entries[row.id] = rows.entry(row)
    names = [*_HOUSE, *asked.accounts, *(hold.account for hold in books.holds.values())]
    names += (upstream_account(attempt.begun.upstream) for attempt in books.attempts.values())
    books.accounts = await _accounts(connection, dict.fromkeys(names))
    known = await rows_in(connection, select(t.requests.c.id), t.requests.c.id, asked.requests)
    return books, {row.id for row in known}


async def _load_attempts(connection: AsyncConnection, books: Books, ids: Iterable[str]) -> None:
    for row in await rows_in(connection, select(t.attempts), t.attempts.c.id, ids):
        books.attempts[row.id] = rows.attempt(row)


class _Touched:
    """The ids that records name, each once, in their order."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.holds: dict[str, None] = {}
        self.attempts: dict[str, None] = {}
        self.accounts: dict[str, None] = {}
        self.requests: dict[str, None] = {}
        for record in records:
            match record:
                case HoldPlaced():
                    self._add(self.holds, record.hold_id)
                    self._add(self.accounts, record.account)
                case AttemptBegun():
                    self._add(self.attempts, record.attempt_id)
                    self._add(self.holds, record.hold_id)
                    self._add(self.accounts, upstream_account(record.upstream))
                case AttemptEnded():
                    self._add(self.attempts, record.attempt_id)
                case HoldPosted() | HoldVoided():
                    self._add(self.holds, record.hold_id)
                case RequestDone():
                    self._add(self.requests, record.request_id)
                case _:
                    pass

    @staticmethod
    def _add(those: dict[str, None], name: str) -> None:
        those[rows.plain(name)] = None


async def _write(connection: AsyncConnection, done: Rows, before: tuple[frozenset[str], frozenset[str], frozenset[str]]) -> None:
    books = done.books
    accounts, holds, attempts = before
    await _put(connection, t.accounts, [rows.account_values(name, books.accounts[name]) for name in done.accounts], accounts)
    await _put(connection, t.holds, [rows.hold_values(books.holds[hold]) for hold in done.holds], holds)
    await _put(connection, t.attempts, [rows.attempt_values(books.attempts[attempt]) for attempt in done.attempts], attempts)
    await _put(connection, t.entries, [rows.entry_values(entry) for entry in done.entries], ())
    await _put(connection, t.requests, [rows.request_values(record) for record in done.requests.values()], ())
    await _put(connection, t.request_ids, [pair for record in done.requests.values() for pair in rows.request_id_values(record)], ())
    await _add_tallies(connection, done.tallies)
    refused = [dict(zip(("journal", "segment", "reason", "subject"), astuple(one), strict=True)) for one in done.refused]
    await _put(connection, t.contradictions, refused, ())


async def _put(connection: AsyncConnection, table: Table, values: list[dict[str, Any]], known: Iterable[str]) -> None:
    """Adds the rows, or replaces those whose id is known to stand there."""
    if not values:
        return
    known = frozenset(known)
    id_column = next(iter(table.c))
    new = [row for row in values if row.get(id_column.name) not in known] if known else values
    await add_rows(connection, table, new)
    if len(new) == len(values):
        return
    old = [row for row in values if row[id_column.name] in known]
    by_id = [{f"old_{name}": value for name, value in row.items()} for row in old]
    changed: dict[str, Any] = {column.name: bindparam(f"old_{column.name}") for column in table.c if column is not id_column}
    await connection.execute(update(table).where(id_column == bindparam(f"old_{id_column.name}")).values(changed), by_id)


async def _add_tallies(connection: AsyncConnection, more: dict[tuple[str, int], Tally]) -> None:
    if not more:
        return
    columns = t.tallies.c
    names, days = dict.fromkeys(name for name, _ in more), {day for _, day in more}
    query = select(t.tallies).where(columns.day.between(min(days), max(days)))
    known = {
        (row.account, row.day): Tally(rows.total(row.spent), row.requests, row.errors)
        for row in await rows_in(connection, query, columns.account, names)
    }
    new = [_tally_values(place, tally) for place, tally in more.items() if place not in known]
    await add_rows(connection, t.tallies, new)
    old = [_tally_values(place, known[place].plus(tally), "sum_") for place, tally in more.items() if place in known]
    if old:
        changed = update(t.tallies).where(columns.account == bindparam("sum_account"), columns.day == bindparam("sum_day"))
        values: dict[str, Any] = {name: bindparam(f"sum_{name}") for name in ("spent", "requests", "errors")}
        await connection.execute(changed.values(values), old)


def _tally_values(place: tuple[str, int], tally: Tally, prefix: str = "") -> dict[str, Any]:
    account, day = place
    return {
        f"{prefix}account": rows.plain(account),
        f"{prefix}day": day,
        f"{prefix}spent": tally.spent.nano_usd,
        f"{prefix}requests": tally.requests,
        f"{prefix}errors": tally.errors,
    }
