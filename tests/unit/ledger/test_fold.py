from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.books import Books, Done, apply
from solvent.ledger.fold import fold, fold_all
from solvent.ledger.journal import Fact, HoldPlaced, Record, SegmentHeader
from solvent.ledger.transfers import Refusal
from tests.unit.ledger.bookkeeping import play, total_nano
from tests.unit.ledger.histories import FLOORS, few_facts, request


def opened(amount: int) -> Books:
    books = Books.opened(FLOORS)
    for name in FLOORS:
        books, _ = apply(books, transfers.top_up(name, name, Money(amount)))
    return books


def check(books: Books) -> None:
    """What holds after every single record, whatever it was."""
    assert total_nano(books) == 0
    for name, account in books.accounts.items():
        assert account.floor is None or account.available >= account.floor
        held = sum((hold.placed.held.nano_usd for hold in books.open_holds(name)), 0)
        assert account.held == Money(held)


def test_an_unknown_attempt_lowers_the_upstream_and_never_charges_the_caller() -> None:
    books = play("""
        open  key:a 0.00
        topup t1 key:a 10.00                     -> ok
        topup u1 upstream:openai 100.00          -> ok
        hold! h1 key:a 4.00                      -> ok
        begin a1 h1 openai 4.00                  -> ok
        end   a1 unknown 4.00                    -> ok
        is    upstream:openai 96.00 0.00 96.00
        is    key:a 10.00 4.00 6.00
        begin a2 h1 other 4.00                   -> ok
        end   a2 usage 1.50                      -> ok
        post  h1 1.50                            -> ok
        is    key:a 8.50 0.00 8.50
        is    upstream:other -1.50 0.00 -1.50
        is    house:spend 5.50 0.00 5.50
    """)
    ended = books.attempts["a1"].ended
    assert ended is not None
    assert ended.upstream_request_ids == ("req-a1",)


def test_an_attempt_that_cost_nothing_moves_nothing_and_cannot_be_posted() -> None:
    play("""
        open  key:a 0.00
        topup t1 key:a 10.00                     -> ok
        hold! h1 key:a 4.00                      -> ok
        post  h1 1.00                            -> post_without_attempt
        begin a1 h1 openai 4.00                  -> ok
        end   a1 none 0.00                       -> ok
        post  h1 1.00                            -> post_without_attempt
        void  h1                                 -> ok
        is    key:a 10.00 0.00 10.00
        is    upstream:openai 0.00 0.00 0.00
    """)


def test_records_that_contradict_change_nothing() -> None:
    play("""
        open  key:a 0.00
        topup t1 key:a 10.00                     -> ok
        begin a1 h1 openai 4.00                  -> hold_unknown
        end   a1 usage 1.00                      -> attempt_unknown
        hold! h1 key:nobody 4.00                 -> account_unknown
        hold! h1 key:a 4.00                      -> ok
        hold! h1 key:a 5.00                      -> exists_with_different_content
        begin a1 h1 openai 4.00                  -> ok
        begin a1 h1 openai 4.00                  -> exists
        begin a1 h1 openai 5.00                  -> exists_with_different_content
        end   a1 usage 1.00                      -> ok
        end   a1 usage 1.00                      -> exists
        end   a1 unknown 1.00                    -> exists_with_different_content
        void  h1                                 -> ok
        begin a2 h1 openai 4.00                  -> hold_already_voided
        begin a1 h1 openai 4.00                  -> exists
        is    key:a 10.00 0.00 10.00
        is    upstream:openai -1.00 0.00 -1.00
    """)


def test_a_hold_whose_money_has_gone_meanwhile_is_taken_as_far_as_it_goes() -> None:
    books = play("""
        open  key:a 0.00
        topup t1 key:a 10.00                     -> ok
        correct c1 key:a house:correction 7.00   -> ok
        hold! h1 key:a 4.00                      -> ok flagged
        hold! h1 key:a 4.00                      -> exists
        is    key:a 3.00 3.00 0.00
        begin a1 h1 openai 4.00                  -> ok
        end   a1 usage 4.00                      -> ok
        post  h1 4.00                            -> ok flagged
        is    key:a 0.00 0.00 0.00
        is    house:excess -1.00 0.00 -1.00
    """)
    assert books.open_holds() == []


