from __future__ import annotations

from typing import Any

import msgspec
import pytest

from solvent.model.route import DialectName
from solvent.sandbox.question import Problem, Question, called, read

OPENAI, ANTHROPIC = DialectName.OPENAI, DialectName.ANTHROPIC
USER = [{"role": "user", "content": "hello"}]
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


def asked(dialect: DialectName = OPENAI, **fields: Any) -> Question:
    question = read(dialect, msgspec.json.encode({"model": "m", "max_tokens": 9, "messages": USER} | fields))
    assert isinstance(question, Question)
    return question


@pytest.mark.parametrize(
    ("dialect", "body", "kind", "field"),
    [
        (OPENAI, b"{oops", "not-json", ""),
        (OPENAI, b"", "not-json", ""),
        (OPENAI, b"[1]", "missing", "model"),
        (OPENAI, b'{"messages": []}', "missing", "model"),
        (OPENAI, b'{"model": "m"}', "missing", "messages"),
        (OPENAI, b'{"model": "m", "messages": []}', "no-messages", "messages"),
        (OPENAI, b'{"model": "m", "messages": ["x"]}', "no-messages", "messages"),
        (ANTHROPIC, b'{"model": "m", "messages": [{}]}', "missing", "max_tokens"),
    ],
)
def test_what_a_provider_would_refuse_is_a_problem(dialect: DialectName, body: bytes, kind: str, field: str) -> None:
    problem = read(dialect, body)
    assert isinstance(problem, Problem)
    assert (problem.kind, problem.field) == (kind, field)


def test_a_problem_of_json_tells_its_place() -> None:
    assert read(OPENAI, b'{\n "a": oops}') == Problem("not-json", "", 2, 7, 8)


def test_counting_needs_no_limit() -> None:
    assert isinstance(read(ANTHROPIC, b'{"model": "m", "messages": [{"role": "user", "content": "x"}]}', counting=True), Question)


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ({}, 3 + 4 + 2),
        ({"messages": [*USER, *USER]}, 3 + 2 * (4 + 2)),
        ({"system": "be kind"}, 9 + 2),
        ({"system": [{"type": "text", "text": "be kind"}]}, 9 + 2),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x"}}, {"type": "text", "text": "hi"}]}
                ]
            },
            7 + 85 + 1,
        ),
        ({"messages": [{"role": "user", "content": None}]}, 7),
    ],
)
def test_a_prompt_costs_by_its_texts_images_and_messages(fields: dict[str, Any], tokens: int) -> None:
    assert asked(**fields).prompt_tokens == tokens


def test_tools_cost_their_json() -> None:
    assert asked(tools=[WEATHER]).prompt_tokens > asked().prompt_tokens


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"max_tokens": 5}, {"output_tokens_max": 5}),
        ({"max_completion_tokens": 7}, {"output_tokens_max": 7}),
        ({"n": 3}, {"answers": 3}),
        ({"n": 0}, {"answers": 1}),
        ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True, "wants_usage": True}),
        ({"messages": [*USER, {"role": "assistant", "content": "x"}]}, {"words": "hello"}),
        ({"messages": [*USER, {"role": "tool", "content": "sun"}]}, {"after_tool": True, "words": "hello"}),
        ({"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}}, {"schema": {"type": "object"}}),
        ({"response_format": {"type": "json_object"}}, {"schema": {}}),
        ({"response_format": {"type": "text"}}, {"schema": None}),
    ],
)
def test_the_facts_are_read(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    question = asked(**fields)
    assert {name: getattr(question, name) for name in expected} == expected


def test_anthropic_has_one_answer_and_its_own_tool_results() -> None:
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "sun"}]}
    question = asked(ANTHROPIC, n=4, messages=[*USER, result])
    assert (question.answers, question.after_tool, question.words) == (1, True, "hello")


@pytest.mark.parametrize(
    ("words", "fields", "name"),
    [
        ("hello", {}, None),
        ("what does GET_WEATHER say?", {}, "get_weather"),
        ("please use a tool", {}, "get_weather"),
        ("请调用工具", {}, "get_weather"),
        ("please use a tool", {"tool_choice": "none"}, None),
        ("please use a tool", {"tools": []}, None),
        ("hello", {"tool_choice": "required"}, "get_weather"),
        ("hello", {"tool_choice": {"type": "any"}}, "get_weather"),
        ("hello", {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}}, "get_weather"),
        ("hello", {"tool_choice": {"type": "tool", "name": "get_weather"}}, "get_weather"),
        ("hello", {"tool_choice": "auto"}, None),
    ],
)
def test_a_tool_is_called_where_it_is_forced_named_or_asked_for(words: str, fields: dict[str, Any], name: str | None) -> None:
    tool = called(asked(OPENAI, **({"tools": [WEATHER], "messages": [{"role": "user", "content": words}]} | fields)))
    assert (None if tool is None else tool.name) == name


def test_a_tool_is_not_called_again_after_its_result() -> None:
    messages = [{"role": "user", "content": "get_weather"}, {"role": "tool", "content": "sun"}]
    assert called(asked(tools=[WEATHER], messages=messages)) is None
