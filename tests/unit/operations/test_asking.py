from __future__ import annotations

import pytest

from solvent.base.errors import UsageError
from solvent.ledger.transfers import Reason, Refusal
from solvent.operations.asking import REUSED, Answered, Kept, Refused, Why, Wish, again, refused


def test_the_same_wish_is_told_from_another_and_no_text_of_it_is_kept() -> None:
    wish = Wish.of("once", "top up key:a", {"usd": "1.00", "reference": "r"})
    assert wish == Wish.of("once", "top up key:a", {"reference": "r", "usd": "1.00"})
    assert wish.id == Wish.of("once", "something else", 1).id
    assert (
        len(
            {
                wish.content,
                Wish.of("once", "top up key:b", {"usd": "1.00", "reference": "r"}).content,
                Wish.of("once", "top up key:a", {}).content,
            }
        )
        == 3
    )
    assert "once" not in wish.id + wish.content


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "ключ", "a\nb"])
def test_what_is_no_idempotency_key_is_refused(key: str) -> None:
    with pytest.raises(UsageError, match="1 to 255 printable ASCII"):
        Wish.of(key, "x", None)


def test_the_first_answer_is_told_again_to_the_same_wish_alone() -> None:
    wish = Wish.of("once", "x", 1)
    assert again(Kept(wish.content, {"id": 1}), wish) == Answered({"id": 1})
    assert again(Kept("other", {"id": 1}), wish) is REUSED


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_of_the_books_has_words_for_whoever_asked(reason: Reason) -> None:
    outcome = refused(Refusal(reason, "t"))
    assert isinstance(outcome, Refused)
    assert outcome.why is (Why.REUSED if reason is Reason.EXISTS_WITH_DIFFERENT_CONTENT else Why.CONFLICT)
