from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.access import keys

SECRETS = st.binary(min_size=keys.KEY_BYTES, max_size=keys.KEY_BYTES)


@given(SECRETS, SECRETS)
def test_every_secret_is_a_key_of_its_own_in_the_form_of_keys(one: bytes, other: bytes) -> None:
    assert keys.has_form(keys.text(one))
    assert (keys.text(one) == keys.text(other)) == (one == other)


def test_a_key_carries_160_bits() -> None:
    key = keys.text(bytes(20))
    assert key == "sk-slv-" + "a" * 32
    assert 8 * keys.KEY_BYTES == 160 == 5 * 32


@pytest.mark.parametrize("size", [0, 19, 21])
def test_a_key_of_another_size_is_not_made(size: int) -> None:
    with pytest.raises(ValueError, match="20 random bytes"):
        keys.text(bytes(size))


@pytest.mark.parametrize(
    "key", ["", "sk-slv-", "sk-slv-" + "a" * 31, "sk-slv-" + "a" * 33, "sk-slv-" + "A" * 32, "sk-slv-" + "1" * 32, "x"]
)
def test_what_is_no_key_has_not_its_form(key: str) -> None:
    assert not keys.has_form(key)


def test_the_digest_is_keyed_blake2b_and_needs_the_pepper() -> None:
    assert keys.digest("sk", b"pepper") == hashlib.blake2b(b"sk", digest_size=32, key=b"pepper").hexdigest()
    assert len({keys.digest("sk", b"pepper"), keys.digest("sk", b"salt"), keys.digest("sl", b"pepper")}) == 3
    assert len(keys.digest("\ud800 any text that a client sends", b"pepper")) == 64


@pytest.mark.parametrize("pepper", [b"", bytes(65)])
def test_no_pepper_is_no_secret(pepper: bytes) -> None:
    with pytest.raises(ValueError, match="1 to 64 bytes"):
        keys.digest("sk", pepper)
    with pytest.raises(ValueError, match="1 to 64 bytes"):
        keys.repeatable("once", b"salt", pepper)


def test_a_repeatable_key_depends_on_all_three() -> None:
    found = {
        keys.repeatable(*three) for three in [("a", b"s", b"p"), ("a", b"s", b"p"), ("b", b"s", b"p"), ("a", b"t", b"p"), ("a", b"s", b"q")]
    }
    assert len(found) == 4
    assert {len(one) for one in found} == {keys.KEY_BYTES}


def test_an_id_is_sixteen_signs() -> None:
    assert keys.key_id(bytes(range(10))) == "aaaqeayeaudaocaj"
