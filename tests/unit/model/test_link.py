from __future__ import annotations

import pytest

from solvent.base.money import Money
from solvent.model.change import Change, Drill, LeaseRow, Opening
from solvent.model.health import Closed, Health
from solvent.model.key import Budget, Key
from solvent.model.link import Done, Healths, Hello, Message, Opened, Told, decode, encode

KEY = Key("k", "应用", "ab" * 32, prepaid=True, budgets=(Budget("day", Money(5)),), rpm=3, models=("m",), reveal=True, created_at_us=7)
HEALTH = Health("main", "exhausted", (Closed("vendor:anthropic", "credit_exhausted", 1, None, money=True, text="no credit"),), 9, 2)
LEASES = (LeaseRow("key:k", Money(0), Money(1), Money(2), Money(3)), LeaseRow("key:l", None, Money(0), Money(0), Money(0)))


@pytest.mark.parametrize(
    "message",
    [
        Hello("worker-1", 7, fresh=True),
        Done(3),
        Done(4, "`api_key` is not set"),
        Healths((HEALTH,)),
        Opened(Opening("[office]\n", (KEY,), LEASES, (("k", "day", Money(4)),), (HEALTH,))),
        Told(9, Change((KEY,), (("key:k", Money(1)),), ("main",), (Drill("main", 60_000),), "")),
        Told(0, Change()),
    ],
)
def test_what_is_said_is_heard_as_it_was(message: Message) -> None:
    assert decode(encode(message)) == message


@pytest.mark.parametrize("data", [b"", b"\x09{}", b"\xff", b"\x00", b"\x00{}", b'\x01{"number": "one"}', b"\x00not json"])
def test_what_is_no_message_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are of different readers
        decode(data)
