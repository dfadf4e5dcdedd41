from __future__ import annotations

import json
from typing import Any

import pytest

from solvent.adapters import wire
from solvent.adapters.wire import Call, Reply
from solvent.base.errors import SolventError, TooLargeError, UsageError
from solvent.client.remote import DeskError, ask

HERE = "http://127.0.0.1:8401"
PROBLEM = "application/problem+json"


class Desk:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, reply: Reply | Exception) -> None:
        self.reply, self.asked = reply, []  # type: tuple[Reply | Exception, list[tuple[str, Call, float]]]

    def __call__(self, url: str, call: Call, timeout_s: float) -> Reply:
        self.asked.append((url, call, timeout_s))
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


def desk(monkeypatch: pytest.MonkeyPatch, reply: Reply | Exception) -> Desk:
    made = Desk(reply)
    monkeypatch.setattr(wire, "send", made)
    return made


def problem(status: int, **body: object) -> Reply:
    return Reply(status, PROBLEM, json.dumps(body).encode())


@pytest.mark.parametrize("token", [None, "t0ken"])
def test_one_call_with_what_is_wanted(monkeypatch: pytest.MonkeyPatch, token: str | None) -> None:
    asked = desk(monkeypatch, Reply(200, "application/json", b'{"category": "other"}'))
    assert ask(f"{HERE}/base/", {"raw": "错误", "lang": "zh", "file": True}, token, 2.5) == {"category": "other"}
    ((url, call, timeout_s),) = asked.asked
    assert (url, call.method, call.path, timeout_s) == (f"{HERE}/base", "POST", "/api/explain", 2.5)
    assert json.loads(call.body or b"") == {"raw": "错误", "lang": "zh", "file": True}
    assert call.headers["Content-Type"] == "application/json"
    assert call.headers.get("Authorization") == (None if token is None else "Bearer t0ken")


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (TimeoutError("x"), "no answer within 2.5 s; look whether the desk runs there"),
        (ConnectionRefusedError("x"), "nothing listens there; look whether"),
        (OSError(113, "No route to host"), "No route to host; look"),
    ],
)
def test_no_answer_is_said_with_the_next_step(monkeypatch: pytest.MonkeyPatch, failure: Exception, words: str) -> None:
    desk(monkeypatch, failure)
    with pytest.raises(DeskError) as caught:
        ask(HERE, {"raw": "secret words"}, "t0ken", 2.5)
    assert f"cannot reach the desk at `{HERE}`: {words}" in str(caught.value)
    assert caught.value.status is None
    assert caught.value.__cause__ is failure
    assert "secret" not in str(caught.value)
    assert "t0ken" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (problem(413, title="T", detail="too much text"), TooLargeError, "too much text"),
        (problem(400, title="T", detail="it is\n empty"), UsageError, "it is empty"),
        (problem(401, title="Unknown token"), DeskError, "did not explain this (401): Unknown token"),
        (problem(429, title="T", detail="Wait 3 s"), DeskError, "(429): Wait 3 s"),
        (Reply(502, "text/html", b"<html>"), DeskError, "it answered 502 without a reason"),
        (Reply(200, "text/html", b"<html>"), DeskError, "it answered 200 without a reason"),
        (Reply(200, "application/json", b"[1]"), DeskError, "as no desk of this version does"),
        (Reply(400, "application/json", b'{"detail": "not ours"}'), DeskError, "it answered 400"),
        (Reply(200, "application/json", b"[" * 100_000), DeskError, "it answered 200"),
    ],
)
def test_a_refusal_is_said_in_the_desks_words(monkeypatch: pytest.MonkeyPatch, reply: Reply, kind: type[SolventError], words: str) -> None:
    desk(monkeypatch, reply)
    with pytest.raises(SolventError) as caught:
        ask(HERE, {"raw": "x"}, None, 1)
    assert type(caught.value) is kind
    assert words in str(caught.value)
    if isinstance(caught.value, DeskError):
        assert caught.value.status == reply.status


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("desk.example", None),
        ("ftp://desk.example", None),
        ("http://", None),
        ("http://[broken", None),
        ("http://h:99999", None),
        ("http://h:0", None),
        ("http://user:pa55@h", None),
        ("http://h/?x=1", None),
        ("http://h /", None),
        ("http://desk.example", "t0ken"),
        (HERE, "to ken"),
        (HERE, ""),
        (HERE, "t\n"),
    ],
)
def test_an_address_or_a_token_that_cannot_be_right_goes_nowhere(monkeypatch: pytest.MonkeyPatch, url: str, token: Any) -> None:
    asked = desk(monkeypatch, Reply(200, "application/json", b"{}"))
    with pytest.raises(UsageError) as caught:
        ask(url, {"raw": "x"}, token, 1)
    assert asked.asked == []
    assert "pa55" not in str(caught.value)


@pytest.mark.parametrize(("url", "token"), [("https://desk.example", "t0ken"), ("http://desk.example", None), ("http://[::1]:5", "t0ken")])
def test_an_address_that_can_be_right_is_asked(monkeypatch: pytest.MonkeyPatch, url: str, token: str | None) -> None:
    asked = desk(monkeypatch, Reply(200, "application/json", b"{}"))
    ask(url, {"raw": "x"}, token, 1)
    assert [one[0] for one in asked.asked] == [url]
