from __future__ import annotations

from solvent.catalogue.load import packaged
from solvent.diagnosis.opinion import nearest
from solvent.diagnosis.opinion.nearest import Nearest


def test_rare_words_weigh_more_than_common_ones() -> None:
    near = Nearest([("one", "the error of the tapir"), ("two", "the error of the request"), ("three", "the error of the answer")])
    assert near.to("an error: tapir", 1) == ("one",)


def test_what_shares_nothing_is_not_near() -> None:
    assert Nearest([("one", "tapir"), ("two", "余额不足")]).to("zebra", 3) == ()


def test_chinese_is_compared_by_pairs() -> None:
    assert Nearest([("one", "tapir"), ("two", "余额不足")]).to("账户余额", 3) == ("two",)


def test_the_packaged_rules_are_found_by_what_they_are_about() -> None:
    found = nearest.rules(packaged()).to("thought_signature is missing in functionCall parts", 5)
    assert any("thought" in name or "signature" in name for name in found)
