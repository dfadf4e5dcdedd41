from __future__ import annotations

import re
import unicodedata

import pytest

from solvent.cli import render
from solvent.cli.wrap import width
from solvent.diagnosis import desk, engine
from solvent.diagnosis.desk import Explanation
from tests.unit.cli.conftest import Run

RELAY = (
    '500 {"error":{"type":"<nil>","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing'
    ' to upgrade or purchase credits. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}'
)
STYLE = re.compile(r"\x1b\[[0-9;]*m")
ATTACKS = [
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\",
    "\x1bc",
    "\x9b2J",
    "\x07",
    "\x08\x08\x08",
]


def explained(raw: str, lang: str = "en", code: str | None = None) -> Explanation:
    return desk.explain(raw, engine.packaged(), lang, code)


def shown(raw: str, lang: str = "en") -> str:
    """The text for a terminal without the styles that the renderer gives it."""
    return STYLE.sub("", render.text(explained(raw, lang)))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_text_fits_the_terminal_and_is_never_wider_than_a_hundred(monkeypatch: pytest.MonkeyPatch, lang: str, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    widths = [width(line) for line in shown(RELAY, lang).splitlines()]
    assert max(widths) <= min(columns, 100)


@pytest.mark.parametrize(
    ("lang", "heads"),
    [
        ("en", ["Whose wallet", "Who acts", "Retry", "The chain", "Why", "What to do", "Prevent it", "Evidence"]),
        ("zh", ["谁的钱包", "谁来处理", "重试", "调用链", "原因分析", "解决方案", "预防措施", "依据"]),
    ],
)
def test_every_part_of_the_report_is_there_in_order(lang: str, heads: list[str]) -> None:
    rest = iter(shown(RELAY, lang).splitlines())
    assert [head for head in heads if not any(line.startswith(head) for line in rest)] == []


@pytest.mark.parametrize(
    ("lang", "said", "unsaid"),
    [
        (
            "en",
            ["not known", "not before it is known", "What is known", "The one thing to fetch"],
            ["nobody's", "cannot pass", "Certainty", "The chain"],
        ),
        ("zh", ["暂不清楚", "先弄清这是什么错误", "已知与未知", "接下来要取得的一样东西"], ["与钱无关", "不会成功", "把握", "调用链"]),
    ],
)
def test_of_an_unknown_error_nothing_is_claimed(lang: str, said: list[str], unsaid: list[str]) -> None:
    words = shown("flurb gronk", lang)
    assert [part for part in said if part not in words] == []
    assert [part for part in unsaid if part in words] == []


def test_the_chain_of_an_unknown_error_names_those_who_are_known() -> None:
    assert "you → new-api (relay) → provider\n" in shown("flurb gronk (request id: 20260126100910722614337HsQybcmN)")


def test_the_empty_wallet_is_marked_in_the_chain() -> None:
    assert re.search(r"you → .* → Anthropic[^→]*✗ empty", " ".join(shown(RELAY).split()))


def test_an_id_is_shown_with_every_instant_that_it_can_mean() -> None:
    words = " ".join(shown(RELAY).split())
    assert "20260126100910722614337HsQybcmN" in words
    assert "2026-01-26T10:09:10Z or 2026-01-26T02:09:10Z" in words


def test_code_is_shown_only_where_it_was_asked_for() -> None:
    explanation = explained(RELAY, code="curl")
    first_line = explanation.report.code.strip().splitlines()[0]
    assert first_line in render.text(explanation, with_code=True)
    assert first_line not in render.text(explanation)
    assert "--code curl" in " ".join(STYLE.sub("", render.text(explanation)).split())


def test_who_paid_reads_about_that_first_and_each_command_stands_alone() -> None:
    text = shown("I just topped up.\n402 Insufficient Balance api.deepseek.com")
    assert text.index("I paid and it still fails") < text.index("The chain") < text.index("What to do")
    assert re.search(r"^ {2}curl -H", text, re.MULTILINE)
    unsaid = shown("402 Insufficient Balance api.deepseek.com")
    assert unsaid.index("What to do") < unsaid.index("I paid and it still fails") < unsaid.index("Prevent it")
    assert "I paid" not in shown("HTTP 503: busy")


@pytest.mark.parametrize(("lang", "head"), [("en", "In Claude Code:"), ("zh", "在 Claude Code 里：")])
def test_steps_in_the_readers_app_follow_the_solution(lang: str, head: str) -> None:
    text = shown("API Error: 401 invalid x-api-key · Please run /login", lang)
    assert text.index(head) < text.index("`/status`") < text.index("Prevent it" if lang == "en" else "预防措施")
    assert "https://code.claude.com/docs/en/errors" in text


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_paste_cannot_steer_the_readers_terminal(attack: str) -> None:
    text = shown(f"HTTP 418: the frobnicator {attack} failed at once")
    assert [char for char in text if unicodedata.category(char) == "Cc" and char != "\n"] == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_document_cannot_steer_the_terminal_that_it_is_printed_on(attack: str) -> None:
    explanation = explained(f"HTTP 418: the frobnicator {attack} failed at once")
    text = render.markdown(explanation, engine.packaged().catalogue)
    assert [char for char in text if unicodedata.category(char) == "Cc" and char not in "\n\t"] == []


def test_a_paste_cannot_turn_the_line_around() -> None:
    assert "\u202e" not in shown("HTTP 418: the frobnicator \u202e failed at once")


def test_without_a_terminal_there_is_no_colour(run: Run) -> None:
    assert "\x1b" not in run("explain", "--lang", "en", stdin=RELAY.encode()).out


def test_markup_in_a_paste_is_shown_as_it_was_written() -> None:
    assert "[bold red]frobnicator[/] :boom: failed" in " ".join(shown("HTTP 418: the [bold red]frobnicator[/] :boom: failed").split())


CONVERTED = (
    'API Error: 400 {"error":{"type":"<nil>","message":"Invalid JSON payload received. Unknown name \\"const\\" at '
    '\'tools[0].function_declarations[2].parameters\': Cannot find field. (request id: 20260126100910722614337HsQybcmN)"},"type":"error"}'
)


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            [
                "What was refused",
                "  Field: tools[0].function_declarations[2].parameters",
                "  Sent: const",
                "  In terms of: Gemini generateContent",
            ],
        ),
        (
            "zh",
            [
                "被拒的是什么",
                "  字段：tools[0].function_declarations[2].parameters",
                "  发送的值：const",
                "  所用接口：Gemini generateContent",
            ],
        ),
    ],
)
def test_what_was_refused_is_told_line_by_line(lang: str, lines: list[str]) -> None:
    told = shown(CONVERTED, lang).splitlines()
    place = told.index(lines[0])
    assert told[place : place + 4] == lines
    assert "new-api" in told[place + 4]


