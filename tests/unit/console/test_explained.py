from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from solvent.catalogue.load import Catalogue
from solvent.console import examples, explained
from solvent.diagnosis import desk
from solvent.diagnosis.engine import Engine
from solvent.model.occurrence import Case
from solvent.model.verdict import Category, Wallet

WHEN = datetime(2026, 11, 25, tzinfo=UTC)
CASE = Case("f", "answered", "anthropic/credit-balance-too-low", Category.OTHER, Wallet.NONE, "x", "a sentence of <n>", 1, WHEN, WHEN)


@pytest.mark.parametrize(
    ("slug", "kinds"),
    [("seed", []), ("anthropic-direct", ["billing"]), ("openai-quota", ["billing"]), ("unknown", []), ("relay-balance", [])],
)
def test_help_is_linked_only_where_the_reader_can_act(packaged_engine: Engine, slug: str, kinds: list[str]) -> None:
    verdict = desk.explain(examples.find(slug).text, packaged_engine, "en").verdict
    assert [link.kind for link in explained.help_links(verdict, packaged_engine.catalogue)] == kinds


def test_a_case_is_called_by_its_rule_else_by_its_sentence(catalogue: Catalogue) -> None:
    assert explained.case_title(CASE, catalogue, "en") == "The Anthropic account behind the key has no credit"
    assert explained.case_title(replace(CASE, rule=None), catalogue, "zh") == "a sentence of <n>"
    assert explained.case_title(replace(CASE, rule="a/rule-of-the-past"), catalogue, "zh") == "a sentence of <n>"
    assert explained.case_title(replace(CASE, rule=None, template=""), catalogue, "zh") == "暂未识别"


@pytest.mark.parametrize(("wish", "language"), [(None, None), ("python", "python"), ("curl", "curl"), ("cobol", None)])
def test_languages_of_code(wish: str | None, language: str | None) -> None:
    assert explained.code_language(wish) == language
