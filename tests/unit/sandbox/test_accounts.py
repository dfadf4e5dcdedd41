from __future__ import annotations

import pytest

from solvent.base.money import Money
from solvent.sandbox.accounts import Account, Accounts, Call, Manner, Outcome, manner_of, open_account


@pytest.mark.parametrize(
    ("key", "manner", "name", "usd", "channels"),
    [
        ("sk-sandbox-anthropic-main-5.00", Manner.ANTHROPIC, "main", "5.00", {}),
        ("sk-sandbox-openai-team-2-0.000000001", Manner.OPENAI, "team-2", "0.000000001", {}),
        ("sk-sandbox-new-api-club-10+anthropic-0+openai-2.50", Manner.NEW_API, "club", "10.00", {"anthropic": "0.00", "openai": "2.50"}),
        ("sk-sandbox-openrouter-x-0", Manner.OPENROUTER, "x", "0.00", {}),
    ],
)
def test_a_key_opens_the_account_that_it_describes(key: str, manner: Manner, name: str, usd: str, channels: dict[str, str]) -> None:
    account = open_account(key)
    assert account is not None
    assert (account.manner, account.name, str(account.balance)) == (manner, name, usd)
    assert account.granted == account.balance
    assert {vendor: str(balance) for vendor, balance in account.channels.items()} == channels


@pytest.mark.parametrize(
    "key",
    [
        "",
        "sk-other",
        "sk-sandbox-anthropic-main",
        "sk-sandbox-google-main-1",
        "sk-sandbox-openai-Main-1",
        "sk-sandbox-openai-main-1.",
        "sk-sandbox-openai-m-1+openai-1",
        "sk-sandbox-new-api-m-1+mars-1",
        "sk-sandbox-openai-m-1e3",
    ],
)
def test_any_other_key_is_no_account(key: str) -> None:
    assert open_account(key) is None


@pytest.mark.parametrize(
    ("key", "manner"), [("sk-sandbox-deepseek-x", Manner.DEEPSEEK), ("sk-sandbox-new-api", Manner.NEW_API), ("sk-ant-api03-x", None)]
)
def test_a_broken_sandbox_key_still_tells_its_manner(key: str, manner: Manner | None) -> None:
    assert manner_of(key) is manner


def test_two_keys_of_one_name_lead_to_one_account() -> None:
    accounts = Accounts()
    first = accounts.of("sk-sandbox-openai-main-1")
    assert first is not None
    assert accounts.of("sk-sandbox-openai-main-1") is accounts.of("sk-sandbox-openai-main-9") is first
    assert accounts.of("nonsense") is None
    assert list(accounts.by_id) == ["openai-main"]


def test_what_was_granted_is_what_was_spent_and_what_is_left() -> None:
    account = Account(Manner.NEW_API, "club", Money(100), {"anthropic": Money(30)}, granted=Money(100))
    for number, vendor in enumerate(["anthropic", "openai"], 1):
        call = Call(number, "", "openai", input_tokens=3, output_tokens=4, cost=Money(25 * number))
        account.begin(call)
        account.charge(call, vendor, Outcome.ANSWERED)
    account.set_balance(Money(60))
    assert account.granted == account.spent + account.balance
    assert (account.spent, account.channels, account.calls, account.answered) == (Money(75), {"anthropic": Money(5)}, 2, 2)
    assert (account.input_tokens, account.output_tokens) == (6, 8)


def test_a_refused_call_costs_nothing() -> None:
    account, call = Account(Manner.OPENAI, "main", Money(1)), Call(1, "", "openai")
    account.begin(call)
    account.refuse(call, 429)
    assert (account.balance, account.refused, call.status, call.outcome) == (Money(1), 1, 429, Outcome.REFUSED)
