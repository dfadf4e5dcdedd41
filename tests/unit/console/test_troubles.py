from __future__ import annotations

import pytest

from solvent.console import troubles
from solvent.model.opinion import Trouble


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_is_told_in_both_languages(trouble: Trouble) -> None:
    english, chinese = troubles.words(trouble, "en"), troubles.words(trouble, "zh")
    assert english.endswith(".")
    assert chinese.endswith("。")


def test_no_two_are_told_alike() -> None:
    assert len({troubles.words(trouble, "en") for trouble in Trouble}) == len(Trouble)


@pytest.mark.parametrize(("word", "trouble"), [("busy", Trouble.BUSY), ("BUSY", None), ("", None), (None, None), ("<b>", None)])
def test_an_address_may_name_one(word: str | None, trouble: Trouble | None) -> None:
    assert troubles.named(word) is trouble
