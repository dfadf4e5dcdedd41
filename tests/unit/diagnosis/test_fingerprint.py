from __future__ import annotations

from solvent.diagnosis import fingerprint


def test_what_differs_between_occurrences_is_masked() -> None:
    one = "The key `abc` at https://x.example/1 failed 3 times (request id: 20260126100910722614337HsQybcmN)"
    two = "The key `xyz` at https://y.example/2 failed 14 times (request id: 20260127100910722614337AbCdEfGh)"
    assert fingerprint.template(one) == fingerprint.template(two) == "the key <name> at <url> failed <n> times"


def test_different_sentences_stay_different() -> None:
    assert fingerprint.template("quota exceeded") != fingerprint.template("model not found")


def test_parts_do_not_run_into_each_other() -> None:
    assert fingerprint.of("ab", "c") != fingerprint.of("a", "bc")
    assert fingerprint.of("a", None) == fingerprint.of("a", "")
    assert len(fingerprint.of("a")) == 16


def test_a_part_is_named_by_both_the_fingerprint_and_the_sentence() -> None:
    assert len({fingerprint.part("a", "x"), fingerprint.part("a", "y"), fingerprint.part("b", "x"), "a"}) == 4
    assert fingerprint.part("a", "x") == fingerprint.part("a", "x")
