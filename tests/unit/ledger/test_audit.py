from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.accounts import Account
from solvent.ledger.audit import Discrepancy, Evidence, Finding, audit, summary
from solvent.ledger.books import Books, Done, apply
from solvent.ledger.fold import fold_all
from solvent.ledger.journal import (
    AttemptBegun,
    AttemptEnded,
    End,
    Fact,
    HoldPlaced,
    HoldPosted,
    HoldVoided,
    Outcome,
    Record,
    Stop,
)
from solvent.ledger.transfers import Leg
from tests.unit.ledger.bookkeeping import CHARGE
from tests.unit.ledger.histories import FLOORS, few_facts
from tests.unit.ledger.simulation import Machine

GOOD: tuple[Record, ...] = (
    HoldPlaced("h1", "key:a", Money(40), 0),
    AttemptBegun("a1", "h1", "openai", Money(40), 0),
    AttemptEnded("a1", Outcome.UNKNOWN, Money(40), 0),
    AttemptBegun("a2", "h1", "openai", Money(40), 0),
    AttemptEnded("a2", Outcome.USAGE, Money(25), 0, ("req_1",), CHARGE),
    HoldPosted("h1", Money(130), CHARGE, 0),
    HoldPlaced("h2", "key:a", Money(0), 0),
    AttemptBegun("a3", "h2", "openai", Money(0), 0),
    AttemptEnded("a3", Outcome.NONE, ZERO, 0),
    HoldVoided("h2", 0),
    HoldPlaced("h3", "key:b", Money(9), 0),
    AttemptBegun("a4", "h3", "openai", Money(9), 0),
)


def evidence() -> Evidence:
    books = Books.opened({"key:a": ZERO, "key:b": None})
    books, _ = apply(books, transfers.top_up("t1", "key:a", Money(100)))
    books, _ = fold_all(books, GOOD)
    return Evidence.of(books, GOOD, [("edge-1/1", End(Stop.TORN, 900))])


def found(those: Evidence) -> set[tuple[Finding, str]]:
    return {(one.finding, one.subject) for one in audit(those)}


def test_nothing_to_find_is_books_balance() -> None:
    assert audit(evidence()) == ()
    assert summary(()) == "books balance"
    assert audit(Evidence((), {})) == ()


def test_a_discrepancy_names_its_figures() -> None:
    those = evidence()
    accounts = {**those.accounts, "key:a": those.accounts["key:a"].credit(Money.parse("1.00"))}
    assert summary(audit(replace(those, accounts=accounts))).splitlines() == [
        "balance_differs key:a stored 1.00, by the entries 0.00",
        "total_not_zero all accounts 1.00",
    ]


def test_a_break_of_the_journal_is_told_and_a_torn_end_is_not() -> None:
    those = replace(evidence(), ends=(("edge-1/1", End(Stop.END, 9)), ("edge-1/2", End(Stop.PAYLOAD_DAMAGED, 77))))
    assert audit(those) == (Discrepancy(Finding.JOURNAL_BROKEN, "edge-1/2", "payload_damaged at byte 77"),)


@pytest.mark.parametrize(
    ("account", "changed", "findings"),
    [
        ("key:a", Account(ZERO, Money(100), Money(99)), {"balance_differs", "total_not_zero"}),
        ("key:b", Account(None, held=Money(8)), {"held_differs"}),
        ("key:b", Account(Money(-8), held=Money(9)), {"below_floor"}),
        ("key:a", Account(ZERO, Money(101), Money(101)), {"balance_differs"}),
    ],
)
def test_stored_counters_are_recomputed(account: str, changed: Account, findings: set[str]) -> None:
    those = evidence()
    assert found(replace(those, accounts={**those.accounts, account: changed})) == {
        (Finding(finding), "all accounts" if finding == "total_not_zero" else account) for finding in findings
    }


def test_an_account_that_was_lost_is_missed() -> None:
    those = evidence()
    accounts = {name: account for name, account in those.accounts.items() if name != "house:topup"}
    assert found(replace(those, accounts=accounts)) == {(Finding.BALANCE_DIFFERS, "house:topup"), (Finding.TOTAL_NOT_ZERO, "all accounts")}


RecordCase = tuple[Callable[[tuple[Record, ...]], tuple[Record, ...]], Finding, str]

