from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.catalogue.load import packaged
from solvent.diagnosis.opinion import grounds
from solvent.diagnosis.opinion.grounding import Checker
from solvent.diagnosis.opinion.hearing import ANSWER_CHARS_MAX, STEPS_MAX, Hearing, Piece
from solvent.model.opinion import Opinion
from solvent.model.verdict import Category, Wallet

CATALOGUE = grounds.of_catalogue(packaged())
CHECKER = Checker(CATALOGUE, grounds.of_text("HTTP 418: the frobnicator failed, max_tokens"), "en")
SAID: dict[str, Any] = {
    "title": "The frobnicator failed",
    "summary": "The server failed. Retry it later.",
    "translation": 'The "frobnicator failed" there.',
    "cause": "The status 418 is a strange one. Ask evil.com about it.",
    "who_acts": "The provider.",
    "category": "server_error",
    "wallet": "none",
    "solution": ["Wait a minute.", "Lower max_tokens. Then retry."],
    "prevention": ["Log the whole answer."],
}
OPINION = Opinion(
    title=SAID["title"],
    summary=SAID["summary"],
    translation=SAID["translation"],
    cause="The status 418 is a strange one. Ask ⟦struck⟧ about it.",
    who_acts=SAID["who_acts"],
    solution=tuple(SAID["solution"]),
    prevention=tuple(SAID["prevention"]),
    category=Category.SERVER_ERROR,
    wallet=Wallet.NONE,
    struck=1,
)


def heard(raw: str, size: int = 5) -> tuple[list[Piece], Opinion | None]:
    hearing = Hearing(CHECKER)
    pieces: list[Piece] = []
    for start in range(0, len(raw), size):
        pieces += hearing.feed(raw[start : start + size])
    last, opinion = hearing.end()
    return [*pieces, *last], opinion


WAYS = {
    "as it was asked for": json.dumps(SAID),
    "indented": json.dumps(SAID, indent=2),
    "in a fence with words around": f"Sure, here it is:\n```json\n{json.dumps(SAID, indent=2)}\n```\nHope it helps!",
    "inside another object": json.dumps({"answer": SAID}),
    "in another order": json.dumps(dict(reversed(SAID.items()))),
    "with escapes": json.dumps(SAID).replace("f", "\\u0066").replace("\\u0066ield", "field"),
    "cut off behind the last step": json.dumps(SAID)[:-2],
    "under headings": "\n".join(
        f"**{name}:** {value}" if isinstance(value, str) else f"## {name}:\n" + "\n".join(f"- {step}" for step in value)
        for name, value in SAID.items()
        if name not in ("category", "wallet")
    )
    + '\n"category": "server_error", "wallet": "none"',
}


@pytest.mark.parametrize("raw", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_an_answer_is_heard_in_whatever_form_it_comes(raw: str, size: int) -> None:
    pieces, opinion = heard(raw, size)
    assert opinion == OPINION
    assert all("evil" not in piece.text for piece in pieces)
    assert " ".join(piece.text for piece in pieces if piece.field == "cause") == OPINION.cause


def test_a_sentence_is_shown_once_it_is_whole_and_not_before() -> None:
    hearing = Hearing(CHECKER)
    assert hearing.feed('{"cause": "The status 418 is a strange one. Ask evil') == (Piece("cause", 0, "The status 418 is a strange one."),)
    assert hearing.feed(".c") == ()
    assert hearing.feed("om about") == ()
    assert hearing.feed(' it."') == (Piece("cause", 0, "Ask ⟦struck⟧ about it."),)


def test_steps_are_counted() -> None:
    pieces, _ = heard(json.dumps(SAID))
    assert [piece for piece in pieces if piece.field == "solution"] == [
        Piece("solution", 0, "Wait a minute."),
        Piece("solution", 1, "Lower max_tokens."),
        Piece("solution", 1, "Then retry."),
    ]


def test_only_the_fields_of_a_report_are_read() -> None:
    pieces, opinion = heard(json.dumps({"rule": "openai/no-credit", "html": "<b>x</b>", "confidence": "1.0"} | SAID))
    assert opinion == OPINION
    assert {piece.field for piece in pieces} <= {"title", "summary", "translation", "cause", "who_acts", "solution", "prevention"}


def test_the_first_of_a_name_counts() -> None:
    _, opinion = heard('{"cause": "It failed.", "cause": "It did not."}')
    assert opinion is not None
    assert opinion.cause == "It failed."


@pytest.mark.parametrize("code", ["bankrupt", "", "credit_exhausted; DROP TABLE", "CREDIT"])
def test_a_code_that_there_is_none_of_is_none(code: str) -> None:
    _, opinion = heard(json.dumps({"cause": "It failed.", "category": code, "wallet": code}))
    assert opinion is not None
    assert (opinion.category, opinion.wallet) == (None, None)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "I cannot help with that.",
        "{}",
        "[1, 2]",
        '{"cause": ""}',
        '{"title": "Only a title"}',
        '{"cause": "evil.com"}',
        "\x00\xff",
        '{"cause": 5}',
    ],
)
def test_what_is_no_answer_is_no_opinion(raw: str) -> None:
    assert heard(raw)[1] is None


def test_a_secret_in_an_answer_is_struck() -> None:
    _, opinion = heard(json.dumps({"cause": "Your key sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3 is wrong."}))
    assert opinion is not None
    assert "Ab1cD2eF" not in opinion.cause


def test_more_than_any_answer_needs_is_told_and_bounded() -> None:
    hearing = Hearing(CHECKER)
    hearing.feed('{"cause": "' + "It failed. " * 3_000)
    assert hearing.too_long
    _, opinion = heard(json.dumps({"cause": "It failed. " * 3_000, "solution": ["Wait."] * 50}), ANSWER_CHARS_MAX)
    assert opinion is not None
    assert len(opinion.cause) < 2_000
    assert len(opinion.solution) == STEPS_MAX


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200), st.integers(1, 50))
def test_any_text_is_heard_out(raw: str, size: int) -> None:
    heard(raw, size)
    heard('{"cause": "' + raw, size)
