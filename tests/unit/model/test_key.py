from __future__ import annotations

from solvent.base.money import Money
from solvent.model.key import Budget, Key


def test_a_key_without_more_words_is_without_limits() -> None:
    key = Key("id", "name", "digest")
    assert (key.prepaid, key.budgets, key.rpm, key.tpm, key.models, key.reveal, key.revoked) == (False, (), None, None, (), False, False)


def test_keys_with_the_same_facts_are_the_same() -> None:

    assert Key("id", "name", "digest", budgets=(Budget("day", Money(5)),)) == Key(
        "id", "name", "digest", budgets=(Budget("day", Money(5)),)
    )
