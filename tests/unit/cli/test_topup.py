from __future__ import annotations

import http.client

import pytest

from solvent.adapters.wire import Reply
from tests.unit.cli.office_twin import OfficeTwin, office, page, problem

__all__ = ["office"]

RANDOM = "0081040g2081040g2081"


@pytest.fixture
def books(office: OfficeTwin) -> OfficeTwin:
    """Keys and accounts whose names overlap."""
    office.tells["GET /api/keys"] = page(
        {"id": "k1", "name": "team"},
        {"id": "k2", "name": "both"},
        {"id": "k3", "name": "twice"},
        {"id": "k4", "name": "twice"},
        {"id": "k5", "name": "old", "revoked": True},
        {"id": "k6", "name": "old", "revoked": False},
        {"id": "k7", "name": "k1"},
        {"id": "k8", "name": "gone", "revoked": True},
    )
    office.tells["GET /api/accounts"] = page({"name": "relay"}, {"name": "both"}, {"name": "中转/1"})
    for path in (
        "keys/k1",
        "keys/k2",
        "keys/k3",
        "keys/k6",
        "keys/k8",
        "accounts/relay",
        "accounts/both",
        "accounts/%E4%B8%AD%E8%BD%AC%2F1",
    ):
        office.tells[f"POST /api/{path}/topups"] = {}
    return office


@pytest.mark.parametrize(
    ("target", "path", "words"),
    [
        ("k1", "keys/k1", "key `k1` (team)"),
        ("team", "keys/k1", "key `k1` (team)"),
        (" team ", "keys/k1", "key `k1` (team)"),
        ("key:team", "keys/k1", "key `k1` (team)"),
        ("relay", "accounts/relay", "account `relay`"),
        ("中转/1", "accounts/%E4%B8%AD%E8%BD%AC%2F1", "account `中转/1`"),
        ("key:both", "keys/k2", "key `k2` (both)"),
        ("upstream:both", "accounts/both", "account `both`"),
        ("key:k3", "keys/k3", "key `k3` (twice)"),
        ("old", "keys/k6", "key `k6` (old)"),
        ("k8", "keys/k8", "key `k8` (gone)"),
    ],
)
def test_the_money_goes_to_what_is_meant(books: OfficeTwin, target: str, path: str, words: str) -> None:
    ran = books.run("topup", target, "5")
    assert (ran.code, ran.out) == (0, f"Paid 5.00 USD into {words}.\n")
    paid = [asked for asked in books.asked if asked.method == "POST"]
    assert [(asked.path, asked.body) for asked in paid] == [(f"/api/{path}/topups", {"usd": "5.00"})]


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("both", "`both` is the name of more than one; write `key:k2` or `upstream:both`"),
        ("twice", "`twice` is the name of more than one; write `key:k3` or `key:k4`"),
        ("nobody", "`nobody` is no key and no account; `solvent keys list` and `solvent accounts list` show them"),
        ("gone", "`gone` is no key and no account; `solvent keys list` and `solvent accounts list` show them"),
        ("key:relay", "`key:relay` is no key and no account; `solvent keys list` and `solvent accounts list` show them"),
        ("upstream:team", "`upstream:team` is no key and no account; `solvent keys list` and `solvent accounts list` show them"),
    ],
)
def test_no_money_moves_where_it_is_not_clear_whose_it_is(books: OfficeTwin, target: str, complaint: str) -> None:
    ran = books.run("topup", target, "5")
    assert (ran.code, ran.out, ran.err) == (1, "", f"solvent: {complaint}\n")
    assert [asked for asked in books.asked if asked.method != "GET"] == []


def test_every_page_of_the_keys_is_looked_at(books: OfficeTwin) -> None:
    books.tells["GET /api/keys"] = [page({"id": "k0", "name": "zero"}, next_="c1"), page({"id": "k1", "name": "team"})]
    assert books.run("topup", "team", "5").code == 0
    assert [asked.query.get("after") for asked in books.asked if asked.path == "/api/keys"] == [None, "c1"]


