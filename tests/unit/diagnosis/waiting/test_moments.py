from __future__ import annotations

import pytest

from solvent.diagnosis.paste import reader
from solvent.diagnosis.waiting import moments
from solvent.diagnosis.waiting.resets import iso


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("HTTP/1.1 429\ndate: Wed, 25 Nov 2026 01:09:35 GMT", "2026-11-25T01:09:35Z"),
        ("{'date': 'Wed, 25 Nov 2026 01:09:35 GMT', 'x': '1'}", "2026-11-25T01:09:35Z"),
        ("2026-11-25T01:09:43.153Z ERROR agent loop stopped: 429", "2026-11-25T01:09:43Z"),
        ("2026-11-25 03:09:43,153 +0200 ERROR 429", "2026-11-25T01:09:43Z"),
        ("2026-11-25T01:00:00Z begun\n2026-11-25T01:09:43Z ERROR 429", "2026-11-25T01:09:43Z"),
        ('{"level":"error","time":"2026-11-25T01:09:43Z","msg":"429"}', "2026-11-25T01:09:43Z"),
        ("2026-11-25 01:09:43,153 ERROR 429", None),
        ("429 your limit resets at 2026-11-25T01:09:43Z", None),
        ("date: Wed, 99 Nov 2026 01:09:35 GMT", None),
        ("date: Wed, 25 Nov 1926 01:09:35 GMT", None),
        ("429 too many requests", None),
    ],
)
def test_only_a_certain_moment_counts(text: str, instant: str | None) -> None:
    found = moments.failed_at(reader.read(text))
    assert (None if found is None else iso(found)) == instant


def test_the_header_as_it_is_written() -> None:
    assert moments.date_header("Date: Wed, 25 Nov 2026 01:09:35 GMT") == "Wed, 25 Nov 2026 01:09:35 GMT"
    assert moments.date_header("update: soon") is None
