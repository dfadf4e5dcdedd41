from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.errors import UsageError
from solvent.base.paste import PASTE_BYTES_MAX, accept, decode

CHINESE = "错误：余额不足"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (CHINESE.encode(), CHINESE),
        (b"\xef\xbb\xbf" + CHINESE.encode(), CHINESE),
        (CHINESE.encode("utf-16"), CHINESE),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), CHINESE),
        (CHINESE.encode("gb18030"), CHINESE),
        (b"plain ascii", "plain ascii"),
        (b"\x1b[31mred\x1b[0m error", "\x1b[31mred\x1b[0m error"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16 big endian", "gb18030", "ascii", "terminal colours"],
)
def test_each_encoding_of_a_console_is_read(raw: bytes, text: str) -> None:
    assert decode(raw) == text


def test_a_stray_byte_costs_one_character_and_not_the_text() -> None:
    # 0xFF begins nothing in UTF-8 nor in GB18030.
    assert decode(b"HTTP 500: something broke\xff at the end of a long line") == "HTTP 500: something broke\ufffd at the end of a long line"


@pytest.mark.parametrize("raw", [b"", b"   \n\t ", b"\xef\xbb\xbf", b"\xff\xfe"], ids=["nothing", "blanks", "utf-8 mark", "utf-16 mark"])
def test_an_empty_text_is_refused(raw: bytes) -> None:
    with pytest.raises(UsageError, match="the text is empty"):
        decode(raw)


@pytest.mark.parametrize(
    "raw",
    [bytes(range(256)) * 8, b"\x7fELF\x02\x01\x01" + bytes(60), b"\x89PNG\r\n\x1a\n" + bytes(64)],
    ids=["all bytes", "program", "image"],
)
def test_a_binary_file_is_refused(raw: bytes) -> None:
    with pytest.raises(UsageError, match="not text"):
        decode(raw)


def test_the_largest_text_is_read_and_one_byte_more_is_refused() -> None:
    assert decode(b"x" * PASTE_BYTES_MAX) == "x" * PASTE_BYTES_MAX
    with pytest.raises(UsageError, match="too large"):
        decode(b"x" * (PASTE_BYTES_MAX + 1))


def test_a_string_is_bounded_as_bytes_are() -> None:
    assert accept("x" * PASTE_BYTES_MAX) == "x" * PASTE_BYTES_MAX
    with pytest.raises(UsageError, match="too large"):
        accept("x" * (PASTE_BYTES_MAX + 1))


def test_a_lone_surrogate_becomes_something_that_can_be_stored() -> None:
    assert accept("broken \ud83d emoji in an error") == "broken ? emoji in an error"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_text_or_an_honest_refusal(raw: bytes) -> None:
    try:
        text = decode(raw)
    except UsageError:
        return
    assert text.strip()
    assert text.encode("utf-8").decode("utf-8") == text


@given(st.text(min_size=1, max_size=400))
def test_an_accepted_text_is_accepted_again_unchanged(text: str) -> None:
    try:
        once = accept(text)
    except UsageError:
        return
    assert accept(once) == once
