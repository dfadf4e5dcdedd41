from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.base import ids


def test_an_id_is_twenty_letters_and_digits(random_bytes: Callable[[int], bytes]) -> None:
    assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{20}", ids.occurrence_id(random_bytes))


def test_the_same_randomness_gives_the_same_id() -> None:
    assert ids.occurrence_id(lambda size: bytes(range(size))) == ids.occurrence_id(lambda size: bytes(range(size)))


@pytest.mark.parametrize(("fill", "expected"), [(b"\x00", "0" * 20), (b"\xff", "1" + "z" * 19)])
def test_the_extremes_have_their_names(fill: bytes, expected: str) -> None:
    assert ids.occurrence_id(lambda size: fill * size) == expected


def test_ninety_six_bits_are_asked_for() -> None:
    asked: list[int] = []

    def record(size: int) -> bytes:
        asked.append(size)
        return bytes(size)

    ids.occurrence_id(record)
    assert asked == [12]


@given(st.binary(min_size=12, max_size=12), st.binary(min_size=12, max_size=12))
def test_different_randomness_gives_different_ids(one: bytes, other: bytes) -> None:
    same = ids.occurrence_id(lambda _: one) == ids.occurrence_id(lambda _: other)
    assert same == (one == other)


def test_a_requests_name_tells_when_it_came_and_sorts_by_it() -> None:
    names = ids.RequestIds(lambda size: b"\xab" * size)
    first, second, third = (names.next(now_us) for now_us in (1_790_932_530_123_456, 1_790_932_530_123_999, 1_790_932_530_124_000))
    assert first < second < third
    assert [ids.came_at_ms(name) for name in (first, second, third)] == [1_790_932_530_123, 1_790_932_530_123, 1_790_932_530_124]
    assert all(re.fullmatch(ids.REQUEST_ID, name) for name in (first, second, third))


@pytest.mark.parametrize(
    "text", ["", "slv-", "slv-1a0fbe5b3cb9d41b7ea0000", "slv-1a0fbe5b3cb9d41b7ea000010", "SLV-1a0fbe5b3cb9d41b7ea00001"]
)
def test_another_text_tells_no_time(text: str) -> None:
    assert ids.came_at_ms(text) is None


def test_a_secret_token_has_128_bits_and_stands_in_an_address_as_it_is() -> None:
    assert ids.secret_token(lambda length: b"\xff" * length) == "_" * 21 + "w"
    assert {len(ids.secret_token(random.Random(seed).randbytes)) for seed in range(50)} == {22}


def test_a_token_is_kept_as_a_hash_that_differs_with_every_bit() -> None:
    tokens = {base64.urlsafe_b64encode((1 << bit).to_bytes(16, "big")).decode() for bit in range(128)}
    assert len({ids.token_hash(token) for token in tokens}) == 128
    assert len(ids.token_hash("\ud800")) == 64