RECORD_CASES: list[RecordCase] = [
    (lambda r: (*r, HoldVoided("h1", 0)), Finding.HOLD_RESOLVED_TWICE, "h1"),
    (lambda r: (*r, HoldPosted("h1", Money(1), CHARGE, 0)), Finding.HOLD_RESOLVED_TWICE, "h1"),
    (lambda r: (*r, HoldPlaced("h1", "key:a", Money(41), 0)), Finding.ID_REUSED, "h1"),
    (lambda r: (*r, AttemptBegun("a4", "h3", "other", Money(9), 0)), Finding.ID_REUSED, "a4"),
    (lambda r: (*r, AttemptEnded("a2", Outcome.USAGE, Money(26), 0)), Finding.ID_REUSED, "a2"),
    (lambda r: (*r, HoldVoided("h9", 0)), Finding.RESOLVED_WITHOUT_HOLD, "h9"),
    (lambda r: (*r, AttemptBegun("a9", "h9", "openai", Money(1), 0)), Finding.ATTEMPT_WITHOUT_HOLD, "a9"),
    (lambda r: (*r, AttemptBegun("a9", "h1", "openai", Money(1), 0)), Finding.ATTEMPT_AFTER_RESOLUTION, "a9"),
    (lambda r: (*r, HoldVoided("h3", 0)), Finding.ATTEMPT_LEFT_OPEN, "a4"),
    (lambda r: (*r, AttemptEnded("a9", Outcome.NONE, ZERO, 0)), Finding.END_WITHOUT_ATTEMPT, "a9"),
    (lambda r: (*r[:9], HoldPosted("h2", ZERO, CHARGE, 0), *r[10:]), Finding.POST_WITHOUT_ATTEMPT, "h2"),
    (lambda r: (*r[:5], HoldVoided("h1", 0), *r[6:]), Finding.VOID_AFTER_USAGE, "h1"),
    (lambda r: (*r, HoldPlaced("h9", "key:a", Money(1), 0)), Finding.RECORD_NOT_FOLDED, "hold:h9"),
    (lambda r: r[:4] + r[5:], Finding.ENTRY_WITHOUT_RECORD, "spend:a2"),
    (lambda r: r[:10], Finding.ENTRY_WITHOUT_RECORD, "hold:h3"),
    (lambda r: (*r[:5], HoldPosted("h1", Money(131), CHARGE, 0), *r[6:]), Finding.ENTRY_DIFFERS_FROM_RECORD, "post:h1"),
]


@pytest.mark.parametrize(("change", "finding", "subject"), RECORD_CASES, ids=[f"{case[1]}-{case[2]}" for case in RECORD_CASES])
def test_what_is_wrong_in_the_journal_is_told(
    change: Callable[[tuple[Record, ...]], tuple[Record, ...]], finding: Finding, subject: str
) -> None:
    assert (finding, subject) in found(replace(evidence(), records=change(GOOD)))


@pytest.mark.parametrize("repeat", [GOOD, GOOD[:3], tuple(record for record in GOOD for _ in range(2))])
def test_records_that_are_read_twice_are_no_discrepancy(repeat: tuple[Record, ...]) -> None:
    assert audit(replace(evidence(), records=(*GOOD, *repeat))) == ()


def test_a_resolution_by_the_office_may_be_read_before_the_workers_journal() -> None:
    assert audit(replace(evidence(), records=(GOOD[9], *GOOD[:9], *GOOD[10:]))) == (Discrepancy(Finding.ATTEMPT_AFTER_RESOLUTION, "a3"),)


@pytest.mark.parametrize(
    ("transfer_id", "legs"),
    [
        ("post:h1", ()),
        ("post:h1", (Leg("key:a", "house:sales", Money(130)),)),
        ("post:h1", (Leg("key:b", "house:sales", Money(100)), Leg("house:excess", "house:sales", Money(30)))),
        ("post:h1", (Leg("key:a", "house:sales", Money(131)), Leg("house:excess", "house:sales", Money(-1)))),
        ("topup:t1", (Leg("house:topup", "key:b", Money(100)),)),
        ("hold:h1", (Leg("key:a", "house:sales", Money(40)),)),
        ("void:h2", (Leg("key:a", "house:sales", Money(1)),)),
    ],
)
def test_what_an_entry_moved_must_be_what_it_says(transfer_id: str, legs: tuple[Leg, ...]) -> None:
    those = evidence()
    entries = tuple(replace(entry, legs=legs) if entry.transfer.id == transfer_id else entry for entry in those.entries)
    assert (Finding.LEGS_DIFFER, transfer_id) in found(replace(those, entries=entries))


