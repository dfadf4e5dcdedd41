"""Normal forms are those of Unicode, and no number of accents makes them slow."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest

from solvent.base import composed as module
from solvent.base.composed import composed

TEXTS = [
    "",
    "402 Insufficient Balance",
    "cafe\u0301 and e\u0323\u0302x, re\u0301sume\u0301",
    "ﬁne ＡＰＩ ①",
    "余额不足。请充值!" * 20,
    "\u1112\u1161\u11ab\u1100\u1173\u11af " * 40,
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("form", ["NFC", "NFKC", "NFKD"])
def test_it_is_the_normal_form(text: str, form: module.Form) -> None:
    assert composed(text, form) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("text", ["a" + "\u0315\u0300\u0316" * 20_000, "\u0300\u0316" * 20_000, "x\u0316" * 20_000])
def test_never_are_more_accents_sorted_at_once_than_are_bounded(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0

    class Counting:
        @staticmethod
        def normalize(form: module.Form, part: str) -> str:
            nonlocal steps
            marks = [unicodedata.combining(sign) for sign in part]
            runs = [0]
            for one, other in pairwise(marks):
                runs.append(runs[-1] + 1 if one and other else 0)
            steps += sum(runs)
            return unicodedata.normalize(form, part)

    monkeypatch.setattr(module, "unicodedata", Counting)
    left = composed(text, "NFKD")
    assert len(left) == len(text)
    assert steps < len(text) * 256
