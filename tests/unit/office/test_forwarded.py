from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Scope

from solvent.office.forwarded import Forwarded, peer

PROXY, FRONT, READER, LIE = "10.0.0.7", "192.0.2.10", "203.0.113.5", "198.51.100.9"


def scope(client: str | None, *lists: str) -> Scope:
    headers = [(b"host", b"desk.example.org"), *((b"x-forwarded-for", value.encode("latin-1")) for value in lists)]
    return {"type": "http", "client": None if client is None else (client, 4711), "headers": headers}


@pytest.mark.parametrize(
    ("client", "lists", "found"),
    [
        # Nobody in between, whatever is claimed.
        (READER, (), READER),
        (READER, (LIE,), READER),
        (READER, (f"{LIE}, {PROXY}",), READER),
        # One proxy that is trusted, which appends whom it sees.
        (PROXY, (READER,), READER),
        (PROXY, (f"{LIE}, {READER}",), READER),
        (PROXY, (LIE, READER), READER),
        (PROXY, (f"{PROXY}, {READER}",), READER),
        (PROXY, (f"{LIE},{LIE},  {READER}  ",), READER),
        # Two of them.
        (PROXY, (f"{LIE}, {READER}, {FRONT}",), READER),
        (PROXY, (f"{LIE}, {READER}", FRONT), READER),
        # A proxy that nobody named is the reader.
        (PROXY, (f"{READER}, 192.0.2.99",), "192.0.2.99"),
        # What cannot be an address vouches for nothing.
        (PROXY, (), PROXY),
        (PROXY, ("",), PROXY),
        (PROXY, ("unknown",), PROXY),
        (PROXY, (f"{LIE}, unknown",), PROXY),
        (PROXY, (f"{LIE}, <script>, {FRONT}",), FRONT),
        (PROXY, (f"{PROXY}, {FRONT}",), PROXY),
        # As some proxies write it.
        (PROXY, (f"{READER}:52011",), READER),
        (PROXY, ("[2001:db8::5]:443",), "2001:db8::5"),
        (PROXY, ("2001:DB8::5",), "2001:db8::5"),
        (PROXY, (f"::ffff:{READER}",), READER),
        (f"::ffff:{PROXY}", (READER,), READER),
        ("::ffff:203.0.113.77", (READER,), "203.0.113.77"),
        ("fd00::1", (READER,), READER),
        (None, (READER,), ""),
    ],
)
def test_the_reader_is_the_last_for_whom_no_trusted_proxy_spoke(client: str | None, lists: tuple[str, ...], found: str) -> None:
    assert Forwarded(["10.0.0.0/8", "192.0.2.10/32", "fd00::/8"])(scope(client, *lists)) == found


def test_without_trusted_proxies_the_peer_alone_counts() -> None:
    assert Forwarded([])(scope("127.0.0.1", READER)) == "127.0.0.1"
    assert peer(scope("127.0.0.1", READER)) == "127.0.0.1"


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=40), max_size=30))
def test_whatever_a_reader_claims_before_the_proxy_speaks_changes_nothing(claims: list[str]) -> None:
    assert Forwarded(["10.0.0.0/8"])(scope(PROXY, *claims, READER)) == READER
    assert Forwarded(["10.0.0.0/8"])(scope(PROXY, ",".join([*claims, READER]))) == READER


def test_a_list_without_end_is_not_followed_without_end() -> None:
    assert Forwarded(["10.0.0.0/8"])(scope(PROXY, f"{READER}, " + ", ".join([PROXY] * 5_000))) == PROXY
