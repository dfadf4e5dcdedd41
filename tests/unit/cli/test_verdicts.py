from __future__ import annotations

from typing import Any

import pytest

from solvent.cli import verdicts


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("auth_invalid", "auth_invalid (key refused)"),
        ("credit_exhausted", "credit_exhausted"),
        ("not_an_error", ""),
        (None, ""),
        ("new\x1bcode", "new�code"),
    ],
)
def test_a_category_keeps_its_code_and_gains_words_that_say_more(code: Any, shown: str) -> None:
    assert verdicts.category(code) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("relay_user", "relay_user (your prepaid balance at the relay)"),
        ("none", ""),
        (None, ""),
        ("somebody", "somebody"),
    ],
)
def test_a_wallet_is_told_in_words(code: Any, shown: str) -> None:
    assert verdicts.wallet(code) == shown
