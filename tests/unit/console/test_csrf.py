from __future__ import annotations

import pytest

from solvent.console.csrf import AGE_S_MAX, Csrf, Refusal

SECRET = b"0123456789abcdef0123456789abcdef"
HOST = {"host": "localhost:8401"}
GOOD, NONE, OLD, FORGED = "good", None, "old", "forged"


class Machine:
    now_s = 1_800_000_000


def tokens(machine: Machine) -> tuple[Csrf, dict[str | None, str | None]]:
    csrf = Csrf(SECRET, now_s=lambda: machine.now_s)
    old = csrf.token()
    machine.now_s += AGE_S_MAX + 1
    other = Csrf(b"another secret, just as long as it", now_s=lambda: machine.now_s)
    return csrf, {GOOD: csrf.token(), NONE: None, OLD: old, FORGED: other.token()}


@pytest.mark.parametrize(
    ("headers", "token", "refusal"),
    [
        # A program sends none of the three headers and needs no token.
        ({}, NONE, None),
        ({}, FORGED, None),
        # A browser on our own page.
        ({"origin": "http://localhost:8401"}, GOOD, None),
        ({"origin": "http://localhost:8401", "sec-fetch-site": "same-origin"}, GOOD, None),
        ({"sec-fetch-site": "none"}, GOOD, None),
        ({"cookie": "a=b"}, GOOD, None),
        ({"origin": "HTTP://LOCALHOST:8401"}, GOOD, None),
        # The same without the token, or with a bad one.
        ({"origin": "http://localhost:8401"}, NONE, Refusal.NO_TOKEN),
        ({"sec-fetch-site": "same-origin"}, NONE, Refusal.NO_TOKEN),
        ({"cookie": "a=b"}, NONE, Refusal.NO_TOKEN),
        ({"origin": "http://localhost:8401"}, OLD, Refusal.STALE),
        ({"origin": "http://localhost:8401"}, FORGED, Refusal.STALE),
        # Another site, even with a good token.
        ({"origin": "http://evil.example"}, GOOD, Refusal.OTHER_SITE),
        ({"origin": "http://localhost:8400"}, GOOD, Refusal.OTHER_SITE),
        ({"origin": "http://localhost"}, GOOD, Refusal.OTHER_SITE),
        ({"origin": "null"}, GOOD, Refusal.OTHER_SITE),
        ({"origin": ""}, GOOD, Refusal.OTHER_SITE),
        ({"origin": "http://localhost:port"}, GOOD, Refusal.OTHER_SITE),
        ({"origin": "file://"}, GOOD, Refusal.OTHER_SITE),
        ({"origin": "http://localhost:8401.evil.example"}, GOOD, Refusal.OTHER_SITE),
        ({"origin": "http://localhost:8401@evil.example"}, GOOD, Refusal.OTHER_SITE),
        ({"sec-fetch-site": "cross-site"}, GOOD, Refusal.OTHER_SITE),
        ({"sec-fetch-site": "same-site"}, GOOD, Refusal.OTHER_SITE),
        ({"origin": "http://localhost:8401", "sec-fetch-site": "cross-site"}, GOOD, Refusal.OTHER_SITE),
        ({"cookie": "a=b", "origin": "http://evil.example"}, GOOD, Refusal.OTHER_SITE),
    ],
)
def test_who_may_post(headers: dict[str, str], token: str | None, refusal: Refusal | None) -> None:
    csrf, made = tokens(Machine())
    assert csrf.refusal(HOST | headers, made[token]) is refusal


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("desk.example", "https://desk.example"),
        ("desk.example", "https://desk.example:443"),
        ("desk.example:443", "https://desk.example"),
        ("desk.example", "http://desk.example:80"),
        ("[::1]:8401", "http://[::1]:8401"),
    ],
)
def test_a_port_that_goes_without_saying(host: str, origin: str) -> None:
    csrf, made = tokens(Machine())
    assert csrf.refusal({"host": host, "origin": origin}, made[GOOD]) is None


def test_a_token_is_good_until_its_last_second() -> None:
    machine = Machine()
    csrf = Csrf(SECRET, now_s=lambda: machine.now_s)
    token = csrf.token()
    machine.now_s += AGE_S_MAX
    assert csrf.refusal(HOST | {"sec-fetch-site": "none"}, token) is None
    machine.now_s += 1
    assert csrf.refusal(HOST | {"sec-fetch-site": "none"}, token) is Refusal.STALE


def test_the_clock_of_the_machine_is_the_default() -> None:
    csrf = Csrf(SECRET)
    assert csrf.refusal(HOST | {"sec-fetch-site": "none"}, csrf.token()) is None
