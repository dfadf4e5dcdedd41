from __future__ import annotations

from solvent.exchange.answer import Answer
from tests.unit.exchange.stage import FakeClient

HEADERS = ((b"a", b"1"),)


def test_a_whole_answer_leaves_in_one_piece_with_what_is_known_last() -> None:
    client = FakeClient()
    answer = Answer(client)
    assert not answer.due
    answer.head(200, HEADERS)
    answer.add(b"one")
    answer.add(b"two")
    answer.end()
    assert answer.due
    answer.deliver(((b"b", b"2"),))
    assert (client.events, client.body, client.headers) == (["whole"], b"onetwo", {b"a": b"1", b"b": b"2"})
    assert not answer.due


def test_a_long_answer_leaves_step_by_step() -> None:
    client = FakeClient()
    answer = Answer(client)
    answer.head(200, HEADERS)
    answer.add(b"one")
    answer.deliver()
    answer.add(b"two")
    answer.add(b"three")
    answer.end()
    answer.deliver()
    assert (client.events, client.body) == (["begin", "send", "send", "end"], b"onetwothree")


def test_what_was_begun_is_cut_and_what_was_not_is_replaced() -> None:
    client = FakeClient()
    answer = Answer(client)
    answer.head(200, HEADERS)
    answer.add(b"one")
    answer.replace(502, (), b"sorry")
    assert (client.status, client.body, answer.status) == (502, b"sorry", 502)
    client = FakeClient()
    answer = Answer(client)
    answer.head(200, HEADERS)
    answer.add(b"one")
    answer.deliver()
    answer.replace(502, (), b"sorry")
    assert (client.events, client.body) == (["begin", "send", "cut"], b"one")


def test_a_cut_sends_what_was_gathered_first() -> None:
    client = FakeClient()
    answer = Answer(client)
    answer.head(200, HEADERS)
    answer.add(b"one")
    answer.cut()
    assert client.events == ["begin", "send", "cut"]
