from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.adapters.store import rows
from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.accounts import Account
from solvent.ledger.books import Attempt, Hold, HoldState
from solvent.ledger.journal import AttemptBegun, AttemptEnded, AttemptTold, Outcome, RequestDone
from solvent.ledger.transfers import Entry, Leg
from tests.unit.ledger.histories import amounts, charges, instants

texts = st.text()
legs = st.lists(st.builds(Leg, texts, texts, amounts), max_size=3).map(tuple)
moved = st.one_of(
    st.builds(
        lambda *them: transfers.spend(them[0], them[1], them[2], them[3], at_us=them[4]),
        texts,
        texts,
        amounts,
        st.none() | charges,
        instants,
    ),
    st.builds(
        lambda *them: transfers.top_up(them[0], them[1], them[2], reference=them[3], at_us=them[4]), texts, texts, amounts, texts, instants
    ),
    st.builds(lambda *them: transfers.post(them[0], them[1], them[2], at_us=them[3]), texts, amounts, charges, instants),
)
# An upstream's ids are whatever it sends, half surrogates included.
anything = st.text(st.characters(codec=None, exclude_categories=()))
attempts = st.builds(AttemptBegun, texts, texts, texts, amounts, instants)
told = st.builds(
    AttemptTold,
    texts,
    anything,
    st.integers(0, 599),
    st.sampled_from(Outcome),
    instants,
    st.lists(anything, max_size=2).map(tuple),
    texts,
    texts,
    texts,
    texts,
    anything,
)


def back(values: dict[str, Any]) -> Any:
    """A row as the database gives it."""
    return cast("Any", SimpleNamespace(**values))


@given(st.none() | amounts, amounts, amounts, amounts)
def test_an_account_comes_back(floor: Money | None, credited: Money, debited: Money, held: Money) -> None:
    account = Account(floor, credited, debited, held)
    assert rows.account(back(rows.account_values("key:a", account))) == account


@given(moved, legs, amounts, amounts, amounts)
def test_an_entry_comes_back_to_its_instant(
    transfer: transfers.Transfer, them: tuple[Leg, ...], held: Money, released: Money, excess: Money
) -> None:
    entry = Entry(transfer, them, held, released, excess)
    found = rows.entry(back(rows.entry_values(entry)))
    assert found == entry
    assert found.transfer.at_us == transfer.at_us


placed = st.builds(
    lambda *them: Entry(transfers.hold(them[0], them[1], them[2], at_us=them[3]), held=them[4]), texts, texts, amounts, instants, amounts
)


@given(placed, st.sampled_from(HoldState), st.lists(texts, max_size=3).map(tuple))
def test_a_hold_comes_back_with_its_entry(entry: Entry, state: HoldState, tried: tuple[str, ...]) -> None:
    hold = Hold(entry.transfer.hold_id, entry, state, tried)
    assert rows.hold(back(rows.hold_values(hold))) == hold


@given(
    attempts,
    st.sampled_from((Outcome.USAGE, Outcome.UNKNOWN)),
    amounts,
    instants,
    st.lists(anything, max_size=2).map(tuple),
    st.none() | charges,
)
def test_an_attempt_comes_back(begun: AttemptBegun, outcome: Outcome, cost: Money, at_us: int, ids: tuple[str, ...], charge: Any) -> None:
    for attempt in (Attempt(begun), Attempt(begun, AttemptEnded(begun.attempt_id, outcome, cost, at_us, ids, charge))):
        assert rows.attempt(back(rows.attempt_values(attempt))) == attempt


@given(st.lists(told, max_size=2).map(tuple), st.lists(st.tuples(texts, st.integers(0, 2**70)), max_size=3).map(tuple), amounts)
def test_a_request_comes_back(attempted: tuple[AttemptTold, ...], tokens: tuple[tuple[str, int], ...], cost: Money) -> None:
    request = RequestDone("slv-1", "a", 5, 6, "openai", "m", "r", 200, attempted, tokens, cost, "reported", "", "cached")
    assert rows.request(back(rows.request_values(request))) == request


def test_half_a_surrogate_pair_in_a_callers_word_is_kept_as_a_question_mark() -> None:
    request = RequestDone("slv-1", "a", 5, 6, "openai", "m\ud800", "r", 200)
    assert rows.request_values(request)["model"] == "m?"
    assert rows.plain("模型") == "模型"


def test_json_is_compact_and_takes_what_others_do_not() -> None:
    assert rows.to_json([1, "é", ["a"]]) == '[1,"é",["a"]]'
    for odd in (["\ud800"], [2**70]):
        assert json.loads(rows.to_json(odd)) == odd


def test_an_id_of_an_upstream_is_found_once_whoever_sent_it() -> None:
    attempt = AttemptTold("one", "m", 200, Outcome.USAGE, 1, ("x", "x", "", "y"))
    request = RequestDone("slv-1", "a", 5, 6, "openai", "m", "r", 200, (attempt, attempt))
    assert rows.request_id_values(request) == [{"upstream_id": "x", "request_id": "slv-1"}, {"upstream_id": "y", "request_id": "slv-1"}]


@pytest.mark.parametrize(("spent", "money"), [(None, ZERO), (7, Money(7))])
def test_a_sum_of_no_rows_is_nothing(spent: int | None, money: Money) -> None:
    assert rows.total(spent) == money
