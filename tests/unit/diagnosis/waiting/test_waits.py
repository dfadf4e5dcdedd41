from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.diagnosis.waiting.waits import WAIT_MAX_MS, Said, of_headers, of_words

NOW = "Wed, 25 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "ms"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "17"}, 17_000),
        ({"retry-after": " 1.5 "}, 1_500),
        ({"retry-after": "0.0301"}, 30),
        ({"retry-after": "86401"}, WAIT_MAX_MS),
        ({"retry-after": "999999999999"}, WAIT_MAX_MS),
        ({"retry-after": "9" * 5_000}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "１７"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after-ms": "250"}, 250),
        ({"retry-after-ms": "250.9", "retry-after": "9"}, 250),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9_000),
        ({"retry-after-ms": "9" * 5_000}, None),
        ({"retry-after": "Wed, 25 Nov 2026 12:00:30 GMT", "date": NOW}, 30_000),
        ({"retry-after": "Wed, 25 Nov 2026 13:00:30 +0100", "date": NOW}, 30_000),
        ({"retry-after": "Wed, 25 Nov 2026 11:00:00 GMT", "date": NOW}, 0),
        ({"retry-after": "Fri, 25 Dec 2026 12:00:00 GMT", "date": NOW}, WAIT_MAX_MS),
        ({"retry-after": "Wed, 25 Nov 2026 12:00:30 GMT"}, None),
        ({"retry-after": "Wed, 25 Nov 2026 12:00:30 GMT", "date": "no date"}, None),
        ({"retry-after": "Wed, 25 Nov 2026 12:00:30 GMT", "date": "Wed, 25 Nov 2026 12:00:00 -0000"}, None),
        ({"retry-after": "Wed, 25 Nov 99999 12:00:30 GMT", "date": NOW}, None),
        ({"retry-after": "Wed, 25 Nov 2026 12:00:30 +99999999999999999999", "date": NOW}, None),
        ({"date": NOW}, None),
    ],
)
def test_headers_say_how_long(headers: dict[str, str], ms: int | None) -> None:
    assert of_headers(headers) == ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("Please try again in 20s.", 20_000),
        ("Please try again in 1.4s. Visit", 2_000),
        ("Please try again in 3.000s.", 3_000),
        ("Please try again in 250ms.", 250),
        ("Please try again in 0.5ms", 1),
        ("try again in 6m0s", 360_000),
        ("try again in 1h12m3.5s", 4_324_000),
        ("Please try again in 7m12s", 432_000),
        ("Try again in 20m", 1_200_000),
        ("try again in 2 minutes", 120_000),
        ("try again in 1 hour, 5 minutes", 3_900_000),
        ("try again after 30 seconds", 30_000),
        ("Please retry after 26 seconds.", 26_000),
        ("retry in 34.07s.", 35_000),
        ('"retryDelay": "34s"', 34_000),
        ("'retryDelay': '1.5s'", 2_000),
        ("please wait 5 sec", 5_000),
        ("try again in 3 days", WAIT_MAX_MS),
        ("try again in 99999999s", WAIT_MAX_MS),
        ("please wait for the answer; try again in 9s", 9_000),
    ],
)
def test_words_say_how_long(text: str, ms: int) -> None:
    said = of_words(text)
    assert said is not None
    assert said.ms == ms
    assert said.words in text


@pytest.mark.parametrize(
    "text",
    ["", "try again later", "retry after 5", "try again in 5 apples", "limit 20s", "try again in five seconds", "try again in 20something"],
)
def test_other_words_say_nothing(text: str) -> None:
    assert of_words(text) is None


def test_the_words_that_ask_are_told() -> None:
    assert of_words("Slow down, try again in 20s, please") == Said(20_000, "try again in 20s")


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_header_is_too_strange(plain: str, date: str) -> None:
    for headers in ({"retry-after": plain, "date": date}, {"retry-after-ms": plain}):
        wait_ms = of_headers(headers)
        assert wait_ms is None or 0 <= wait_ms <= WAIT_MAX_MS


@given(st.text(alphabet="try again in 0123456789.hms,das\"'", max_size=200))
def test_no_words_are_too_strange(text: str) -> None:
    said = of_words(text)
    assert said is None or 0 <= said.ms <= WAIT_MAX_MS