@pytest.mark.parametrize(
    ("lang", "line"),
    [("en", "  Limit: context: at most 128,000 tokens; sent: 130,000"), ("zh", "  上限：context: 最多 128,000 tokens；实际 130,000")],
)
def test_a_bound_is_told_in_numbers(lang: str, line: str) -> None:
    told = shown(
        "400 This model's maximum context length is 128000 tokens. However, you requested 130000 tokens (126000 in the messages)", lang
    )
    assert line in told.splitlines()
    assert "What was refused" not in shown(RELAY)


@pytest.mark.parametrize(
    ("lang", "head", "wait", "window"),
    [("en", "Works again", "17 s after the failure", "the limit resets every day"), ("zh", "何时恢复", "失败后 17 秒", "限额每天重置")],
)
def test_when_it_works_again_is_told_as_far_as_it_is_known(lang: str, head: str, wait: str, window: str) -> None:
    minute = shown("429 Rate limit reached for gpt-9 on requests per min (RPM): Limit 3, Used 3. Please try again in 17s.", lang)
    day = shown("429 daily limit reached", lang)
    regain = shown("You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.", lang)
    rows = [next(line for line in text.splitlines() if line.startswith(head)) for text in (minute, day, regain)]
    assert [row.removeprefix(head).strip() for row in rows] == [wait, window, "2026-12-01T00:00:00Z"]


def test_a_guess_at_whose_wallet_is_empty_is_marked_as_one() -> None:
    assert "谁的钱包  你自己在服务商的账户（不一定，文中看不出是谁的）" in shown("HTTP 402: request failed", "zh")
    assert "perhaps" not in shown(RELAY, "en")
