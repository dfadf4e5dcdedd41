from __future__ import annotations

from solvent.dialects.dialect import Fed, Refusal


def test_nothing_fed_is_nothing_told() -> None:
    assert Fed() == (b"", False, False, None)


def test_a_refusal_may_leave_out_where_and_why() -> None:
    assert Refusal(400, "invalid_request", "No.", "r1")[4:] == ("", "")
