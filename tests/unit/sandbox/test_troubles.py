from __future__ import annotations

import string

import pytest

from solvent.sandbox.troubles import ANTHROPIC, DEEPSEEK, MIDDLEWARE, NEW_API, OPENAI, OPENROUTER, Row, Trouble

TABLES = {"anthropic": ANTHROPIC, "openai": OPENAI, "deepseek": DEEPSEEK, "openrouter": OPENROUTER, "new-api": NEW_API}
FACTS = {
    "model",
    "field",
    "line",
    "column",
    "position",
    "method",
    "path",
    "key",
    "wait",
    "tool",
    "words",
    "left",
    "needed",
    "wanted",
    "affordable",
}
NEEDED = {
    Trouble.NO_CREDIT,
    Trouble.KEY_MISSING,
    Trouble.KEY_WRONG,
    Trouble.MODEL_UNKNOWN,
    Trouble.NOT_JSON,
    Trouble.FIELD_MISSING,
    Trouble.NO_MESSAGES,
}
BY_VENDOR = {Trouble.RATE_LIMITED, Trouble.SERVER_ERROR, Trouble.OVERLOADED}


@pytest.mark.parametrize("name", TABLES)
def test_every_provider_has_words_for_what_can_always_happen(name: str) -> None:
    assert TABLES[name].keys() >= NEEDED | (set() if name == "new-api" else BY_VENDOR)


@pytest.mark.parametrize("row", [row for table in TABLES.values() for row in table.values()])
def test_a_row_is_an_error_and_asks_only_for_facts_that_are_given(row: Row) -> None:
    assert 400 <= row.status < 600
    asked = {field for text in (row.message, row.param or "", row.raw) for _, field, _, _ in string.Formatter().parse(text) if field}
    assert asked <= FACTS


def test_a_relays_middleware_decides_before_any_channel() -> None:
    assert NEW_API.keys() >= MIDDLEWARE
