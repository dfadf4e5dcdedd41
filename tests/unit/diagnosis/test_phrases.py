from __future__ import annotations

from solvent.diagnosis import phrases


def test_every_phrase_takes_the_same_values_in_both_languages() -> None:
    for words in (phrases.NIL_TYPE, phrases.ONE_SUFFIX, phrases.MANY_SUFFIXES, phrases.MASKED, phrases.OTHER_ERRORS):
        for lang in ("en", "zh"):
            assert "{" not in words.of(lang).format(count=2, software="new-api")
