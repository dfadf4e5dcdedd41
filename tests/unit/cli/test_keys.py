from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.office_twin import OfficeTwin, office, page, problem

__all__ = ["office"]

MADE = {"id": "k1", "name": "team", "key": "sv-s3cret", "balance_usd": "5.00", "budgets": [{"window": "day", "usd": "1.00"}], "rpm": 10}


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ([], {}),
        (["--balance", "5"], {"balance_usd": "5.00"}),
        (["--balance", "0"], {"balance_usd": "0.00"}),
        (["--budget-day", "1.50"], {"budgets": [{"window": "day", "usd": "1.50"}]}),
        (
            ["--budget-month", "20", "--budget-day", "1"],
            {"budgets": [{"window": "day", "usd": "1.00"}, {"window": "month", "usd": "20.00"}]},
        ),
        (["--rpm", "60", "--tpm", "1000"], {"rpm": 60, "tpm": 1000}),
        (["--models", "a, b ,"], {"models": ["a", "b"]}),
        (["--reveal"], {"reveal": True}),
    ],
)
def test_a_key_is_asked_for_with_what_was_wished_and_nothing_else(office: OfficeTwin, options: list[str], body: dict[str, Any]) -> None:
    office.tells["POST /api/keys"] = MADE
    assert office.run("keys", "create", "team", *options).code == 0
    (asked,) = office.asked
    assert asked.body == {"name": "team"} | body


def test_a_made_key_is_printed_once_with_its_limits(office: OfficeTwin) -> None:
    office.tells["POST /api/keys"] = MADE
    assert office.run("keys", "create", "team").out == (
        "key      sv-s3cret\n"
        "id       k1\n"
        "name     team\n"
        "balance  5.00 USD\n"
        "budgets  1.00 USD a day\n"
        "rpm      10\n"
        "\n"
        "The key is shown this once. Keep it where only its user reads it.\n"
    )


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"balance_usd": None, "budgets": []}, 1),
        ({"balance_usd": None, "budgets": [{"window": "day", "usd": "1.00"}]}, 0),
        ({"balance_usd": "0.00", "budgets": []}, 0),
    ],
)
def test_a_key_without_balance_and_budget_is_said_to_have_no_limit(office: OfficeTwin, limits: dict[str, Any], told: int) -> None:
    office.tells["POST /api/keys"] = MADE | limits
    assert office.run("keys", "create", "team").out.count("It may spend without a limit") == told


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["team", "--balance", "much"], "--balance: `much` is not an amount in dollars; write a decimal number with at most nine places"),
        (["team", "--balance", "-1"], "--balance: `-1` is below zero; give an amount in dollars such as 25.00"),
        (["team", "--budget-day", "1e3"], "--budget-day: `1e3` is not an amount in dollars"),
        (["team", "--models", " , "], "`--models` names no model; write names with commas between, or leave it out to allow all"),
        ([" "], "the name of the key is empty; give one that tells who uses it"),
        (["team", "--rpm", "0"], "0 is not in the range x>=1; `solvent keys create --help` lists what it takes"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_before_the_office_is_asked(office: OfficeTwin, options: list[str], complaint: str) -> None:
    ran = office.run("keys", "create", *options)
    assert (ran.code, ran.out, ran.err.count("\n"), office.asked) == (2, "", 1, [])
    assert complaint in ran.err


def test_a_lost_answer_to_a_new_key_says_how_to_go_on(office: OfficeTwin) -> None:
    office.tells["POST /api/keys"] = ConnectionResetError()
    ran = office.run("keys", "create", "team")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        "solvent: cannot reach the office at `http://127.0.0.1:8401`: the connection was closed before the answer; look at its log, "
        "or start it anew; `solvent keys list` shows whether the key was made all the same: then revoke it and make another\n"
    )


def test_keys_are_listed_with_their_money_and_limits(office: OfficeTwin) -> None:
    office.tells["GET /api/keys"] = page(
        {"id": "k1", "name": "team", "balance_usd": "5.00", "budgets": [], "models": ["a", "b"], "rpm": None, "revoked": False},
        {"id": "k2", "name": "客户", "balance_usd": None, "budgets": [{"window": "month", "usd": "9.5"}], "models": [], "revoked": True},
    )
    assert office.run("keys", "list").out.splitlines() == [
        "ID  NAME  BALANCE  BUDGETS          MODELS  REVOKED",
        "k1  team     5.00  -                a, b    -",
        "k2  客户        -  9.5 USD a month  -       yes",
    ]


def test_without_keys_the_next_step_is_told(office: OfficeTwin) -> None:
    office.tells["GET /api/keys"] = page()
    assert office.run("keys", "list").out == "There are no keys yet; `solvent keys create NAME` makes one.\n"


@pytest.mark.parametrize("told", [{}, {"id": "k1", "revoked": True}])
def test_a_key_is_revoked_by_its_id(office: OfficeTwin, told: dict[str, Any]) -> None:
    office.tells["DELETE /api/keys/k%2F1"] = told
    ran = office.run("keys", "revoke", " k/1 ")
    assert (ran.code, ran.out) == (0, "Key `k/1` is revoked; no worker takes it any more.\n")


def test_an_unknown_key_cannot_be_revoked(office: OfficeTwin) -> None:
    office.tells["DELETE /api/keys/k9"] = problem(404, "No key has the id `k9`.")
    ran = office.run("keys", "revoke", "k9")
    assert (ran.code, ran.err) == (1, "solvent: No key has the id `k9`; `solvent keys list` shows the ids\n")


@pytest.mark.parametrize("key_id", ["", " ", "..", "."])
def test_an_id_that_would_lead_elsewhere_is_refused(office: OfficeTwin, key_id: str) -> None:
    ran = office.run("keys", "revoke", key_id)
    assert (ran.code, office.asked) == (2, [])
    assert ran.err == f"solvent: `{key_id}` is no id of a key; give one that the list shows\n"
