from __future__ import annotations

from typing import Any

import msgspec
import pytest

from solvent.model.route import DialectName
from solvent.sandbox.answers import answer, example
from solvent.sandbox.question import Question, Tool

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": ["null", "integer"]}, "unit": {"enum": ["C", "F"]}}}


def question(words: str, **more: Any) -> Question:
    return Question(DialectName.OPENAI, "gpt-4o", stream=False, words=words, prompt_tokens=1)._replace(**more)


def said(asked: Question) -> str:
    return "".join(answer(asked)[0].pieces)


def test_the_same_question_gets_the_same_answer() -> None:
    assert answer(question("hello")) == answer(question("hello"))
    assert "hello" in said(question("hello"))


@pytest.mark.parametrize(
    ("words", "count"), [("write 50 words", 50), ("write 0 words, please", 0), ("写 12 个字", 12), ("99999 words", 20_000)]
)
def test_the_user_chooses_the_length(words: str, count: int) -> None:
    assert len(said(question(words)).split()) == count


@pytest.mark.parametrize(("limit", "tokens", "finish"), [(0, 0, "length"), (5, 5, "length"), (100_000, None, "stop"), (None, None, "stop")])
def test_a_limit_is_kept(limit: int | None, tokens: int | None, finish: str) -> None:
    (choice,) = answer(question("write 50 words", output_tokens_max=limit))
    assert choice.finish == finish
    assert tokens in (None, choice.tokens)


def test_several_answers_differ() -> None:
    choices = answer(question("hello", answers=3))
    assert len({choice.pieces for choice in choices}) == 3


def test_a_tool_is_called_with_arguments_that_fit_its_schema() -> None:
    (choice,) = answer(question("get_weather", tools=(Tool("get_weather", SCHEMA),)))
    assert (choice.tool, choice.finish) == ("get_weather", "tool")
    assert msgspec.json.decode("".join(choice.pieces)) == {"city": "sandbox", "days": 1, "unit": "C"}
    assert choice.tokens == len(choice.pieces) + 1


def test_a_call_is_cut_by_the_limit_as_any_answer_is() -> None:
    (choice,) = answer(question("get_weather", tools=(Tool("get_weather", SCHEMA),), output_tokens_max=3))
    assert (choice.tokens, choice.finish) == (3, "length")


@pytest.mark.parametrize(("schema", "keys"), [(SCHEMA, {"city", "days", "unit"}), ({}, {"answer"})])
def test_json_is_answered_where_it_is_asked_for(schema: dict[str, Any], keys: set[str]) -> None:
    assert msgspec.json.decode(said(question("hello", schema=schema))).keys() == keys


def test_an_example_goes_into_objects_and_survives_a_schema_that_is_none() -> None:
    schema = {
        "properties": {
            "a": {"type": "object", "properties": {"b": {"type": "boolean"}}},
            "c": {"type": "array"},
            "d": True,
            "e": {"type": "null"},
        }
    }
    assert example(schema) == {"a": {"b": True}, "c": [], "d": "sandbox", "e": None}


FORM = {
    "properties": {
        "cause": {"type": "string"},
        "solution": {"type": "array", "items": {"type": "string"}},
        "wallet": {"enum": ["a", "none"]},
    }
}


@pytest.mark.parametrize(("chinese", "words"), [(False, "Simulated by the sandbox"), (True, "模拟的回答")])
def test_an_answer_in_a_form_says_in_every_text_that_it_is_simulated(chinese: bool, words: str) -> None:  # noqa: FBT001 - a table's column
    filled = msgspec.json.decode(said(question("explain", schema=FORM, in_chinese=chinese)))
    assert filled["cause"].startswith(words)
    assert (filled["solution"], filled["wallet"]) == ([filled["cause"]], "none")
