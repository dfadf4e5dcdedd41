from __future__ import annotations

from typing import Any

import msgspec
import pytest

from solvent.base.money import Money
from solvent.sandbox import balances
from solvent.sandbox.accounts import Account, Manner
from solvent.sandbox.paths import Endpoint


def account(manner: Manner) -> Account:
    return Account(manner, "main", Money.parse("4.005"), granted=Money.parse("5.00"), spent=Money.parse("0.995"))


@pytest.mark.parametrize(
    ("manner", "endpoint", "path", "value"),
    [
        (Manner.DEEPSEEK, Endpoint.DEEPSEEK_BALANCE, ["balance_infos", 0, "total_balance"], "4.00"),
        (Manner.DEEPSEEK, Endpoint.DEEPSEEK_BALANCE, ["is_available"], True),
        (Manner.OPENROUTER, Endpoint.OPENROUTER_CREDITS, ["data", "total_credits"], 5.0),
        (Manner.OPENROUTER, Endpoint.OPENROUTER_CREDITS, ["data", "total_usage"], 0.995),
        (Manner.OPENROUTER, Endpoint.OPENROUTER_KEY, ["data", "usage"], 0.995),
        (Manner.NEW_API, Endpoint.RELAY_SUBSCRIPTION, ["hard_limit_usd"], 5.0),
        (Manner.NEW_API, Endpoint.RELAY_USAGE, ["total_usage"], 99.5),
        (Manner.NEW_API, Endpoint.RELAY_TOKEN, ["data", "total_available"], 2_002_500),
    ],
)
def test_a_balance_is_told_in_the_providers_form_and_unit(manner: Manner, endpoint: Endpoint, path: list[str | int], value: object) -> None:
    reply = balances.answer(account(manner), endpoint)
    assert reply is not None
    told: Any = msgspec.json.decode(reply.body)
    for step in path:
        told = told[step]
    assert told == value


def test_a_provider_does_not_answer_anothers_path() -> None:
    assert balances.answer(account(Manner.OPENAI), Endpoint.DEEPSEEK_BALANCE) is None
    assert balances.answer(account(Manner.DEEPSEEK), Endpoint.RELAY_USAGE) is None


def test_a_debt_shows_as_no_balance_at_deepseek() -> None:
    owing = Account(Manner.DEEPSEEK, "main", Money(-1))
    reply = balances.answer(owing, Endpoint.DEEPSEEK_BALANCE)
    assert reply is not None
    assert b'"is_available":false' in reply.body
    assert b'"total_balance":"0.00"' in reply.body
