"""A short campaign over texts that nobody planned; `make torture` has the long one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solvent.diagnosis import desk, engine
from tests import mutations

# Words that mean something to one part or another, next to any sign at all.
WORDS = st.sampled_from(
    [
        "429",
        "retry-after: ",
        "request id: ",
        '{"error":{"message":"',
        "Traceback (most recent call last):\n",
        "date: ",
        "额度",
        "\\u00",
        *mutations.ODD[:20],
    ]
)


@pytest.mark.parametrize("seed", range(8))
def test_examples_that_were_mutated_are_explained_all_the_same(seed: int) -> None:
    for number, text in enumerate(mutations.pastes(seed, 25)):
        mutations.hold(text, "en" if number % 2 else "zh")


@given(st.lists(st.one_of(WORDS, st.text(max_size=30)), max_size=12).map("".join), st.sampled_from(["en", "zh"]))
@settings(max_examples=60)
@example("x-ratelimit-reset: 9999999999999", "en")
@example("usage limit reached|9999999999", "zh")
def test_any_text_is_explained(text: str, lang: str) -> None:
    mutations.hold(text, lang)


def test_every_rule_brings_an_example_to_mutate() -> None:
    assert len(mutations.examples()) > len(engine.packaged().catalogue.rules)
    assert list(mutations.pastes(3, 5)) == list(mutations.pastes(3, 5))
    assert len(set(mutations.pastes(4, 50))) > 40


def test_a_secret_that_is_left_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = desk.explain(f"401 invalid key {mutations.KEY}", engine.packaged(), "en")
    leaking = replace(real, text=f"401 invalid key {mutations.KEY}")
    monkeypatch.setattr(desk, "explain", lambda *_: leaking)
    with pytest.raises(AssertionError):
        mutations.hold("401", "en")
