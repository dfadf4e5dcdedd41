from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from solvent.base.money import ZERO, Money
from solvent.ledger.books import Books
from solvent.ledger.fold import fold_all
from solvent.ledger.journal import AttemptBegun, AttemptEnded, HoldPlaced, HoldPosted, HoldVoided, Outcome, Record, RequestDone
from solvent.operations.folding import NOT_TEXT, Batch, Contradiction, Place, Rows, Tally, rows_of
from tests.books import AT_US, DAY_US, done, served
from tests.unit.ledger.bookkeeping import CHARGE
from tests.unit.ledger.histories import FLOORS, few_facts

DAY = AT_US // DAY_US


def fold(records: list[Record], known: frozenset[str] = frozenset()) -> Rows:
    batch = Batch(Place("worker-1", 3, 10), Place("worker-1", 3, 90), tuple(records))
    return rows_of(Books.opened({"key:a": ZERO, "key:b": None}), batch, known)


@given(st.lists(few_facts, max_size=30))
def test_a_batch_changes_what_the_fold_changes_and_names_every_row_of_it(facts: list[Record]) -> None:
    opened = Books.opened(FLOORS)
    expected, outcomes = fold_all(opened, facts)
    rows = rows_of(opened.copy(), Batch(Place("w"), Place("w", 1, 9), tuple(facts)), ())
    assert rows.books == expected
    assert [entry.transfer.id for entry in rows.entries] == list(expected.entries)
    assert set(rows.holds) == set(expected.holds)
    assert set(rows.attempts) == set(expected.attempts)
    changed = {name for name, account in expected.accounts.items() if opened.accounts.get(name) != account}
    assert changed <= set(rows.accounts)
    assert len(rows.refused) == sum(1 for one in outcomes if hasattr(one, "reason"))


def test_what_a_call_took_is_counted_for_the_day_of_its_record() -> None:
    rows = fold([*served("r1", "b", 40), *served("r2", "b", 2), *served("r3", "b", 100, at_us=AT_US + DAY_US)])
    assert rows.tallies["key:b", DAY] == Tally(Money(42), 2)
    assert rows.tallies["key:b", DAY + 1] == Tally(Money(100), 1)
    assert rows.tallies["upstream:main", DAY] == Tally(Money(42), 2)


def test_what_the_house_bears_is_not_counted_for_the_key() -> None:
    rows = fold(served("r1", "a", 40))
    assert rows.tallies["key:a", DAY] == Tally(ZERO, 1)
    assert rows.tallies["house:excess", DAY] == Tally(Money(40))
    assert rows.tallies["upstream:main", DAY] == Tally(Money(40), 1)


def test_failed_requests_and_attempts_are_counted_as_such() -> None:
    rows = fold([done("r1", "b", status=502), done("r2", "", status=401)])
    assert rows.tallies == {("key:b", DAY): Tally(ZERO, 1, 1), ("upstream:main", DAY): Tally(ZERO, 2, 2)}


def test_a_request_is_counted_once_however_often_it_is_told() -> None:
    rows = fold([done("r1", "b"), done("r1", "b"), done("r2", "b")], frozenset({"r2"}))
    assert list(rows.requests) == ["r1"]
    assert rows.tallies["key:b", DAY].requests == 1


def test_a_contradiction_is_told_by_its_ids_alone() -> None:
    rows = fold([HoldPlaced("h", "key:nobody", Money(5), 0), HoldVoided("h", 0)])
    assert rows.refused == [
        Contradiction("worker-1", 3, "account_unknown", "hold:h"),
        Contradiction("worker-1", 3, "hold_unknown", "void:h"),
    ]


def test_an_id_that_no_database_can_keep_is_refused_and_holds_nothing_up() -> None:
    half = "h\ud800"
    told = done("r1", "b")
    bad: list[Record] = [
        HoldPlaced(half, "key:b", Money(5), 0),
        AttemptBegun("a", half, "main", Money(5), 0),
        AttemptEnded(half, Outcome.NONE, ZERO, 0),
        HoldPosted(half, ZERO, CHARGE, 0),
        HoldVoided(half, 0),
        RequestDone(half, "b", 0, 0, "", "", "", 200),
    ]
    rows = fold([*bad, HoldPlaced("é", "key:b", Money(5), 0), told])
    assert rows.refused == [Contradiction("worker-1", 3, NOT_TEXT, r"'h\ud800'")] * len(bad)
    assert list(rows.holds) == ["é"]
    assert list(rows.requests) == ["r1"]


def test_tallies_add_up() -> None:
    assert Tally(Money(1), 2, 3).plus(Tally(Money(10), 20, 30)) == Tally(Money(11), 22, 33)
