from __future__ import annotations

import pytest
from itsdangerous import BadSignature, SignatureExpired

from solvent.console.signing import Signer

SECRET = b"0123456789abcdef0123456789abcdef"


def test_the_clock_is_the_one_that_was_handed_in() -> None:
    now = [1_800_000_000]
    signer = Signer(SECRET, "a use", lambda: now[0])
    signed = signer.sign("text")
    now[0] += 10
    assert signer.unsign(signed, max_age=10) == b"text"
    now[0] += 1
    with pytest.raises(SignatureExpired):
        signer.unsign(signed, max_age=10)


def test_what_is_signed_for_one_use_is_worth_nothing_for_another() -> None:
    signed = Signer(SECRET, "a use").sign("text")
    assert Signer(SECRET, "a use").unsign(signed, max_age=60) == b"text"
    with pytest.raises(BadSignature):
        Signer(SECRET, "another use").unsign(signed)