def test_the_new_balance_and_the_reference_are_told_where_known(books: OfficeTwin) -> None:
    books.tells["POST /api/keys/k1/topups"] = {"balance_usd": "7.123456789"}
    ran = books.run("topup", "k1", "0.000000001", "--reference", "发票 7")
    assert ran.out == "Paid 0.000000001 USD into key `k1` (team); its balance is 7.123456789 USD.\n"
    assert books.asked[-1].body == {"usd": "0.000000001", "reference": "发票 7"}


@pytest.mark.parametrize(
    ("amount", "complaint"),
    [
        ("five", "USD: `five` is not an amount in dollars; write a decimal number with at most nine places, such as 25.00"),
        ("$5", "USD: `$5` is not an amount in dollars; write a decimal number with at most nine places, such as 25.00"),
        ("0", "a top-up of 0.00 pays nothing in; give an amount in dollars such as 25.00"),
    ],
)
def test_an_amount_that_pays_nothing_in_is_refused(books: OfficeTwin, amount: str, complaint: str) -> None:
    ran = books.run("topup", "k1", amount)
    assert (ran.code, ran.err, books.asked) == (2, f"solvent: {complaint}\n", [])


def test_each_top_up_draws_one_idempotency_key(books: OfficeTwin) -> None:
    books.run("topup", "k1", "5")
    first = books.asked[-1].headers["Idempotency-Key"]
    books.run("topup", "k1", "5")
    assert (first, books.draws) == (RANDOM, 2)
    assert books.asked[-1].headers["Idempotency-Key"] != first
    assert [asked for asked in books.asked if asked.method == "GET" and "Idempotency-Key" in asked.headers] == []


def test_a_given_idempotency_key_is_sent_as_it_is(books: OfficeTwin) -> None:
    books.run("topup", "k1", "5", "--idempotency-key", "invoice 7")
    assert (books.asked[-1].headers["Idempotency-Key"], books.draws) == ("invoice 7", 0)


@pytest.mark.parametrize("text", ["", " ", "a\nb", "发票", "x" * 256])
def test_an_idempotency_key_that_no_header_carries_is_refused(books: OfficeTwin, text: str) -> None:
    ran = books.run("topup", "k1", "5", "--idempotency-key", text)
    assert (ran.code, books.asked) == (2, [])
    assert ran.err == "solvent: `--idempotency-key` must be 1 to 255 printable ASCII characters; leave it out for a random one\n"


AGAIN = f"it may be booked or not: repeat the same command with `--idempotency-key {RANDOM}`, and it is booked only once\n"


@pytest.mark.parametrize(
    ("lost", "complaint"),
    [
        (TimeoutError(), "cannot reach the office at `http://127.0.0.1:8401`: no answer within 30 s; look at its log, or start it anew"),
        (
            http.client.RemoteDisconnected(""),
            "cannot reach the office at `http://127.0.0.1:8401`: the connection was closed before the answer; look at its log, or start it anew",
        ),
        (Reply(502, "text/html", b"<html>"), "the office at `http://127.0.0.1:8401` failed (502): it gave no reason; its log says more"),
    ],
)
def test_a_lost_answer_tells_how_to_repeat_it_safely(books: OfficeTwin, lost: Exception | Reply, complaint: str) -> None:
    books.tells["POST /api/keys/k1/topups"] = lost
    ran = books.run("topup", "k1", "5")
    assert (ran.code, ran.out, ran.err) == (3, "", f"solvent: {complaint}; {AGAIN}")


def test_where_nothing_was_sent_nothing_needs_repeating(books: OfficeTwin) -> None:
    books.tells["GET /api/keys"] = ConnectionRefusedError()
    ran = books.run("topup", "k1", "5")
    assert ran.code == 3
    assert "idempotency" not in ran.err


def test_a_refused_top_up_tells_the_offices_reason(books: OfficeTwin) -> None:
    books.tells["POST /api/keys/k1/topups"] = problem(409, "This idempotency key was used for another amount.")
    ran = books.run("topup", "k1", "5")
    assert (ran.code, ran.err) == (1, "solvent: This idempotency key was used for another amount\n")
