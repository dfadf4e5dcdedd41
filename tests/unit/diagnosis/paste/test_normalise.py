from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.paste import normalise


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\x1b[1;31mRateLimitError\x1b[0m: 429", "RateLimitError: 429"),
        ("\\u001b[0;31mError\\u001b[0m", "Error"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("{&quot;code&quot;:1}", '{"code":1}'),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("null\x00byte", "nullbyte"),
    ],
)
def test_what_terminals_and_pages_add_is_undone(raw: str, clean: str) -> None:
    assert normalise.clean(raw) == clean


def test_words_cut_at_a_terminals_edge_are_whole_again() -> None:
    text = "Gemini error: " + "{'message': 'API key not valid. Please pass a valid API key.', 'status': 'INVALID_ARGUMENT'} " * 2
    wrapped = "\n".join(text[start : start + 80] for start in range(0, len(text), 80))
    assert normalise.clean(wrapped) == text


@pytest.mark.parametrize(
    "printed",
    [
        "{ message: 'The balance is ' +\n    'too low' }",
        "[web] { message: 'The balance is ' +\n[web]     'too low' }",
        '{ message: "The balance is " + \n"too low" }',
    ],
)
def test_a_string_that_is_printed_as_a_sum_is_one(printed: str) -> None:
    assert "The balance is too low" in normalise.clean(printed)


def test_two_values_are_no_sum() -> None:
    text = "'one' + other +\n'two'"
    assert normalise.clean(text) == text


def test_a_line_that_ends_in_a_whole_word_was_wrapped_between_words() -> None:
    text = '{"error":{"message":"The model that you have asked for with this account is not\nsupported"}}'
    assert normalise.clean(text) == text


def test_ordinary_lines_stay_apart() -> None:
    text = "first line of a log\nsecond line, a little longer\nthird"
    assert normalise.clean(text) == text


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        ('{\\"error\\":{\\"type\\":\\"\\u003cnil\\u003e\\"}}', '{"error":{"type":"<nil>"}}'),
        ("credit balance\n     is too low", "credit balance is too low"),
        ("line one\\nline two", "line one line two"),
        ("⎿  API Error: 500\n│ more", "API Error: 500 more"),
        ("reason: self-signed   │\n│ certificate   │", "reason: self-signed certificate"),
        ("insufficient\\_quota", "insufficient_quota"),
        ('a \\\\\\"deep\\\\\\" quote', 'a "deep" quote'),
    ],
)
def test_one_line_with_escapes_resolved(text: str, flat: str) -> None:
    assert normalise.flatten(text) == flat


@given(st.text(max_size=400))
def test_any_text_is_flattened_to_one_line(raw: str) -> None:
    flat = normalise.flatten(normalise.clean(raw))
    assert "\n" not in flat
    assert "  " not in flat


def test_the_stamp_of_a_log_in_columns_splits_no_sentence() -> None:
    text = "2026-01-17 11:55:21            You exceeded your\n2026-01-17 11:55:21            current quota"
    assert normalise.flatten(text) == "You exceeded your current quota"
    assert normalise.flatten("2026-01-17 11:55:21 refused") == "2026-01-17 11:55:21 refused"


def test_what_a_program_may_say_to_each_status_is_not_what_was_said() -> None:
    text = "said {400: 'wrong', 401: 'bad key', 402: \"no money\", 403: 'no right'} and ended: wrong"
    assert normalise.flatten(text) == "said { } and ended: wrong"
    two = "{400: 'wrong', 402: 'no money'}"
    assert normalise.flatten(two) == two


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        ("429, falling back to acme-small", "429, falling back to another"),
        ("Switched over to the `Acme` key", "Switched over to another key"),
        ("it fell through to acme.example.", "it fell through to another."),
        ("he wants to fall asleep", "he wants to fall asleep"),
    ],
)
def test_whom_a_program_calls_instead_has_said_nothing(text: str, flat: str) -> None:
    assert normalise.flatten(text) == flat


def test_the_stars_of_a_comment_split_no_sentence() -> None:
    assert normalise.flatten("/**\n * the credits ran\n * out today\n */").startswith("/** the credits ran out today")


def test_lines_that_begin_alike_are_a_list() -> None:
    text = '{\nrequests_of_all_kinds{status="200"} is 5021\nrequests_of_all_kinds{status="429"} is 10\n}'
    assert normalise.clean(text) == text
