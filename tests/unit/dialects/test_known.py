"""Golden conversations, for every dialect alike."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.dialects.dialect import Refusal
from solvent.dialects.known import DIALECTS
from solvent.model.route import DialectName
from tests.unit.dialects.golden import CONVERSATIONS, Conversation, cut, hear

conversations = pytest.mark.parametrize("talk", CONVERSATIONS, ids=lambda talk: talk.name)
ENDS = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}


def test_every_dialect_is_there_under_its_own_name() -> None:
    assert set(DIALECTS) == set(DialectName)
    assert {name: dialect.name for name, dialect in DIALECTS.items()} == {name: name for name in DialectName}


@conversations
def test_a_stream_in_one_piece(talk: Conversation) -> None:
    heard = hear(talk.tap(), [talk.stream])
    assert heard == (talk.shown, b"", True, None, talk.usage, talk.text)


@conversations
@pytest.mark.parametrize("ends", ENDS)
def test_a_stream_cut_once_at_every_place(talk: Conversation, ends: str) -> None:
    stream, shown = talk.stream.replace(b"\n", ENDS[ends]), talk.shown.replace(b"\n", ENDS[ends])
    for place in range(1, len(stream)):
        heard = hear(talk.tap(), cut(stream, [place]))
        assert heard._replace(preamble=b"") == (shown, b"", True, None, talk.usage, talk.text), place


@conversations
@pytest.mark.parametrize("ends", ENDS)
def test_a_stream_byte_by_byte_shows_where_content_begins(talk: Conversation, ends: str) -> None:
    stream, shown, preamble = (data.replace(b"\n", ENDS[ends]) for data in (talk.stream, talk.shown, talk.preamble))
    heard = hear(talk.tap(), (stream[at : at + 1] for at in range(len(stream))))
    assert heard == (shown, preamble, True, None, talk.usage, talk.text)


@conversations
@given(places=st.lists(st.integers(min_value=1, max_value=2500), max_size=40), bom=st.booleans(), ends=st.sampled_from(sorted(ENDS)))
@settings(max_examples=60)
def test_a_stream_cut_anyhow(talk: Conversation, places: list[int], bom: bool, ends: str) -> None:  # noqa: FBT001
    stream = b"\xef\xbb\xbf" * bom + talk.stream.replace(b"\n", ENDS[ends])
    heard = hear(talk.tap(), cut(stream, places))
    assert heard._replace(preamble=b"") == (talk.shown.replace(b"\n", ENDS[ends]), b"", True, None, talk.usage, talk.text)


@conversations
def test_whatever_is_cut_off_a_stream_has_not_ended_and_shows_whole_events_only(talk: Conversation) -> None:
    for length in range(len(talk.stream) - 1):
        heard = hear(talk.tap(), [talk.stream[:length]])
        assert not heard.ended
        assert heard.error is None
        assert talk.shown.startswith(heard.data)
        assert heard.data == b"" or heard.data.endswith(b"\n\n")
        assert talk.text.startswith(heard.text)


@conversations
@pytest.mark.parametrize("missing", [1, 2])
def test_an_end_without_its_empty_line_is_an_end(talk: Conversation, missing: int) -> None:
    heard = hear(talk.tap(), [talk.stream[:-missing]], close=True)
    assert heard._replace(preamble=b"") == (talk.shown, b"", True, None, talk.usage, talk.text)


@conversations
def test_an_answer_that_finished_without_the_last_event_gets_it(talk: Conversation) -> None:
    without = talk.stream[: talk.stream.rindex(b"data: [DONE]" if talk.dialect is DialectName.OPENAI else b"event: message_stop")]
    heard = hear(talk.tap(), [without], close=True)
    assert heard._replace(preamble=b"") == (talk.shown, b"", True, None, talk.usage, talk.text)


@conversations
def test_a_stream_that_stops_in_its_middle_is_not_ended_by_its_close(talk: Conversation) -> None:
    tap = talk.tap()
    tap.feed(talk.stream[: len(talk.stream) // 2])
    assert tap.close()[::2] == (b"", False)
    assert tap.usage is None


@conversations
def test_an_error_in_the_midst_ends_a_stream_and_nothing_follows_it(talk: Conversation) -> None:
    error = DIALECTS[talk.dialect].error_event(Refusal(502, "server_error", "It broke.", "r1"))
    payload = error.partition(b"data: ")[2].strip()
    stream = talk.preamble
    for place in range(1, len(stream + error)):
        tap = talk.tap()
        heard = hear(tap, cut(stream + error + talk.stream, [place]))
        assert (heard.data, heard.ended, heard.error) == (stream, False, payload)
        assert tap.feed(talk.stream) == (b"", False, False, None)
        assert tap.close() == (b"", False, False, None)


@pytest.mark.parametrize("name", DialectName)
def test_a_body_in_json_in_the_place_of_a_stream_counts_only_as_an_error(name: DialectName) -> None:
    error = b'{"error": {\n "message": "no"}}'
    tap = DIALECTS[name].tap(strip_usage=True)
    assert tap.feed(error) == (b"", False, False, None)
    assert tap.close() == (b"", False, False, error)
    tap = DIALECTS[name].tap(strip_usage=True)
    tap.feed(b'{"choices":[{"finish_reason":"stop"}],"type":"message_stop"}')
    assert tap.close() == (b"", False, False, None)


@pytest.mark.parametrize("name", DialectName)
def test_an_event_without_an_end_is_an_error_at_four_megabytes(name: DialectName) -> None:
    tap = DIALECTS[name].tap(strip_usage=False)
    piece = b"x" * 1024 * 1024
    tap.feed(b": hello\n\ndata: ")
    reads = [tap.feed(piece) for _ in range(4)]
    assert [read.error is None for read in reads] == [True, True, True, False]
    assert tap.feed(b"\n\n") == (b"", False, False, None)
