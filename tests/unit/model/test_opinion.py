from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from solvent.diagnosis.desk import explain
from solvent.diagnosis.engine import Engine
from solvent.model.opinion import Assisted, Opinion, Standing
from solvent.model.verdict import Category, Wallet
from tests import small

SAID = Opinion(
    title="A title", cause="A cause.", solution=("Do it.",), category=Category.CREDIT_EXHAUSTED, wallet=Wallet.RELAY_USER, struck=2
)


def test_the_report_in_its_words_says_so_and_keeps_what_is_for_others(small_engine: Engine) -> None:
    report = explain(small.UNKNOWN, small_engine, "en").report
    told = SAID.report(report)
    assert (told.title, told.cause, told.solution, told.source) == ("A title", "A cause.", ("Do it.",), "model-assisted")
    assert (told.summary, told.prevention) == (report.summary, report.prevention)
    assert (told.original, told.write_to, told.code) == (report.original, report.write_to, report.code)
    assert report.source == "catalogue"


@pytest.mark.parametrize(
    ("category", "wallet", "agrees"),
    [
        (Category.CREDIT_EXHAUSTED, Wallet.OWN_PROVIDER_ACCOUNT, True),
        (None, Wallet.OWN_PROVIDER_ACCOUNT, True),
        (Category.RATE_LIMITED, Wallet.OWN_PROVIDER_ACCOUNT, False),
        (Category.CREDIT_EXHAUSTED, Wallet.RELAY_USER, False),
        (Category.CREDIT_EXHAUSTED, None, None),
    ],
)
def test_of_money_it_agrees_with_the_verdict_or_not(
    small_engine: Engine,
    category: Category | None,
    wallet: Wallet | None,
    agrees: bool | None,  # noqa: FBT001 - a table's column
) -> None:
    verdict = explain(small.NO_CREDIT, small_engine, "en").verdict
    assert verdict.wallet is Wallet.OWN_PROVIDER_ACCOUNT
    assert replace(SAID, category=category, wallet=wallet).agrees(verdict) is agrees


def test_where_no_rule_decided_there_is_nothing_to_agree_with(small_engine: Engine) -> None:
    assert SAID.agrees(explain(small.UNKNOWN, small_engine, "en").verdict) is None


@pytest.mark.parametrize(("standing", "checked"), [(Standing.PENDING, False), (Standing.APPROVED, True), (Standing.REJECTED, False)])
def test_what_is_told_beside_it(small_engine: Engine, standing: Standing, checked: bool) -> None:  # noqa: FBT001 - a table's column
    kept = Assisted("id", "key", "paste", "en", "tapir", datetime(2026, 11, 25, tzinfo=UTC), standing, SAID)
    assert kept.as_json(explain(small.UNKNOWN, small_engine, "en").verdict) == {
        "model": "tapir",
        "checked_by_a_person": checked,
        "struck": 2,
        "category": "credit_exhausted",
        "wallet": "relay_user",
        "agrees": None,
        "proven": False,
    }
