from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Run

PASTE = (
    b'500 {"error":{"type":"<nil>","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing'
    b' to upgrade or purchase credits. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}'
)
KEY = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3"


def lines(*cases: Any) -> bytes:
    return b"".join((case if isinstance(case, bytes) else json.dumps(case).encode()) + b"\n" for case in cases)


def test_json_is_the_verdict_of_the_contract(run: Run) -> None:
    ran = run("explain", "--format", "json", "--lang", "zh", "--code", "javascript", stdin=PASTE)
    verdict = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert (verdict["category"], verdict["wallet"], verdict["provider"], verdict["via"]) == (
        "credit_exhausted",
        "relay_upstream",
        "anthropic",
        ["new-api"],
    )
    assert (verdict["retryable"], verdict["http_status"], verdict["http_status_should_be"]) == (False, 500, 402)
    assert verdict["request_ids"][0]["id"] == "20260126100910722614337HsQybcmN"
    assert (verdict["report"]["lang"], verdict["report"]["code"]["language"]) == ("zh", "javascript")


def test_a_file_is_read_as_standard_input_is(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "error.txt"
    path.write_bytes(PASTE)
    assert run("explain", "--format", "json", str(path)).out == run("explain", "--format", "json", stdin=PASTE).out


@pytest.mark.parametrize(("lang", "head"), [("en", "What to do"), ("zh", "解决方案")])
def test_text_is_a_report_in_the_language_asked_for(run: Run, lang: str, head: str) -> None:
    ran = run("explain", "--lang", lang, stdin=PASTE)
    assert (ran.code, ran.err) == (0, "")
    assert head in ran.out
    assert "credit_exhausted" in ran.out
    assert ("解决方案" in ran.out) == (lang == "zh")
    assert ran.out.endswith("\n")


@pytest.mark.parametrize(("form", "sign"), [("markdown", "# "), ("html", "<!doctype html>")])
def test_documents_are_printed_whole(run: Run, form: str, sign: str) -> None:
    ran = run("explain", "--format", form, "--lang", "en", stdin=PASTE)
    assert (ran.code, ran.err) == (0, "")
    assert sign in ran.out.lower()
    assert "20260126100910722614337HsQybcmN" in ran.out


@pytest.mark.parametrize(
    ("environment", "paste", "lang"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, b"402 Insufficient Balance", "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_TW.UTF-8"}, b"402 Insufficient Balance", "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, b"402 Insufficient Balance", "en"),
        ({"LC_ALL": "en_GB.UTF-8"}, b"402 Insufficient Balance", "en"),
        ({"LC_ALL": "en_GB.UTF-8"}, "余额不足 402".encode(), "zh"),
        ({"LC_ALL": "en_GB.UTF-8"}, "余额不足 402".encode("gb18030"), "zh"),
    ],
)
def test_the_terminals_language_or_the_texts_is_spoken(
    run: Run, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], paste: bytes, lang: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert json.loads(run("explain", "--format", "json", stdin=paste).out)["report"]["lang"] == lang


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_a_secret_is_printed_in_no_format(run: Run, form: str) -> None:
    assert KEY not in run("explain", "--format", form, stdin=f"401 Incorrect API key provided: {KEY}".encode()).out


def test_each_line_is_answered_in_order_under_its_id(run: Run) -> None:
    cases = [{"id": f"n{number}", "raw": f"HTTP {status}: failed"} for number, status in enumerate([500, 429, 402, 404, 503])]
    ran = run("explain", "--jsonl", stdin=lines(*cases))
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert (ran.code, ran.err) == (0, "")
    assert [(answer["id"], answer["http_status"]) for answer in answers] == [
        ("n0", 500),
        ("n1", 429),
        ("n2", 402),
        ("n3", 404),
        ("n4", 503),
    ]
    assert all("category" in answer and "report" in answer for answer in answers)


def test_a_line_says_what_the_same_paste_says_alone(run: Run) -> None:
    alone = json.loads(run("explain", "--format", "json", stdin=PASTE).out)
    line = json.loads(run("explain", "--jsonl", stdin=lines({"id": 7, "raw": PASTE.decode()})).out)
    assert line == {"id": 7} | alone


def test_lines_are_read_from_a_file_too(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(lines({"id": 1, "raw": "HTTP 429"}, {"id": 2, "raw": "HTTP 500"}))
    assert [json.loads(line)["id"] for line in run("explain", "--jsonl", str(path)).out.splitlines()] == [1, 2]


def test_blank_lines_and_a_missing_last_line_end_are_no_mistake(run: Run) -> None:
    ran = run("explain", "--jsonl", stdin=b'\n{"id": 1, "raw": "HTTP 429"}\n   \n{"id": 2, "raw": "HTTP 500"}')
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [1, 2]


def test_no_lines_are_no_answers(run: Run) -> None:
    assert run("explain", "--jsonl", stdin=b"").code == 0


@pytest.mark.parametrize("raw", ["", "   ", "\x00\x01", "\ud83d broken"], ids=["empty", "blank", "binary", "surrogate"])
def test_a_paste_that_says_nothing_does_not_lose_the_lines_after_it(run: Run, raw: str) -> None:
    ran = run("explain", "--jsonl", stdin=lines({"id": 1, "raw": raw}, {"id": 2, "raw": "HTTP 429"}))
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [1, 2]


@pytest.mark.parametrize(
    "bad",
    [b"402 no money", b"[1, 2]", b'{"id": 1}', b'{"raw": "x"}', b'{"id": 1, "raw": 402}', b'{"id": 1, "raw": "\xff"}', b"[" * 100_000],
)
def test_a_line_that_is_no_case_is_answered_with_what_is_wrong_and_the_others_go_on(run: Run, bad: bytes) -> None:
    ran = run("explain", "--jsonl", stdin=lines({"id": 1, "raw": "HTTP 429"}, bad, {"id": 3, "raw": "HTTP 500"}))
    assert ran.code == 2
    assert ran.err.startswith("solvent: 1 of the lines could not be read; the first: line 2 ")
    assert ran.err.count("\n") == 1
    first, middle, last = (json.loads(line) for line in ran.out.splitlines())
    assert (first["id"], last["id"]) == (1, 3)
    assert middle["error"].startswith("line 2 ")
    assert "category" not in middle


def test_lines_speak_the_language_asked_for(run: Run) -> None:
    answer = json.loads(run("explain", "--jsonl", "--lang", "zh", stdin=lines({"id": 1, "raw": "HTTP 429"})).out)
    assert answer["report"]["lang"] == "zh"
