from __future__ import annotations

import pytest

from solvent.diagnosis.paste import reader
from solvent.diagnosis.paste.quote import quoted
from tests.unit.diagnosis.test_judge import MESSAGE, SEED

TWO = (
    "claude failed: Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}\n"
    "gpt failed: Error code: 429 - {'error': {'message': 'You exceeded your current quota.', 'code': 'insufficient_quota'}}"
)


def test_what_relays_added_is_left_out() -> None:
    assert quoted(reader.read(SEED), "credit balance is too low") == MESSAGE


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("exceeded your current quota", "You exceeded your current quota."),
        ("insufficient_quota", "You exceeded your current quota."),
        ("Overloaded", "Overloaded"),
    ],
)
def test_of_several_errors_the_one_with_the_evidence_is_quoted(said: str, sentence: str) -> None:
    assert quoted(reader.read(TWO), said) == sentence


def test_words_in_a_log_line_are_cut_out_of_it() -> None:
    line = "2026-11-25 13:15:26 ERROR [llm] call failed | 402 Insufficient Balance for this key | retry=3"
    assert "Insufficient Balance for this key" in quoted(reader.read(line), "Insufficient Balance")


@pytest.mark.parametrize(
    ("text", "said", "sentence"),
    [
        ("✗ You're out of extra usage · resets 7pm", "out of extra usage", "You're out of extra usage · resets 7pm"),
        ("job 7 failed | model=gpt-5 |\n403 预扣费额度失败, 剩余额度: ＄1", "预扣费额度失败", "403 预扣费额度失败, 剩余额度: ＄1"),
        ("I saved the key\na popup says: refused with status code 402", "402", "a popup says: refused with status code 402"),
        ("big picture:\n<html><head><title>413 Too Large</title></head><body>x</body></html>", "413 Too Large", "413 Too Large"),
        ("524: A timeout occurred</p> <div id='x'>", "524: A timeout", "524: A timeout occurred"),
        (
            "Traceback (most recent call last):\n  File 'a.py', line 39, in run\n    raise GoneInV1(symbol=name)\nlib.GoneInV1: You tried Chat.create",
            "You tried Chat",
            "GoneInV1: You tried Chat.create",
        ),
        (
            '{"error":"Error: 529 {\\"type\\":\\"error\\",\\"error\\":{\\"type\\":\\"overloaded_error\\",\\"message\\":\\"Full\\"}} at go (/x.js:4:9)"}',
            "overloaded_error",
            "Full",
        ),
        ("OSError: [Errno -2] Name not known\nThe above exception was the direct cause of", "Name not known", "[Errno -2] Name not known"),
        ("the api: `max` must be above `min`.", "must be above", "`max` must be above `min`."),
        ("402 No credits are left. 2026-05-30 22:42:59,414 - INFO - next", "No credits are left", "402 No credits are left."),
        ("✗ 402 no credits left ✖ Attempt 1 failed", "no credits left", "402 no credits left"),
        ("[Error]: 400 Hard limit reached at x.generate (/var/route.js:3:48)", "limit reached", "400 Hard limit reached"),
        ("额度够，为何余额不足？\n{'message': 'Paid balance is insufficient.'}", "余额不足", "Paid balance is insufficient."),
    ],
)
def test_the_sentence_is_cut_free_of_what_stands_around_it(text: str, said: str, sentence: str) -> None:
    assert quoted(reader.read(text), said) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
        ("Traceback (most recent call last):\n  File 'a'\nKeyError: 'choices'", "KeyError: 'choices'"),
        ("zorblax failed", "zorblax failed"),
    ],
)
def test_without_evidence_the_failing_words_are_quoted(text: str, sentence: str) -> None:
    assert quoted(reader.read(text), None) == sentence
