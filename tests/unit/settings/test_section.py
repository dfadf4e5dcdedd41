from __future__ import annotations

import pytest

from solvent.settings import values
from solvent.settings.lines import Lines
from solvent.settings.section import Findings, Section, nearest, tables

TEXT = "[a]\nx = 0\n\nz = 1\n"


def section() -> Section:
    return Section({"x": 0, "z": 1}, ("a",), "[a]", Findings(Lines(TEXT)))


def test_a_value_is_taken_or_its_default() -> None:
    table = section()
    assert (table.take("z", values.count, 5), table.take("y", values.count, 5), table.maybe("y", values.count)) == (1, 5, None)
    assert (table.has("x"), table.has("y")) == (True, False)
    assert table.findings.mistakes == []


def test_a_wrong_value_is_noted_and_reading_goes_on() -> None:
    table = section()
    assert (table.take("x", values.count, 5), table.need("x", values.count, "1")) == (5, None)
    assert [str(mistake) for mistake in table.findings.mistakes] == ["line 2: `x` of [a]: 0 is not a number between 1 and 10,000,000"] * 2


def test_what_is_missing_is_noted_at_its_table() -> None:
    table = section()
    assert table.need("y", values.count, "7") is None
    assert [str(mistake) for mistake in table.findings.mistakes] == ["line 1: [a] has no `y`; write y = 7"]


def test_a_key_that_nobody_asked_for_is_noted() -> None:
    table = section()
    table.maybe("x", values.place)
    table.maybe("zz", values.place)
    table.done()
    assert [str(mistake) for mistake in table.findings.mistakes] == ["line 4: `z` is not a setting of [a]; did you mean `zz`?"]


def test_a_warning_is_no_mistake() -> None:
    table = section()
    table.warn("z", "better not")
    assert ([str(warning) for warning in table.findings.warnings], table.findings.mistakes) == (["line 4: `z` of [a]: better not"], [])


@pytest.mark.parametrize(("word", "expected"), [("mian", "did you mean `main`?"), ("qqq", "known are main, other")])
def test_the_nearest_word_is_told_else_all(word: str, expected: str) -> None:
    assert nearest(word, ["main", "other"]) == expected


@pytest.mark.parametrize("data", [{}, 5, [1], "x"])
def test_what_is_no_list_of_tables_is_noted(data: object) -> None:
    findings = Findings(Lines(TEXT))
    assert tables(data, "a", findings) == []
    assert [str(mistake) for mistake in findings.mistakes] == ["line 1: `a` must be a list of tables; write [[a]] above each"]
