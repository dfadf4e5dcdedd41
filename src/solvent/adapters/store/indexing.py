"""What is filed becomes searchable: the terms of its text and the names of its case go into the index, in the filing's transaction.

An occurrence's place is its instant in microseconds times 1,024, and one more for each other one of that microsecond. It is the row's
number in the index, so the index is sorted by time: the newest of a million matches are found without looking at the others. What
changes or removes a row keeps the index right by triggers (see the migration that made them).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from solvent.adapters.store.transactions import chunks
from solvent.base import terms
from solvent.catalogue.load import packaged
from solvent.diagnosis import engine, judge
from solvent.diagnosis.paste import reader
from solvent.model.occurrence import GATEWAY, Case, Occurrence
from solvent.model.verdict import Category, Wallet
from solvent.operations import instants, naming

PER_MICROSECOND = 1_024
OF_TEXT = "~"  # begins the terms that a case has from a text, and no other


def place_of(at: datetime) -> int:
    """The first place of an instant: everything before it lies below, it and everything after at or above."""
    return instants.microseconds(at) * PER_MICROSECOND


def take_in(connection: Connection, filed: Iterable[tuple[Occurrence, Case]]) -> None:
    """Puts occurrences that were just added into the index."""
    words, new = dict[str, str](), set[str]()
    for occurrence, case in sorted(filed, key=lambda pair: pair[0].at):
        found = _terms(occurrence, case)
        new.update(filter(terms.listed_as_word, found))
        words[occurrence.id] = " ".join(found)
        place = _free(connection, place_of(occurrence.at))
        connection.exec_driver_sql("UPDATE occurrences SET place = ? WHERE id = ?", (place, occurrence.id))
    for chunk in chunks(words):
        # Values, not a selection: within a statement that selects, SQLite writes its index out for every row.
        rows = [(row.place, row.facts, words[row.id]) for row in _rows(connection, "occurrence_facts", chunk, "place")]
        connection.exec_driver_sql("INSERT INTO occurrence_search (rowid, facts, words) VALUES (?, ?, ?)", rows)
    if new:
        connection.exec_driver_sql("INSERT OR IGNORE INTO search_words (word) VALUES (?)", [(word,) for word in sorted(new)])


def take_in_cases(connection: Connection, opened: Iterable[Case]) -> None:
    """Puts cases that were just opened into their index: by their names and their masked sentence."""
    rows = []
    for case in opened:
        named = terms.terms(f"{case.id} {naming.words(case, packaged())}")
        said = [f"{OF_TEXT}{term}" for term in terms.terms(case.template)]
        rows.append((case.id, " ".join((f"=id:{case.id}", *named, *said))))
    if rows:
        connection.exec_driver_sql("INSERT INTO case_search (case_id, words) VALUES (?, ?)", rows)


def take_cases_in_anew(connection: Connection, names: Iterable[str]) -> None:
    """Puts the cases of these names that there are into their index once more, for their sentence is another one now."""
    for chunk in chunks(dict.fromkeys(names)):
        rows = _rows(connection, "cases", chunk, "id")
        asked = [(f'"=id:{row.id}"',) for row in rows]
        if asked:
            gone = "DELETE FROM case_search WHERE rowid IN (SELECT rowid FROM case_search WHERE case_search MATCH ?)"
            connection.exec_driver_sql(gone, asked)
        take_in_cases(connection, map(_case, rows))


def take_in_everything(connection: Connection) -> None:
    """Puts all that was filed before there was an index into it, oldest first; who passed an error on is read from its text."""
    groups = {row.id: _case(row) for row in connection.exec_driver_sql("SELECT * FROM cases")}
    take_in_cases(connection, groups.values())
    for chunk in chunks([row.id for row in connection.exec_driver_sql("SELECT id FROM occurrences ORDER BY at, id")]):
        rows = _rows(connection, "occurrences", chunk, "at, id")
        vias = [(json.dumps(_via(row)), row.id) for row in rows]
        connection.exec_driver_sql("UPDATE occurrences SET via = ? WHERE id = ?", vias)
        take_in(connection, [(_occurrence(row), groups[row.case_id]) for row in rows])


def _rows(connection: Connection, table: str, names: Sequence[str], order: str) -> Sequence[Row[Any]]:
    query = f"SELECT * FROM {table} WHERE id IN ({', '.join('?' * len(names))}) ORDER BY {order}"  # noqa: S608 - names of ours, and marks
    return connection.exec_driver_sql(query, tuple(names)).all()


def _terms(occurrence: Occurrence, case: Case) -> Sequence[str]:
    named = terms.terms(f"{occurrence.id} {naming.words(case, packaged())}")
    return tuple(dict.fromkeys((*terms.terms(occurrence.text), *named)))


def _free(connection: Connection, first: int) -> int:
    """The next free place at or after this first one of an instant."""
    while True:
        query = "SELECT max(place) FROM occurrences WHERE place >= ? AND place < ?"
        last = connection.exec_driver_sql(query, (first, first + PER_MICROSECOND)).scalar()
        if last is None:
            return first
        if last + 1 < first + PER_MICROSECOND:
            return int(last) + 1
        first += PER_MICROSECOND


def _via(row: Row[Any]) -> list[str]:
    if row.source == GATEWAY:
        return []
    return list(dict.fromkeys(judge.judge_reading(reader.read(row.text), engine.packaged(), row.language).via))


def _occurrence(row: Row[Any]) -> Occurrence:
    """As much of an occurrence as the index asks for."""
    at = instants.instant(row.at)
    return Occurrence(row.id, row.case_id, at, row.source, row.text, (), row.language, bool(row.listed), row.took_us)


def _case(row: Row[Any]) -> Case:
    first_at, last_at = instants.instant(row.first_at), instants.instant(row.last_at)
    category, wallet = Category(row.category), Wallet(row.wallet)
    return Case(row.id, row.state, row.rule, category, wallet, row.provider, row.template, row._mapping["count"], first_at, last_at)  # noqa: SLF001 - a row's own `count` hides the column