def test_a_hold_that_set_aside_more_than_asked_is_told() -> None:
    those = evidence()
    entries = tuple(replace(entry, held=Money(41)) if entry.transfer.id == "hold:h1" else entry for entry in those.entries)
    assert found(replace(those, entries=entries)) == {(Finding.LEGS_DIFFER, "hold:h1")}


def test_entries_that_stand_twice_are_told() -> None:
    those = evidence()
    post = next(entry for entry in those.entries if entry.transfer.id == "post:h1")
    twice = found(replace(those, entries=(*those.entries, replace(post))))
    assert {(Finding.ID_REUSED, "post:h1"), (Finding.HOLD_RESOLVED_TWICE, "h1"), (Finding.BALANCE_DIFFERS, "key:a")} <= twice
    alone = found(replace(those, entries=(post,)))
    assert (Finding.RESOLVED_WITHOUT_HOLD, "h1") in alone


@given(st.lists(few_facts, max_size=30))
def test_the_audit_finds_nothing_wrong_with_balances_that_the_fold_made(facts: list[Fact]) -> None:
    books, outcomes = fold_all(Books.opened(FLOORS), facts)
    taken = [fact for fact, outcome in zip(facts, outcomes, strict=True) if isinstance(outcome, Done)]
    policy = {Finding.ATTEMPT_LEFT_OPEN, Finding.VOID_AFTER_USAGE, Finding.POST_WITHOUT_ATTEMPT}
    assert {one.finding for one in audit(Evidence.of(books, taken))} <= policy


@given(st.lists(few_facts, max_size=30), st.integers(0, 99), st.sampled_from(("credited", "debited", "held")))
def test_the_audit_misses_no_counter_that_is_off_by_one(facts: list[Fact], which: int, counter: str) -> None:
    books, _ = fold_all(Books.opened(FLOORS), facts)
    name = sorted(books.accounts)[which % len(books.accounts)]
    account = books.accounts[name]
    wrong = replace(account, **{counter: getattr(account, counter) + Money(1)})
    books.accounts[name] = wrong
    assert {Finding.HELD_DIFFERS if counter == "held" else Finding.BALANCE_DIFFERS} <= {
        one.finding for one in audit(Evidence.of(books, []))
    }


SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_machine_that_crashes_at_any_byte_loses_and_invents_nothing(seed: int) -> None:
    machine = Machine(seed)
    machine.run(400)
    records = [record for record in machine.records() if not hasattr(record, "sha256")]
    # What was acknowledged is there, in order, and nothing else.
    assert records == machine.acknowledged
    # Every attempt is ended, or its hold is open and listed.
    listed = {hold.id for hold in machine.office.open_holds()}
    for attempt in machine.office.attempts.values():
        assert attempt.ended is not None or attempt.begun.hold_id in listed
    # Folding all of it into fresh books after the fact, or once more into these, gives what stands.
    again, _ = fold_all(machine.office, machine.records())
    assert again == machine.office
    # Every dollar of every post was paid by its key or by the house.
    accounts = machine.office.accounts
    posted = sum(record.cost.nano_usd for record in records if isinstance(record, HoldPosted))
    spent = sum(record.cost.nano_usd for record in records if isinstance(record, AttemptEnded))
    keys = sum(accounts[name].settled.nano_usd for name in FLOORS)
    excess = -accounts.get("house:excess", Account()).settled.nano_usd
    assert accounts.get("house:sales", Account()).settled == Money(posted)
    assert keys == machine.paid_in - posted + excess
    assert accounts.get("house:spend", Account()).settled == Money(spent)
    assert summary(audit(Evidence.of(machine.office, records))) == "books balance"
    # And when the office has settled what the dead left, nothing is open and the books still balance.
    records += machine.settle_orphans()
    assert machine.office.open_holds() == []
    assert all(account.held == ZERO for account in machine.office.accounts.values())
    assert summary(audit(Evidence.of(machine.office, records))) == "books balance"


def test_the_simulation_does_what_it_is_for() -> None:
    machines = [Machine(seed) for seed in SEEDS]
    for machine in machines:
        machine.run(400)
    assert sum(machine.crashes for machine in machines) > 300
    assert sum(machine.torn for machine in machines) > 200
    assert sum(machine.refused for machine in machines) > 100
    assert sum(len(machine.office.open_holds()) for machine in machines) > 100
    assert sum(any(entry.flagged for entry in machine.office.entries.values()) for machine in machines) > 10
