from __future__ import annotations

import pytest

from solvent.settings.lines import Lines, Path

TEXT = '''\
# [commented]
top = 1
dotted.inner = "a # no comment"

[table]           # a comment with "quotes
"quoted key" = 'it''s'
many = """
[not.a.header]
x = 1
"""
raw = \'\'\'
[[nor]] = this
\'\'\'
list = [
  1, # one
  [2, 3],

  { a = 1, b = [
    "x",
    "y"] },
]

[[item]]
name = "first"
[item.inner]
deep = { k = "{", l = "]" }

[[item]]
name = "second"
[[item.part]]
p = 1
[[item.part]]
p = 2
'''.replace("'it''s'", "'its'")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("commented",), None),
        (("top",), 2),
        (("dotted",), 3),
        (("dotted", "inner"), 3),
        (("table",), 5),
        (("table", "quoted key"), 6),
        (("table", "many"), 7),
        (("table", "x"), 5),
        (("table", "raw"), 11),
        (("nor",), None),
        (("table", "list"), 14),
        (("table", "list", 0), 15),
        (("table", "list", 1), 16),
        (("table", "list", 1, 1), 16),
        (("table", "list", 2), 18),
        (("table", "list", 2, "b"), 18),
        (("table", "list", 2, "b", 1), 20),
        (("table", "list", 2, "c"), 18),
        (("item",), 23),
        (("item", 0), 23),
        (("item", 0, "name"), 24),
        (("item", 0, "inner"), 25),
        (("item", 0, "inner", "deep", "l"), 26),
        (("item", 1), 28),
        (("item", 1, "name"), 29),
        (("item", 1, "part", 0, "p"), 31),
        (("item", 1, "part", 1, "p"), 33),
        (("item", 1, "missing"), 28),
    ],
)
def test_a_key_an_item_and_what_is_missing_have_a_line(path: Path, line: int | None) -> None:
    assert Lines(TEXT).of(path) == line


@pytest.mark.parametrize("text", ["", "\n\n", "# only", "a", "a = ", "= 1", "[[", "a = [", 'a = "open', "]\n}", "\\", "a = {b"])
def test_a_text_that_is_no_toml_does_not_hold_it_up(text: str) -> None:
    assert Lines(text).of(("nothing",)) is None


def test_lines_that_end_as_on_windows_are_counted_once() -> None:
    assert Lines("a = 1\r\n\r\nb = 2\r\n").of(("b",)) == 3
