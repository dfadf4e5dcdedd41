from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from solvent.cases.similar import SHOWN_MAX, Why, similar
from solvent.model.occurrence import Case
from solvent.model.verdict import Category, Wallet

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CASE = Case(
    "a", "answered", "acme/x", Category.CREDIT_EXHAUSTED, Wallet.RELAY_USER, "acme", "your balance of <n> is too low for this", 1, AT, AT
)


def test_the_reason_is_named_and_the_strongest_comes_first() -> None:
    kind = replace(CASE, id="k", rule="acme/y", template="something else entirely was said")
    rule = replace(CASE, id="r", wallet=Wallet.RELAY_UPSTREAM, provider="other", template="")
    words = replace(
        CASE, id="w", rule=None, category=Category.OTHER, provider="unknown", template="your balance of <n> is too low for that"
    )
    found = similar(CASE, [kind, words, rule, CASE])
    assert [(like.case.id, like.why) for like in found] == [("r", Why.SAME_RULE), ("w", Why.NEAR_WORDS), ("k", Why.SAME_KIND)]
    assert found[1].share_percent == 80


def test_what_shares_nothing_is_not_similar() -> None:
    other = replace(CASE, id="o", rule="acme/z", category=Category.TIMEOUT, template="it took too long to answer")
    assert similar(CASE, [other]) == ()
    unknown = replace(CASE, id="u", rule=None, template="one thing failed")
    assert similar(unknown, [replace(unknown, id="v", template="another matter entirely broke")]) == (), "not known is no likeness"
    assert similar(replace(unknown, template="a b"), [replace(unknown, id="v", template="a b")]) == (), "too few words tell nothing"


def test_the_order_does_not_depend_on_that_of_the_candidates() -> None:
    many = [replace(CASE, id=f"c{number}", last_at=AT + timedelta(hours=number % 3)) for number in range(12)]
    found = similar(CASE, many)
    assert len(found) == SHOWN_MAX
    for seed in range(5):
        random.Random(seed).shuffle(many)
        assert similar(CASE, many) == found


def test_chinese_sentences_are_compared_by_their_signs() -> None:
    one = replace(CASE, rule=None, template="当前分组上游负载已饱和，请稍后再试 <n>")
    other = replace(one, id="b", template="当前分组上游负载已饱和，请稍后重试 <n>")
    assert [like.why for like in similar(one, [other])] == [Why.NEAR_WORDS]
