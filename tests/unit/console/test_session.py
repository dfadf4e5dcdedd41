from __future__ import annotations

import random

import pytest

from solvent.console.session import AGE_S_MAX, Session
from tests.unit.console.conftest import Seconds

SECRET = b"0123456789abcdef"
TOKEN = "a token of the test"


def session(seconds: Seconds, token: str = TOKEN, secret: bytes = SECRET) -> Session:
    return Session(secret, token, random_bytes=random.Random(5).randbytes, now_s=lambda: seconds.now_s)


@pytest.mark.parametrize(
    ("given", "admitted"),
    [
        (TOKEN, True),
        (f"  {TOKEN}\n", True),
        ("", False),
        (TOKEN[:-1], False),
        (TOKEN + "x", False),
        (TOKEN.upper(), False),
        ("令牌\ud800", False),
    ],
)
def test_only_the_token_is_admitted(seconds: Seconds, given: str, *, admitted: bool) -> None:
    assert session(seconds).admits(given) is admitted


@pytest.mark.parametrize(("token", "secret"), [("", SECRET), (" \n", SECRET), (TOKEN, b"short")])
def test_what_would_let_anybody_in_is_refused(seconds: Seconds, token: str, secret: bytes) -> None:
    with pytest.raises(ValueError, match="admin token"):
        session(seconds, token, secret)


def test_a_session_lasts_twelve_hours_to_the_second(seconds: Seconds) -> None:
    sessions = session(seconds)
    cookie = sessions.begin()
    seconds.now_s += AGE_S_MAX
    assert sessions.read(cookie) is not None
    seconds.now_s += 1
    assert sessions.read(cookie) is None


def test_two_sessions_are_two(seconds: Seconds) -> None:
    sessions = session(seconds)
    assert sessions.read(sessions.begin()) != sessions.read(sessions.begin())


def test_a_cookie_tells_nothing_of_token_and_secret(seconds: Seconds) -> None:
    cookie = session(seconds).begin()
    assert TOKEN not in cookie
    assert SECRET.decode() not in cookie


@pytest.mark.parametrize("change", ["token", "secret"])
def test_a_new_token_or_secret_ends_every_session(seconds: Seconds, change: str) -> None:
    cookie = session(seconds).begin()
    other = session(seconds, TOKEN + "2") if change == "token" else session(seconds, secret=SECRET + b"2")
    assert session(seconds).read(cookie) is not None
    assert other.read(cookie) is None


def test_a_changed_cookie_is_none(seconds: Seconds) -> None:
    sessions = session(seconds)
    cookie = sessions.begin()
    changed = ("0" if cookie[0] != "0" else "1") + cookie[1:]
    for wrong in (None, "", "x", changed, cookie + "A", cookie.replace(".", "", 1), "é.ü.ö"):
        assert sessions.read(wrong) is None, wrong


def test_what_was_signed_out_counts_no_longer_and_is_forgotten_in_time(seconds: Seconds) -> None:
    sessions = session(seconds)
    ended, other = sessions.begin(), sessions.begin()
    ended_id, other_id = sessions.read(ended), sessions.read(other)
    assert ended_id is not None
    assert other_id is not None
    sessions.end(ended_id)
    assert sessions.read(ended) is None
    assert sessions.read(other) == other_id
    seconds.now_s += AGE_S_MAX + 1
    sessions.end(other_id)
    assert list(sessions._ended) == [other_id]
    assert sessions.read(ended) is None, "too old by itself"
