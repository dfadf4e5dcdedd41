"""The accounts held at the simulated provider: each is opened by its key on first sight, has a balance and spends it.

A key reads `sk-sandbox-<manner>-<name>-<usd>`; at a relay, `+<vendor>-<usd>` at the end names what the relay's own account at a vendor
holds: `sk-sandbox-new-api-club-5.00+anthropic-0` has five dollars at a relay whose Anthropic account is dry. A vendor that is not named
never runs dry. Money leaves a balance only in `Account.charge`, and what is spent is always what was opened and added minus what is left.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from solvent.base.money import ZERO, Money
from solvent.sandbox.faults import Fault

CALLS_KEPT = 10_000


class Manner(StrEnum):
    """Whose words and habits an account answers with."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    DEEPSEEK = "deepseek"
    OPENROUTER = "openrouter"
    NEW_API = "new-api"


class Outcome(StrEnum):
    """What became of a call."""

    OPEN = "open"
    ANSWERED = "answered"
    REFUSED = "refused"
    CUT = "cut"  # we ended it early
    LEFT = "left"  # the caller went away


_VENDORS = ("anthropic", "openai", "deepseek")
_AMOUNT = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_KEY = re.compile(
    rf"sk-sandbox-(?P<manner>{'|'.join(Manner)})-(?P<name>[a-z0-9]+(?:-[a-z0-9]+)*)-(?P<usd>{_AMOUNT})"
    rf"(?P<channels>(?:\+(?:{'|'.join(_VENDORS)})-{_AMOUNT})*)"
)
_MANNER = re.compile(rf"sk-sandbox-({'|'.join(Manner)})(?:-|$)")


@dataclass(slots=True)
class Call:
    """One call to an account, from its arrival on. Its cost is known once it is no longer open."""

    number: int
    at: str
    dialect: str
    model: str = ""
    stream: bool = False
    status: int = 0
    outcome: Outcome = Outcome.OPEN
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Money = ZERO
    request_id: str = ""
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class Account:
    """One account. `channels` are the balances of a relay's own accounts by vendor."""

    manner: Manner
    name: str
    balance: Money
    channels: dict[str, Money] = field(default_factory=dict)
    granted: Money = ZERO
    spent: Money = ZERO
    calls: int = 0
    answered: int = 0
    refused: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    revoked: bool = False
    faults: list[Fault] = field(default_factory=list)
    log: deque[Call] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))

    @property
    def id(self) -> str:
        """Its name in the control API."""
        return f"{self.manner}-{self.name}"

    def begin(self, call: Call) -> None:
        """A call has come."""
        self.calls += 1
        self.log.append(call)

    def refuse(self, call: Call, status: int) -> None:
        """A call ends without an answer and costs nothing."""
        call.status, call.outcome = status, Outcome.REFUSED
        self.refused += 1

    def charge(self, call: Call, vendor: str, outcome: Outcome) -> None:
        """A call ends; its tokens and cost stand in it already. The balance may go below zero by what the last calls cost."""
        call.outcome = outcome
        self.answered += 1
        self.input_tokens += call.input_tokens
        self.output_tokens += call.output_tokens
        self.spent += call.cost
        self.balance -= call.cost
        if vendor in self.channels:
            self.channels[vendor] -= call.cost

    def set_balance(self, balance: Money) -> None:
        """The balance from now on; what it differs by counts as granted or taken back."""
        self.granted += balance - self.balance
        self.balance = balance


def open_account(key: str) -> Account | None:
    """The account that a key describes, or None where it describes none."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    balance = Money.parse(found["usd"])
    channels = {vendor: Money.parse(usd) for vendor, usd in re.findall(rf"\+([a-z]+)-({_AMOUNT})", found["channels"])}
    if channels and found["manner"] != Manner.NEW_API:
        return None
    return Account(Manner(found["manner"]), found["name"], balance, channels, granted=balance)


def manner_of(key: str) -> Manner | None:
    """Whose words refuse a key that is no account: a sandbox key's manner, None for any other key."""
    found = _MANNER.match(key)
    return None if found is None else Manner(found[1])


class Accounts:
    """All accounts by id. A second key of the same manner and name leads to the same account, whatever amount it states."""

    def __init__(self) -> None:
        self._by_key: dict[str, Account] = {}
        self.by_id: dict[str, Account] = {}

    def of(self, key: str) -> Account | None:
        """The account of a key, opened on first sight; None where the key describes none."""
        known = self._by_key.get(key)
        if known is not None:
            return known
        opened = open_account(key)
        if opened is None:
            return None
        account = self._by_key[key] = self.by_id.setdefault(opened.id, opened)
        return account
