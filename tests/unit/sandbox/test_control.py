from __future__ import annotations

from typing import Any

import msgspec
import pytest

from solvent.base.money import Money
from solvent.sandbox import control
from solvent.sandbox.accounts import Account, Accounts, Manner
from solvent.sandbox.reply import Heard
from tests.unit.sandbox.asking import CHAT, ask, finish, json_of, sandbox

KEY = "sk-sandbox-openai-main-1.00"
ITEM = "/_sandbox/accounts/openai-main"


@pytest.fixture
def accounts() -> Accounts:
    found = Accounts()
    found.of(KEY)
    return found


def call(accounts: Accounts, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    reply = control.answer(accounts, Heard(method, path, {}, b"" if body is None else msgspec.json.encode(body)))
    return reply.status, msgspec.json.decode(reply.body)


def test_the_accounts_are_listed_and_shown(accounts: Accounts) -> None:
    status, listed = call(accounts, "GET", "/_sandbox/accounts")
    assert (status, [item["id"] for item in listed["items"]], listed["next"]) == (200, ["openai-main"], None)
    assert call(accounts, "GET", ITEM) == (200, listed["items"][0])
    assert listed["items"][0]["balance_usd"] == "1.00"


def test_an_account_is_opened_by_its_key(accounts: Accounts) -> None:
    status, shown = call(accounts, "POST", "/_sandbox/accounts", {"key": "sk-sandbox-deepseek-other-0.5"})
    assert (status, shown["id"], shown["balance_nano_usd"]) == (201, "deepseek-other", 500_000_000)
    assert list(accounts.by_id) == ["openai-main", "deepseek-other"]


@pytest.mark.parametrize(
    ("given", "balance"),
    [
        ({"balance_usd": "0"}, "0.00"),
        ({"top_up_usd": "2.50"}, "3.50"),
        ({"balance_usd": "4", "top_up_usd": "1"}, "5.00"),
        ({"revoked": True}, "1.00"),
        ({"channels": {"anthropic": "0"}}, "1.00"),
    ],
)
def test_an_account_is_changed(accounts: Accounts, given: dict[str, Any], balance: str) -> None:
    status, shown = call(accounts, "PUT", ITEM, given)
    assert (status, shown["balance_usd"], shown["granted_usd"]) == (200, balance, balance)
    assert shown["revoked"] == given.get("revoked", False)
    assert shown["channels"] == dict.fromkeys(given.get("channels", {}), "0.00")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/_sandbox/accounts/none", None, 404),
        ("GET", "/_sandbox/other", None, 404),
        ("DELETE", "/_sandbox/accounts", None, 405),
        ("DELETE", ITEM, None, 405),
        ("GET", f"{ITEM}/other", None, 405),
        ("PUT", f"{ITEM}/faults", None, 405),
        ("POST", "/_sandbox/accounts", {"key": "sk-live"}, 400),
        ("PUT", ITEM, {"balance_usd": 5}, 400),
        ("PUT", ITEM, {"balance_usd": "five"}, 400),
        ("PUT", ITEM, {"balance": "5"}, 400),
        ("PUT", ITEM, {"channels": {"anthropic": "x"}, "balance_usd": "7"}, 400),
        ("PUT", ITEM, {"revoked": "yes"}, 400),
        ("PUT", ITEM, [], 400),
        ("POST", f"{ITEM}/faults", {"faults": []}, 400),
        ("POST", f"{ITEM}/faults", {"faults": ["gzip", "flood"]}, 400),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(accounts: Accounts, method: str, path: str, body: Any, status: int) -> None:
    before = call(accounts, "GET", "/_sandbox/accounts")
    answered, complaint = call(accounts, method, path, body)
    assert (answered, complaint["error"]["type"]) == (status, "sandbox_error")
    assert call(accounts, "GET", "/_sandbox/accounts") == before


def test_a_body_that_is_no_json_is_told_so(accounts: Accounts) -> None:
    assert control.answer(accounts, Heard("PUT", ITEM, {}, b"{")).status == 400


def test_faults_are_ordered_and_taken_away(accounts: Accounts) -> None:
    assert call(accounts, "POST", f"{ITEM}/faults", {"faults": ["rate-limit=3*2", "gzip"]}) == (200, {"faults": ["rate-limit=3*2", "gzip"]})
    assert call(accounts, "GET", f"{ITEM}/faults") == (200, {"faults": ["rate-limit=3*2", "gzip"]})
    assert call(accounts, "DELETE", f"{ITEM}/faults") == (200, {"faults": []})


def test_every_call_is_listed_with_its_price() -> None:
    box = sandbox()
    finish(ask(box, KEY))
    ask(box, KEY, CHAT, "hang")
    listed = json_of(box.hear(Heard("GET", f"{ITEM}/calls", {}, b"")))["items"]
    assert [(item["number"], item["outcome"], item["status"], item["faults"]) for item in listed] == [
        (1, "answered", 200, []),
        (2, "open", 0, ["hang"]),
    ]
    assert [item["cost_nano_usd"] > 0 for item in listed] == [True, False]


def test_an_account_shows_what_is_open() -> None:
    shown = control.shown(Account(Manner.OPENAI, "m", Money(0), calls=5, answered=2, refused=1))
    assert shown["open"] == 2
