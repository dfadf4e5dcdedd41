from __future__ import annotations

import pytest

from solvent.office.bearer import carries


@pytest.mark.parametrize("header", ["Bearer t0ken", "bearer t0ken", "BEARER  t0ken "])
def test_the_right_token_is_known(header: str) -> None:
    assert carries(header, "t0ken")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "t0ken", "Basic t0ken", "Bearer t0ke", "Bearer t0ken2", "Bearer \xff", "Bearer T0KEN"]
)
def test_anything_else_is_not(header: str) -> None:
    assert not carries(header, "t0ken")
