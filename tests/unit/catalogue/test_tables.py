from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from solvent.base.errors import UsageError
from solvent.catalogue.tables import CatalogueError, Source, Steps, Table, Words, language

WHERE = "errors/acme/made-up.toml"
SOURCE = {"address": "https://acme.example", "read": date(2026, 11, 25), "evidence": "captured"}
Read = Callable[[Table], Any]


def a_text(table: Table) -> Any:
    return table.text("key")


def a_number(table: Table) -> Any:
    return table.number("key")


def a_flag(table: Table) -> Any:
    return table.flag("key", default=None)


def a_source(table: Table) -> Any:
    return table.source()


RIGHT: list[tuple[Read, Any, Any]] = [
    (a_text, " trimmed ", "trimmed"),
    (lambda table: table.text("other", "default"), None, "default"),
    (lambda table: table.text("other", ""), None, ""),
    (lambda table: table.choice("key", ("a", "b")), "b", "b"),
    (lambda table: table.choice("other", ("a", "b"), ""), None, ""),
    (a_number, 0, 0),
    (lambda table: table.number("other", 7), None, 7),
    (lambda table: table.number("other"), None, None),
    (a_flag, False, False),
    (lambda table: table.flag("other", default=True), None, True),
    (lambda table: table.day("key"), date(2026, 11, 25), date(2026, 11, 25)),
    (lambda table: table.texts("key"), "one", ("one",)),
    (lambda table: table.texts("key"), ["one", "two"], ("one", "two")),
    (lambda table: table.texts("other"), None, ()),
    (lambda table: table.numbers("key"), 402, (402,)),
    (lambda table: table.numbers("key"), [402, 429], (402, 429)),
    (lambda table: table.words("key"), {"en": "money", "zh": "钱"}, Words("money", "钱")),
    (lambda table: table.words("other"), None, None),
    (lambda table: table.steps("key"), {"en": ["a", "b"], "zh": ["甲", "乙"]}, Steps(("a", "b"), ("甲", "乙"))),
    (lambda table: table.steps("other"), None, None),
    (lambda table: table.tables("other"), None, []),
]

# What is read, what stands in the file, and what the refusal must name.
WRONG: list[tuple[Read, Any, str]] = [
    (a_text, 5, "`key` must be a text"),
    (a_text, "  ", "`key` must be a text"),
    (a_text, ["a"], "`key` must be a text"),
    (lambda table: table.text("other"), "x", "`other` must be a text"),
    (lambda table: table.choice("key", ("a", "b")), "c", "`key` is `c`; it must be one of a, b"),
    (a_number, "402", "`key` must be a whole number"),
    (a_number, 4.02, "`key` must be a whole number"),
    (a_number, True, "`key` must be a whole number"),
    (a_flag, "yes", "`key` must be true or false"),
    (a_flag, 1, "`key` must be true or false"),
    (lambda table: table.day("key"), "2026-11-25", "`key` must be a date"),
    (lambda table: table.day("other"), "x", "`other` must be a date"),
    (lambda table: table.texts("key"), [1], "`key` must be a text or a list of texts"),
    (lambda table: table.texts("key"), ["a", ""], "`key` must be a text or a list of texts"),
    (lambda table: table.texts("key"), {"a": 1}, "`key` must be a text or a list of texts"),
    (lambda table: table.numbers("key"), ["402"], "`key` must be a whole number or a list of them"),
    (lambda table: table.numbers("key"), [True], "`key` must be a whole number or a list of them"),
    (lambda table: table.numbers("key"), True, "`key` must be a whole number or a list of them"),
    (lambda table: table.table("key"), "x", "`key` must be a table"),
    (lambda table: table.tables("key"), {"a": 1}, "`key` must be a list of tables"),
    (lambda table: table.tables("key"), ["a"], "`key` must be a list of tables"),
    (lambda table: table.words("key"), {"en": "only"}, "`zh` must be a text"),
    (lambda table: table.words("key"), {"en": "a", "zh": "b", "fr": "c"}, "unknown key `fr`"),
    (lambda table: table.steps("key"), {"en": ["a", "b"], "zh": ["甲"]}, "`key` has 2 steps in en and 1 in zh"),
    (lambda table: table.steps("key"), {"en": ["a"], "zh": ["甲"], "fr": ["c"]}, "unknown key `fr`"),
]


@pytest.mark.parametrize(("read", "value", "expected"), RIGHT)
def test_a_value_of_the_right_kind_is_read(read: Read, value: Any, expected: Any) -> None:
    table = Table({} if value is None else {"key": value}, WHERE)
    assert read(table) == expected
    table.done()


def test_a_table_may_be_a_list_in_every_language_itself() -> None:
    table = Table({"en": ["a", "b"], "zh": ["甲", "乙"]}, WHERE)
    assert table.has("en")
    assert table.lists() == Steps(("a", "b"), ("甲", "乙"))
    assert not table.has("en")
    with pytest.raises(CatalogueError, match="there are 1 steps in en and 0 in zh"):
        Table({"en": ["a"]}, WHERE).lists()


@pytest.mark.parametrize(("read", "value", "complaint"), WRONG)
def test_a_mistake_names_the_file_and_the_key(read: Read, value: Any, complaint: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        read(Table({"key": value}, WHERE))
    assert str(refusal.value).startswith(WHERE)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"address": ""}, "`address` must be a text"),
        ({"read": "yesterday"}, "`read` must be a date"),
        ({"evidence": "hearsay"}, "`evidence` is `hearsay`"),
        ({"by": "me"}, "unknown key `by`"),
    ],
)
def test_a_mistake_in_the_source_is_named(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        Table({"source": SOURCE | change}, WHERE).source()
    assert str(refusal.value).startswith(f"{WHERE} [source]")
    assert complaint in str(refusal.value)


def test_a_missing_source_is_named() -> None:
    with pytest.raises(CatalogueError, match=r"made-up\.toml: `\[source\]` is missing"):
        a_source(Table({}, WHERE))


@pytest.mark.parametrize(("evidence", "verified"), [("captured", True), ("documented", True), ("code", True), ("unverified", False)])
def test_only_a_source_that_somebody_read_is_verified(evidence: str, verified: bool) -> None:  # noqa: FBT001 - a table's column
    found = Table({"source": SOURCE | {"evidence": evidence}}, WHERE).source()
    assert found == Source("https://acme.example", date(2026, 11, 25), evidence)
    assert found.verified is verified


def test_a_key_that_nobody_took_is_refused_by_name() -> None:
    table = Table({"title": "x", "catgory": "y"}, WHERE)
    table.text("title")
    with pytest.raises(CatalogueError, match=r"made-up\.toml: unknown key `catgory`"):
        table.done()


def test_tables_of_a_list_say_which_one_they_are() -> None:
    second = Table({"match": [{"text": "a"}, {"texd": "b"}]}, WHERE).tables("match")[1]
    with pytest.raises(CatalogueError, match=r"made-up\.toml \[\[match\]\] 2: unknown key `texd`"):
        second.done()


@pytest.mark.parametrize(("lang", "expected"), [("en", "money"), ("zh", "钱"), ("fr", "money")])
def test_words_in_another_language_are_english(lang: str, expected: str) -> None:
    assert Words("money", "钱").of(lang) == expected
    assert Steps(("money",), ("钱",)).of(lang) == (expected,)


def test_only_the_languages_of_the_catalogue_are_spoken() -> None:
    assert [language("en"), language("zh")] == ["en", "zh"]
    for wish in ("de", "", "EN", None, 5, ["en"]):
        with pytest.raises(UsageError, match="must be one of en, zh"):
            language(wish)
