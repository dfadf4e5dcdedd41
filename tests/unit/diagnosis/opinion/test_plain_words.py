from __future__ import annotations

import pytest

from solvent.diagnosis.opinion.plain_words import is_plain


@pytest.mark.parametrize("word", ["the", "Unfortunately", "Retries", "checked", "a", "processing", "Logs"])
def test_a_common_word_is_plain_in_its_forms(word: str) -> None:
    assert is_plain(word)


@pytest.mark.parametrize("word", ["tenacity", "Groq", "httpx", "langchain", "sudo", "evil", "litellm"])
def test_a_name_is_not(word: str) -> None:
    assert not is_plain(word)
