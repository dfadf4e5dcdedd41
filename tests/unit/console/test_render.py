from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from solvent.console import render
from solvent.model.verdict import RequestId


def test_prose_sets_code_and_nothing_else() -> None:
    assert render.prose("set `<b>max</b>` & <i>go</i> https://x.example") == (
        "set <code>&lt;b&gt;max&lt;/b&gt;</code> &amp; &lt;i&gt;go&lt;/i&gt; https://x.example"
    )
    assert render.prose("one ` alone") == "one ` alone"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("The account is empty. Do not retry.", ("The account is empty.", "Do not retry.")),
        ("没钱的是运营者的账户，不是你的账户。不要重试。", ("没钱的是运营者的账户，不是你的账户。", "不要重试。")),
        ("Wait 3.5 s for gpt-4.1 now. Then go on.", ("Wait 3.5 s for gpt-4.1 now.", "Then go on.")),
        ("One sentence.", ("One sentence.", "")),
        ("", ("", "")),
    ],
)
def test_the_first_sentence_stands_out(text: str, parts: tuple[str, str]) -> None:
    assert render.sentences(text) == parts


def test_instants_are_in_utc() -> None:
    beijing = timezone(timedelta(hours=8))
    shown = '<time datetime="2026-01-26T02:09:10Z">2026-01-26 02:09:10 UTC</time>'
    assert render.instant(datetime(2026, 1, 26, 10, 9, 10, 99, beijing)) == shown
    assert render.instant(datetime(2026, 1, 26, 2, 9, 10, tzinfo=UTC)) == shown
    assert render.instant("2026-01-26T02:09:10Z") == shown
    assert render.instant(date(2026, 11, 25)) == '<time datetime="2026-11-25">2026-11-25</time>'
    assert render.instant("<soon>") == "&lt;soon&gt;"


def test_each_reading_of_an_id_says_which_clock_it_supposes() -> None:
    two = RequestId("20260126100910722614337HsQybcmN", "new-api", ("2026-01-26T10:09:10Z", "2026-01-26T02:09:10Z"))
    assert render.id_times(two) == [("2026-01-26T10:09:10Z", "utc"), ("2026-01-26T02:09:10Z", "beijing")]
    assert render.id_times(RequestId("x", "y", ("2026-01-26T10:09:10Z",))) == [("2026-01-26T10:09:10Z", "exact")]


def test_only_markdown_is_not_escaped() -> None:
    made = render.environment("en")
    escapes = made.autoescape
    assert callable(escapes)
    assert [escapes(name) for name in ("desk.html", None, "x.svg", "document.md")] == [True, True, True, False]
