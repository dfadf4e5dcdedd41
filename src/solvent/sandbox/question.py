"""What is asked: the facts of a request that the sandbox's answer depends on, read from either dialect.

Only what a provider itself would refuse is a `Problem`; everything that the answer does not need is ignored, as long as it is JSON.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import msgspec

from solvent.model.route import DialectName
from solvent.sandbox import text

_IMAGES = frozenset({"image", "image_url", "input_image", "document", "file", "input_audio"})


class Tool(NamedTuple):
    """A tool that may be called; `schema` is the JSON schema of its input."""

    name: str
    schema: dict[str, Any]


class Question(NamedTuple):
    """One request.

    `words` are the user's last ones. `forced` names the tool that must be called, or is empty. `output_tokens_max` is None where the
    caller set none. `schema` is set where the answer must be JSON. `after_tool`: the last message brings a tool's result.
    `prompt_tokens` follow the rule of `solvent.sandbox.text`. `in_chinese`: a message asks for it.
    """

    dialect: DialectName
    model: str
    stream: bool
    words: str
    prompt_tokens: int
    output_tokens_max: int | None = None
    answers: int = 1
    tools: tuple[Tool, ...] = ()
    forced: str = ""
    wants_usage: bool = False
    after_tool: bool = False
    schema: dict[str, Any] | None = None
    in_chinese: bool = False


class Problem(NamedTuple):
    """Why a body cannot be answered: `not-json` with where, `missing` with the field, or `no-messages`."""

    kind: str
    field: str = ""
    line: int = 1
    column: int = 1
    position: int = 0

    @property
    def facts(self) -> dict[str, Any]:
        """What the words of a refusal name."""
        return {"field": self.field, "line": self.line, "column": self.column, "position": self.position}


def read(dialect: DialectName, body: bytes, *, counting: bool = False) -> Question | Problem:
    """The facts of a request; `counting`: it only asks how many tokens the prompt has, so nothing bounds the answer."""
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _where(body)
    if not isinstance(fields, dict):
        return Problem("missing", "model")
    needed = ["model", "messages"]
    if dialect is DialectName.ANTHROPIC and not counting:
        needed.insert(1, "max_tokens")
    for name in needed:
        if fields.get(name) is None:
            return Problem("missing", name)
    messages = [message for message in _list(fields["messages"]) if isinstance(message, dict)]
    if not messages:
        return Problem("no-messages", "messages")
    return _question(dialect, fields, messages)


def _question(dialect: DialectName, fields: dict[str, Any], messages: list[dict[str, Any]]) -> Question:
    tools = _tools(fields.get("tools"))
    prompt = text.PROMPT_TOKENS + sum(text.MESSAGE_TOKENS + _tokens(message.get("content")) for message in messages)
    prompt += sum(text.count(_json(message["tool_calls"])) for message in messages if message.get("tool_calls"))
    prompt += _tokens(fields.get("system")) + (text.count(_json(fields["tools"])) if tools else 0)
    options, limit = fields.get("stream_options"), fields.get("max_tokens")
    if dialect is DialectName.OPENAI and isinstance(fields.get("max_completion_tokens"), int):
        limit = fields["max_completion_tokens"]
    answers = fields.get("n") if dialect is DialectName.OPENAI else 1
    return Question(
        dialect=dialect,
        model=str(fields["model"]),
        stream=fields.get("stream") is True,
        words=_last_words(messages),
        prompt_tokens=prompt,
        output_tokens_max=limit if isinstance(limit, int) else None,
        answers=answers if isinstance(answers, int) and 1 <= answers <= 128 else 1,
        tools=tools,
        forced=_forced(fields.get("tool_choice"), tools),
        wants_usage=isinstance(options, dict) and options.get("include_usage") is True,
        after_tool=_is_tool_result(messages[-1]),
        schema=_schema(fields.get("response_format")),
        in_chinese=any(" in Simplified Chinese " in _text(message.get("content")) for message in messages),
    )


def _where(body: bytes) -> Problem:
    try:
        json.loads(body.decode("utf-8", "replace"))
    except json.JSONDecodeError as problem:
        return Problem("not-json", "", problem.lineno, problem.colno, problem.pos)
    return Problem("not-json")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _tokens(content: Any) -> int:
    """Texts by their pieces, an image or a file as a fixed number, every other part as its JSON."""
    if isinstance(content, str):
        return text.count(content)
    total = 0
    for part in _list(content):
        if isinstance(part, dict) and part.get("type") in _IMAGES:
            total += text.IMAGE_TOKENS
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            total += text.count(part["text"])
        else:
            total += text.count(_json(part))
    return total


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return " ".join(part["text"] for part in _list(content) if isinstance(part, dict) and isinstance(part.get("text"), str))


def _last_words(messages: list[dict[str, Any]]) -> str:
    for message in reversed(messages):
        if message.get("role") == "user" and (words := _text(message.get("content")).strip()):
            return words
    return ""


def _is_tool_result(message: dict[str, Any]) -> bool:
    if message.get("role") == "tool":
        return True
    return any(isinstance(part, dict) and part.get("type") == "tool_result" for part in _list(message.get("content")))


def _tools(value: Any) -> tuple[Tool, ...]:
    found = []
    for entry in _list(value):
        inner = entry.get("function", entry) if isinstance(entry, dict) else {}
        if isinstance(inner, dict) and isinstance(inner.get("name"), str):
            schema = inner.get("parameters", inner.get("input_schema"))
            found.append(Tool(inner["name"], schema if isinstance(schema, dict) else {}))
    return tuple(found)


def _forced(choice: Any, tools: tuple[Tool, ...]) -> str:
    """`none` where no tool may be called, a tool's name where one must be, else empty."""
    if choice == "none" or (isinstance(choice, dict) and choice.get("type") == "none"):
        return "none"
    if not tools:
        return ""
    if choice == "required" or (isinstance(choice, dict) and choice.get("type") == "any"):
        return tools[0].name
    if isinstance(choice, dict):
        function = choice.get("function", choice)
        name = function.get("name") if isinstance(function, dict) else None
        return next((tool.name for tool in tools if tool.name == name), "")
    return ""


def _schema(form: Any) -> dict[str, Any] | None:
    if not isinstance(form, dict) or form.get("type") not in ("json_object", "json_schema"):
        return None
    inner = form.get("json_schema")
    schema = inner.get("schema") if isinstance(inner, dict) else None
    return schema if isinstance(schema, dict) else {}


_ASKS = re.compile(r"\b(?:use|call|run)\b.{0,40}\btools?\b|调用|使用.{0,8}工具", re.IGNORECASE | re.DOTALL)


def called(question: Question) -> Tool | None:
    """The tool that the answer calls: the forced one, one that the user's words name, or the first where they ask for a tool; else None."""
    if question.forced == "none" or not question.tools:
        return None
    if question.forced:
        return next(tool for tool in question.tools if tool.name == question.forced)
    if question.after_tool:
        return None
    for tool in question.tools:
        if tool.name.lower() in question.words.lower():
            return tool
    return question.tools[0] if _ASKS.search(question.words) else None
