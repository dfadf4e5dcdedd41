"""What is filed becomes searchable: the terms of its text and the names of its case go into the index, in the filing's transaction.

An occurrence's place is its instant in microseconds times 1,024, and one more for each other one of that microsecond. It is the row's
number in the index, so the index is sorted by time: the newest of a million matches are found without looking at the others. What
changes or removes a row keeps the index right by triggers (see the migration that made them).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, RowMapping

from solvent.base import terms
from solvent.catalogue.load import packaged
from solvent.diagnosis import engine, judge, reader
from solvent.model.occurrence import GATEWAY, Case, Occurrence
from solvent.model.verdict import Category, Wallet
from solvent.operations import instants, naming

PER_MICROSECOND = 1_024
OF_TEXT = "~"  # begins the terms that a case has from a text, and no other
_CHUNK = 500


def place_of(at: datetime) -> int:
    """The first place of an instant: everything before it lies below, it and everything after at or above."""
    return instants.microseconds(at) * PER_MICROSECOND


def take_in(connection: Connection, filed: Iterable[tuple[Occurrence, Case]]) -> None:
    """Puts occurrences that were just added into the index."""
    rows, new = [], set[str]()
    for occurrence, case in sorted(filed, key=lambda pair: pair[0].at):
        found = _terms(occurrence, case)
        new.update(filter(terms.listed_as_word, found))
        place = _free(connection, place_of(occurrence.at))
        connection.exec_driver_sql("UPDATE occurrences SET place = ? WHERE id = ?", (place, occurrence.id))
        rows.append((" ".join(found), occurrence.id))
    if rows:
        into = "INSERT INTO occurrence_search (rowid, facts, words) SELECT place, facts, ? FROM occurrence_facts WHERE id = ?"
        connection.exec_driver_sql(into, rows)
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


def take_in_everything(connection: Connection) -> None:
    """Puts all that was filed before there was an index into it, oldest first; who passed an error on is read from its text."""
    groups = {row["id"]: _case(row) for row in connection.exec_driver_sql("SELECT * FROM cases").mappings()}
    take_in_cases(connection, groups.values())
    ids = iter([row.id for row in connection.exec_driver_sql("SELECT id FROM occurrences ORDER BY at, id")])
    while chunk := list(islice(ids, _CHUNK)):
        query = f"SELECT * FROM occurrences WHERE id IN ({', '.join('?' * len(chunk))}) ORDER BY at, id"  # noqa: S608 - question marks
        rows = connection.exec_driver_sql(query, tuple(chunk)).mappings().all()
        vias = [(json.dumps(_via(row)), row["id"]) for row in rows]
        connection.exec_driver_sql("UPDATE occurrences SET via = ? WHERE id = ?", vias)
        take_in(connection, [(_occurrence(row), groups[row["case_id"]]) for row in rows])


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


def _via(row: RowMapping) -> list[str]:
    if row["source"] == GATEWAY:
        return []
    return list(dict.fromkeys(judge.judge_reading(reader.read(row["text"]), engine.packaged(), row["language"]).via))


def _occurrence(row: RowMapping) -> Occurrence:
    return Occurrence(
        id=row["id"],
        case_id=row["case_id"],
        at=instants.instant(row["at"]),
        source=row["source"],
        text=row["text"],
        struck=(),
        language=row["language"],
        listed=bool(row["listed"]),
        took_us=row["took_us"],
    )


def _case(row: RowMapping) -> Case:
    values: dict[str, Any] = {name: row[name] for name in ("id", "state", "rule", "provider", "template", "count")}
    return Case(
        **values,
        category=Category(row["category"]),
        wallet=Wallet(row["wallet"]),
        first_at=instants.instant(row["first_at"]),
        last_at=instants.instant(row["last_at"]),
    )
