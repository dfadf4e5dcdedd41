from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base.frames import FRAME_BYTES_MAX, Frames, frame


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 17))
def test_messages_come_out_whole_however_the_stream_was_cut(messages: list[bytes], cut: int) -> None:
    stream, frames = b"".join(map(frame, messages)), Frames()
    found = [message for start in range(0, len(stream), cut) for message in frames.feed(stream[start : start + cut])]
    assert found == messages
    assert frames.feed(b"") == []


def test_an_unfinished_message_waits() -> None:
    frames = Frames()
    assert frames.feed(frame(b"one") + frame(b"two")[:-1]) == [b"one"]
    assert frames.feed(b"o") == [b"two"]


def test_a_length_that_no_message_has_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="is none of ours"):
        Frames().feed((FRAME_BYTES_MAX + 1).to_bytes(4, "big"))


def test_what_nobody_would_read_is_not_sent() -> None:
    assert Frames().feed(frame(bytes(1_000_000))) == [bytes(1_000_000)]
    with pytest.raises(ValueError, match="is too large"):
        frame(bytes(FRAME_BYTES_MAX + 1))
