from __future__ import annotations

from solvent.model.usage import NO_USAGE, Usage


def test_the_prompt_is_everything_but_the_output() -> None:
    assert Usage(1, 20, 300, 4_000, 50_000).prompt_tokens == 4_321


def test_nothing_used_is_nothing() -> None:
    assert sum(NO_USAGE) == 0
