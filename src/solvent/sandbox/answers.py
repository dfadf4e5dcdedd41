"""What is answered: a pure function of the question, so that the same request always gets the same words and costs the same.

The user steers it: `write 50 words` gives exactly fifty, a tool's name in the words calls the tool, a JSON format gives JSON.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from solvent.sandbox import text
from solvent.sandbox.question import Question, called

_WANTED = re.compile(r"(?<![0-9])([0-9]{1,5})(?: words\b| ?个?[字词])")
_STOCK = "every coin that leaves this purse is written down twice and the sum of both columns must agree before the day is done".split()  # noqa: SIM905 - a sentence reads better
_WORDS_MAX = 20_000
_QUOTE_MAX = 200
# What stands in every text of a form that a request asks for: nobody shall take it for an answer.
_HONEST = {"en": "Simulated by the sandbox: nobody read the text.", "zh": "模拟的回答：没有人读过这段文本。"}


class Choice(NamedTuple):
    """One answer in tokens. `tool` names the tool whose arguments the pieces are, or is empty. `finish`: `stop`, `length` or `tool`."""

    pieces: tuple[str, ...]
    tool: str
    finish: str

    @property
    def tokens(self) -> int:
        """What it costs: a tool's name is one token, whatever its length."""
        return len(self.pieces) + (1 if self.tool else 0)


def answer(question: Question) -> tuple[Choice, ...]:
    """One choice for each that was asked for."""
    return tuple(_choice(question, number) for number in range(question.answers))


def _choice(question: Question, number: int) -> Choice:
    tool = called(question)
    if tool is not None:
        said, finish = msgspec.json.encode(example(tool.schema)).decode(), "tool"
    elif question.schema is not None:
        honest = _HONEST["zh" if question.in_chinese else "en"]
        said, finish = msgspec.json.encode(example(question.schema, honest) or {"answer": _quote(question)}).decode(), "stop"
    else:
        said, finish = _prose(question, number), "stop"
    pieces = text.pieces(said)
    if question.output_tokens_max is not None:
        room = max(question.output_tokens_max - (1 if tool else 0), 0)
        if len(pieces) > room:
            pieces, finish = pieces[:room], "length"
    return Choice(pieces, tool.name if tool is not None else "", finish)


def _prose(question: Question, number: int) -> str:
    wanted = _WANTED.search(question.words)
    if wanted is not None:
        total = min(int(wanted[1]), _WORDS_MAX)
        return " ".join(_STOCK[(number + index) % len(_STOCK)] for index in range(total))
    opening = f"{question.model} of the Solvent sandbox" + (f", answer {number + 1}" if question.answers > 1 else "")
    if question.after_tool:
        return f"{opening}: the tool's result arrived."
    return f"{opening}: you wrote “{_quote(question)}”." if question.words else f"{opening}: hello."


def _quote(question: Question) -> str:
    return " ".join(question.words[:_QUOTE_MAX].split())


def example(schema: dict[str, Any], said: str = "sandbox") -> dict[str, Any]:
    """An object that fits a JSON schema's properties as far as their types tell; `said` is every text in it."""
    found = _value(schema | {"type": "object"}, said)
    assert isinstance(found, dict)
    return found


def _value(schema: Any, said: str) -> Any:
    if not isinstance(schema, dict):
        return said
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        # The word that claims least, where there is one.
        return next((word for word in ("other", "none") if word in schema["enum"]), schema["enum"][0])
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind == "object":
        properties = schema.get("properties")
        return {name: _value(inner, said) for name, inner in properties.items()} if isinstance(properties, dict) else {}
    if kind == "array" and schema.get("items") == {"type": "string"}:
        return [said]
    plain: dict[Any, Any] = {"integer": 1, "number": 1, "boolean": True, "array": [], "null": None}
    return plain.get(kind, said)