def test_an_attempt_may_end_after_its_hold_was_resolved() -> None:
    play("""
        open  key:a -
        hold! h1 key:a 4.00                      -> ok
        begin a1 h1 openai 4.00                  -> ok
        void  h1                                 -> ok
        end   a1 unknown 4.00                    -> ok
        is    upstream:openai -4.00 0.00 -4.00
        is    key:a 0.00 0.00 0.00
    """)


def test_a_segment_header_changes_nothing() -> None:
    books = opened(5)
    assert fold(books, SegmentHeader("edge-1", 1)) == (books, Done(exists=True))


def test_what_is_given_to_the_fold_stays() -> None:
    books = opened(5)
    before = books.copy()
    after, _ = fold(books, HoldPlaced("h", "key:prepaid", Money(3), 0))
    fold_all(books, [HoldPlaced("h", "key:prepaid", Money(3), 0)])
    assert books == before != after


@given(st.lists(few_facts, max_size=30), st.integers(1, 20))
def test_no_sequence_makes_a_wrong_balance(facts: list[Fact], amount: int) -> None:
    books = opened(amount)
    for fact in facts:
        before = books
        books, outcome = fold(books, fact)
        check(books)
        if isinstance(outcome, Refusal) or outcome.exists:
            assert books == before


def accepted(books: Books, facts: list[Fact]) -> list[Fact]:
    _, outcomes = fold_all(books, facts)
    return [fact for fact, outcome in zip(facts, outcomes, strict=True) if isinstance(outcome, Done)]


@given(st.lists(few_facts, max_size=25), st.data())
def test_folding_again_changes_nothing(facts: list[Fact], data: st.DataObject) -> None:
    facts = accepted(opened(10), facts)
    once, _ = fold_all(opened(10), facts)
    twice, outcomes = fold_all(once, facts)
    assert twice == once
    assert all(isinstance(outcome, Done) and outcome.exists for outcome in outcomes)
    # Any prefix again, in the middle of the work, and every record twice in a row.
    cut = data.draw(st.integers(0, len(facts)))
    again = data.draw(st.integers(0, cut))
    assert fold_all(opened(10), [*facts[:cut], *facts[:again], *facts[cut:]])[0] == once
    assert fold_all(opened(10), [fact for fact in facts for _ in range(2)])[0] == once


def interleaved(draw: random.Random, requests: list[list[Fact]]) -> list[Record]:
    """The records of several requests in any order that keeps each request's own."""
    waiting = [list(facts) for facts in requests if facts]
    merged: list[Record] = []
    while waiting:
        facts = draw.choice(waiting)
        merged.append(facts.pop(0))
        waiting = [left for left in waiting if left]
    return merged


def settled(books: Books) -> dict[str, tuple[Money, Money]]:
    return {name: (account.settled, account.held) for name, account in books.accounts.items()}


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_the_order_of_different_requests_does_not_matter_while_money_lasts(seed: int) -> None:
    draw = random.Random(seed)
    requests = [request(draw, f"r{number}", draw.choice(list(FLOORS)), Money(draw.randint(0, 50))) for number in range(6)]
    results = [fold_all(opened(10_000), interleaved(draw, requests))[0] for _ in range(4)]
    assert all(settled(result) == settled(results[0]) for result in results)


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_where_money_is_short_no_order_loses_or_invents_any(seed: int) -> None:
    draw = random.Random(seed)
    requests = [request(draw, f"r{number}", draw.choice(list(FLOORS)), Money(draw.randint(0, 50))) for number in range(6)]
    charged = set()
    for _ in range(4):
        books, _ = fold_all(opened(40), interleaved(draw, requests))
        check(books)
        sales = books.account("house:sales")
        assert sales is not None
        charged.add(sales.settled)
    assert len(charged) == 1


def test_a_balance_is_never_spent_twice_by_requests_at_once() -> None:
    # One hundred askers, money for ten: a check followed by a charge would let them all in.
    books = Books.opened({"key:a": ZERO})
    books, _ = apply(books, transfers.top_up("t", "key:a", Money(100)))
    admitted = 0
    for number in range(100):
        books, outcome = apply(books, transfers.hold(f"h{number}", "key:a", Money(10)))
        admitted += isinstance(outcome, Done)
    assert admitted == 10
