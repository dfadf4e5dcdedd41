from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from solvent.catalogue.load import packaged
from solvent.diagnosis import phrases
from solvent.model.occurrence import Case
from solvent.model.verdict import Category, Wallet
from solvent.operations import naming
from tests import small

WHEN = datetime(2026, 11, 25, tzinfo=UTC)
CATALOGUE = small.catalogue()
CASE = Case("f", "answered", "acme/no-credit", Category.CREDIT_EXHAUSTED, Wallet.NONE, "acme", "a sentence of <n>", 1, WHEN, WHEN)


@pytest.mark.parametrize(
    ("values", "en", "zh"),
    [
        ({}, "Defect: credit_exhausted", "Defect: credit_exhausted（中文）"),
        ({"rule": None}, "a sentence of <n>", "a sentence of <n>"),
        ({"rule": "a/rule-of-the-past"}, "a sentence of <n>", "a sentence of <n>"),
        ({"rule": None, "template": ""}, "Acme: credit exhausted", "Acme: 余额耗尽"),
        ({"rule": None, "template": "", "provider": "unknown"}, "credit exhausted", "余额耗尽"),
    ],
)
def test_a_case_is_called_by_its_rule_else_by_its_sentence_else_by_what_failed(values: dict[str, str | None], en: str, zh: str) -> None:
    case = replace(CASE, **values)  # type: ignore[arg-type]
    assert [naming.title(case, CATALOGUE, lang) for lang in ("en", "zh")] == [en, zh]


def test_a_relays_refusal_of_the_readers_relay_is_not_called_the_readers_own() -> None:
    case = replace(CASE, rule="new-api/user-quota-empty", provider="new-api", wallet=Wallet.RELAY_UPSTREAM)
    theirs = naming.title(case, packaged(), "zh")
    assert theirs == phrases.PASSED_ON[Category.CREDIT_EXHAUSTED].zh
    assert naming.title(replace(case, wallet=Wallet.RELAY_USER), packaged(), "zh") != theirs
    assert theirs in naming.words(case, packaged())


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("short", "short"),
        ("w" * naming.TITLE_CHARS_MAX, "w" * naming.TITLE_CHARS_MAX),
        ("word " * 40, "word " * 23 + "word…"),
        ("余" * 200, "余" * 119 + "…"),
        ("a " + "b" * 200, "a " + "b" * 117 + "…"),
    ],
)
def test_a_long_sentence_ends_at_a_word(text: str, title: str) -> None:
    assert naming.shortened(text) == title
    assert len(naming.shortened(text)) <= naming.TITLE_CHARS_MAX


def test_a_case_is_found_by_its_names_in_both_languages_and_by_nothing_of_a_text() -> None:
    assert naming.words(CASE, CATALOGUE).split(" ") == [
        *[
            "Defect:",
            "credit_exhausted",
            "Defect:",
            "credit_exhausted（中文）",
            "credit",
            "exhausted",
            "余额耗尽",
            "credit_exhausted",
            "acme",
            "Acme",
        ],
    ]
    assert "sentence" not in naming.words(replace(CASE, rule=None), CATALOGUE)
