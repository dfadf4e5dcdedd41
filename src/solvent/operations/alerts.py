"""Alerts: what the operator must do about money, by account. They follow from the accounts as they are; nobody has to receive them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from solvent.base.money import Money
from solvent.model.health import Closed
from solvent.operations.accounts import Accounts, AccountState
from solvent.operations.shapes import iso

EXHAUSTED, LOW = "balance.exhausted", "balance.low"
FIRING = "firing"
_WHOLE = "account"
_DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to act on. `since_us`: when it was first so, in microseconds since 1970; `text` says what happened and the next step."""

    id: str
    kind: str
    subject: str
    since_us: int
    text: str

    def as_json(self) -> dict[str, Any]:
        """Its fields."""
        return {
            "id": self.id,
            "kind": self.kind,
            "subject": self.subject,
            "state": FIRING,
            "since": iso(self.since_us),
            "text": self.text,
        }


class Alerts:
    """Looks at the accounts. `low`: by account, the balance below which the operator wants to be told."""

    def __init__(self, accounts: Accounts, low: Callable[[], Mapping[str, Money]], now_us: Callable[[], int]) -> None:
        self._accounts = accounts
        self._low = low
        self._now_us = now_us
        self._since: dict[str, int] = {}

    async def look(self) -> tuple[Alert, ...]:
        """Every alert that fires now, in the order of the config. What fires no more is forgotten.

        A low balance counts from the first look that saw it, since the office started.
        """
        low, now_us = self._low(), self._now_us()
        found = [alert for state in await self._accounts.list(counted=False) for alert in _alerts(state, low, now_us)]
        self._since = {alert.id: min(self._since.get(alert.id, alert.since_us), alert.since_us) for alert in found}
        return tuple(Alert(one.id, one.kind, one.subject, self._since[one.id], one.text) for one in found)


def _alerts(state: AccountState, low: Mapping[str, Money], now_us: int) -> Iterator[Alert]:
    name = state.upstream.name
    for part in state.health.closed:
        if part.money or part.why == _DRILL:
            scope = "" if part.scope == _WHOLE else f":{part.scope}"
            yield Alert(f"{EXHAUSTED}:{name}{scope}", EXHAUSTED, name, part.since_us, _exhausted(name, part))
    limit = low.get(name)
    if limit is not None and state.shadowed and state.account.settled < limit:
        text = (
            f"`{name}` holds {state.account.settled} USD by our books, less than `low_balance` = {limit}; pay in, and note it with a top-up"
        )
        yield Alert(f"{LOW}:{name}", LOW, name, now_us, text)


def _exhausted(name: str, part: Closed) -> str:
    what = f"`{name}`" if part.scope == _WHOLE else f"`{name}` ({part.scope})"
    if part.why == _DRILL:
        return f"{what} counts as dry for a drill, and opens by itself; nothing is to be paid"
    said = f": {part.text}" if part.text else ""
    return (
        f"{what} is closed for want of money ({part.why}{said}); pay in where it is held, then note it with a top-up, which opens it again"
    )
