from __future__ import annotations

import pytest

from solvent.base.money import ZERO, Money
from solvent.ledger import transfers
from solvent.ledger.accounts import Account
from solvent.ledger.books import Hold
from solvent.ledger.journal import AttemptTold, Outcome, RequestDone
from solvent.ledger.transfers import Entry, Leg
from solvent.model.key import Key
from solvent.operations import shapes
from solvent.operations.folding import NOTHING_COUNTED
from tests.books import AT_US
from tests.unit.ledger.bookkeeping import CHARGE

AT = "2026-11-25T12:00:00Z"


@pytest.mark.parametrize(("at_us", "text"), [(None, None), (AT_US, AT), (AT_US + 1, "2026-11-25T12:00:00.000001Z")])
def test_an_instant_is_iso_8601_in_utc(at_us: int | None, text: str | None) -> None:
    assert shapes.iso(at_us) == text


def test_a_key_never_tells_its_digest() -> None:
    key = Key("k", "app", "digest", created_at_us=AT_US)
    assert "digest" not in str(shapes.key(key) | shapes.key_money(key, Account(), NOTHING_COUNTED))


def test_a_balance_tells_its_parts() -> None:
    account = Account(ZERO, Money.parse("5.00"), Money.parse("1.50"), Money.parse("0.25"))
    assert shapes.balance("key:a", account) == {
        "account": "key:a",
        "settled_usd": "3.50",
        "held_usd": "0.25",
        "available_usd": "3.25",
        "floor_usd": "0.00",
    }
    assert shapes.balance("key:b", Account())["floor_usd"] is None


def test_a_transfer_tells_what_it_moved_and_why() -> None:
    legs = (Leg("key:a", "house:sales", Money.parse("0.01")), Leg("house:excess", "house:sales", Money(1)))
    post = transfers.post("slv-1", Money(10_000_001), CHARGE, at_us=AT_US)
    assert shapes.transfer(Entry(post, legs, released=Money(5), excess=Money(1))) == {
        "id": "post:slv-1",
        "kind": "post",
        "at": AT,
        "amount_usd": "0.010000001",
        "debit": None,
        "credit": None,
        "hold_id": "slv-1",
        "reference": None,
        "held_usd": "0.00",
        "released_usd": "0.000000005",
        "excess_usd": "0.000000001",
        "flagged": True,
        "legs": [
            {"debit": "key:a", "credit": "house:sales", "usd": "0.01"},
            {"debit": "house:excess", "credit": "house:sales", "usd": "0.000000001"},
        ],
        "charge": {
            "price_version": "2026-11-25",
            "inputs": {"input_tokens": 120, "output_tokens": 40},
            "cost_source": "reported",
            "policy": None,
        },
    }
    paid = shapes.transfer(Entry(transfers.top_up("t", "key:a", Money(1), reference="r")))
    assert (paid["debit"], paid["credit"], paid["reference"], paid["charge"]) == ("house:topup", "key:a", "r", None)


def test_a_hold_tells_what_it_keeps() -> None:
    placed = Entry(transfers.hold("slv-1", "key:a", Money(9), at_us=AT_US), held=Money(4))
    assert shapes.hold(Hold("slv-1", placed, attempts=("slv-1/1",))) == {
        "id": "slv-1",
        "account": "key:a",
        "asked_usd": "0.000000009",
        "held_usd": "0.000000004",
        "at": AT,
        "attempts": ["slv-1/1"],
    }


def test_a_request_tells_its_story_and_null_for_what_is_missing() -> None:
    tried = (
        AttemptTold("one", "m", 0, Outcome.UNKNOWN, 3, ("up-1",), "network"),
        AttemptTold("two", "n", 200, Outcome.USAGE, 4),
    )
    full = RequestDone("slv-1", "k", AT_US, 9, "openai", "m", "m", 200, tried, (("input_tokens", 2),), Money(7), "reported", "", "cached")
    told = shapes.request(full)
    assert {
        name: told[name] for name in ("id", "at", "key_id", "route", "status", "cost_usd", "cost_source", "degraded", "tokens", "ms")
    } == {
        "id": "slv-1",
        "at": AT,
        "key_id": "k",
        "route": "m",
        "status": 200,
        "cost_usd": "0.000000007",
        "cost_source": "reported",
        "degraded": "cached",
        "tokens": {"input_tokens": 2},
        "ms": 9,
    }
    first, second = told["attempts"]
    assert (first["status"], first["category"], first["upstream_request_ids"], first["outcome"]) == (None, "network", ["up-1"], "unknown")
    assert (second["status"], second["category"], second["upstream_request_ids"], second["account"]) == (200, None, [], "two")
    bare = shapes.request(RequestDone("slv-2", "", AT_US, 1, "openai", "m", "", 401, category="auth_invalid"))
    assert [bare[name] for name in ("key_id", "route", "cost_source", "degraded", "attempts")] == [None, None, None, None, []]
    assert (bare["category"], bare["cost_usd"]) == ("auth_invalid", "0.00")


def test_money_paid_in() -> None:
    assert shapes.paid("topup:t", {"key_id": "k"}, Money.parse("10.00"), "", AT_US) == {
        "id": "topup:t",
        "key_id": "k",
        "usd": "10.00",
        "reference": None,
        "at": AT,
    }
