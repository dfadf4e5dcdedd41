"""The breakers of every account, and what the gateway tells of them.

A breaker belongs to an account and a scope: `account`, `key`, `vendor:<name>`, `model:<name>`. A request passes only where every scope
that it touches lets it. An account without trouble holds no breaker at all, which is what makes the hot path cheap.
Instants are microseconds and come in; nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from solvent.model.failure import MONEY, REQUEST_AT_FAULT, Judgement
from solvent.model.health import Closed, Health
from solvent.model.verdict import Category
from solvent.routing.breaker import CANARY_LAST_US, NEW, Breaker, Event, Gate, Kind, State, first_wait_us, gate, step

Scopes: TypeAlias = tuple[str, ...]

ACCOUNT, KEY, DRILL = "account", "key", "drill"
SCOPES_MAX = 512
"""So many breakers an account has: names of models that callers make up cannot fill the memory."""

TRANSIENT: Final = frozenset(
    {
        Category.RATE_LIMITED,
        Category.OVERLOADED,
        Category.SERVER_ERROR,
        Category.NETWORK,
        Category.TIMEOUT,
        Category.NO_CHANNEL,
    },
)
_TRANSIENT_VALUES: Final = frozenset(category.value for category in TRANSIENT)
_TIGHTER: Final = {Gate.OPEN: 0, Gate.CANARY: 1, Gate.SPARE: 2, Gate.SHUT: 3}


def scopes_of(vendor: str | None, model: str | None) -> Scopes:
    """Every scope that a request for this upstream model touches; `model` is None where only the request tells it."""
    return (
        DRILL,
        ACCOUNT,
        KEY,
        *((f"vendor:{vendor}",) if vendor else ()),
        *((f"model:{model}",) if model else ()),
    )


class Pass(NamedTuple):
    """One attempt that was let through; it must come back once as succeeded, failed or untold, and a canary also at its first content."""

    account: str
    scopes: Scopes
    serial: int
    canary: bool


class Record:
    """One account. `shut` are those of its breakers that are not ready; it is empty while all is well."""

    __slots__ = ("armed", "breakers", "errors", "name", "requests", "routes", "shut")

    def __init__(self, name: str, routes: tuple[Scopes, ...]) -> None:
        self.name = name
        self.routes = routes
        self.breakers: dict[str, Breaker] = {}
        self.shut: dict[str, Breaker] = {}
        self.armed = 0
        self.requests = 0
        self.errors = 0

    def put(self, scope: str, breaker: Breaker) -> None:
        """Stores a breaker as it is now."""
        if scope not in self.breakers and len(self.breakers) >= SCOPES_MAX:
            self._make_room()
        self.breakers[scope] = breaker
        if breaker.state is State.READY:
            self.shut.pop(scope, None)
        else:
            self.shut[scope] = breaker

    def _make_room(self) -> None:
        """Drops a breaker that is ready, else the oldest one of a model."""
        ready = next((scope for scope, breaker in self.breakers.items() if breaker.state is State.READY), None)
        scope = ready or next((scope for scope in self.breakers if scope.startswith("model:")), next(iter(self.breakers)))
        del self.breakers[scope]
        self.shut.pop(scope, None)

    def gate(self, scopes: Scopes, now_us: int) -> Gate:
        """Whether a request that touches these scopes may pass: the tightest of its breakers decides."""
        found = Gate.OPEN
        for scope in scopes:
            breaker = self.shut.get(scope)
            if breaker is not None:
                found = max(found, gate(breaker, now_us), key=_TIGHTER.__getitem__)
        return found

    def decisive(self, scopes: Scopes, now_us: int) -> tuple[str, Breaker]:
        """Of the breakers that hold a request back the one that does so longest: what needs a person before what passes by itself.

        Raises `ValueError` where none holds it back.
        """
        held = ((scope, self.shut[scope]) for scope in scopes if scope in self.shut)
        shut = [(scope, breaker) for scope, breaker in held if gate(breaker, now_us) in (Gate.SPARE, Gate.SHUT)]
        return max(shut, key=lambda item: (item[1].state is not State.COOLING, item[1].until_us))


class HealthBook:
    """All accounts. `routes`: for each account the scopes of every route that leads to it."""

    def __init__(self, routes: Mapping[str, tuple[Scopes, ...]] | None = None) -> None:
        self.accounts: dict[str, Record] = {}
        self._serial = 0
        self.configure(routes or {})

    def configure(self, routes: Mapping[str, tuple[Scopes, ...]]) -> None:
        """Takes a changed config: an account that stays keeps its breakers and counts, one that is gone is forgotten."""
        kept = {}
        for name, scopes in routes.items():
            record = self.accounts.get(name) or Record(name, scopes)
            record.routes = scopes
            kept[name] = record
        self.accounts = kept

    def begin(self, account: str, scopes: Scopes, now_us: int, *, spare: bool = False) -> Pass | None:
        """Lets an attempt through, as the canary where it is due; None where it is closed by now (a plan may be older than a closing).

        `spare`: nothing else is left, so that a doubtful closing is passed.
        """
        record = self.accounts.get(account)
        if record is None:
            return None
        canary = False
        if record.shut:
            found = record.gate(scopes, now_us)
            if found is Gate.SHUT or (found is Gate.SPARE and not spare):
                return None
            canary = found is Gate.CANARY
        self._serial += 1
        record.requests += 1
        serial = self._serial
        if record.shut:
            for scope in scopes:
                if scope in record.shut:
                    self._step(record, scope, Event(Kind.PASSED, now_us, serial))
        return Pass(account, scopes, serial, canary)

    def succeeded(self, passed: Pass, now_us: int) -> None:
        """The upstream served it: the first content of an answer, or a whole one."""
        self._tell(passed, Kind.SUCCEEDED, now_us)

    def untold(self, passed: Pass, now_us: int) -> None:
        """The attempt is over and says nothing of the account: the client left, the deadline passed, it was not made."""
        self._tell(passed, Kind.UNTOLD, now_us)

    def failed(self, passed: Pass, judgement: Judgement, now_us: int) -> None:
        """Acts on a judgement: the scope that it speaks about closes or cools, a canary of another scope comes back untold."""
        record = self.accounts.get(passed.account)
        if record is None:
            return
        category = judgement.verdict.category
        record.errors += category not in REQUEST_AT_FAULT
        transient = category in TRANSIENT
        kind = Kind.STUMBLED if transient else Kind.REFUSED
        wait_ms = judgement.retry_after_ms
        event = Event(
            kind,
            now_us,
            passed.serial,
            self._next(),
            category.value,
            judgement.text,
            money=category in MONEY,
            firm=not judgement.doubtful,
            wait_us=None if wait_ms is None or not transient else wait_ms * 1000,
        )
        for scope in passed.scopes:
            if scope not in (judgement.scope, DRILL) and scope in record.breakers:
                # A canary that met another trouble did not get far enough; it is not sent again at once.
                other = Kind.STUMBLED if transient and record.breakers[scope].state is State.TRYING else Kind.UNTOLD
                self._step(record, scope, event._replace(kind=other))
        if judgement.scope is not None:
            self._step(record, judgement.scope, event)

    def rearmed(self, account: str, now_us: int, *, reading: bool = False) -> None:
        """Somebody acted: a top-up or a click opens everything but a running drill.

        `reading`: only a reading of the balance says so; it tells nothing of a relay's own wallets behind it, nor of keys.
        """
        record = self.accounts.get(account)
        if record is None:
            return
        serial = self._next()
        if not reading:
            record.armed = serial
        for scope, breaker in list(record.breakers.items()):
            if scope != DRILL and (not reading or (scope == ACCOUNT and breaker.money)):
                self._step(record, scope, Event(Kind.REARMED, now_us, serial, serial))

    def drill(self, account: str, lasts_ms: int, now_us: int) -> None:
        """Treats an account as dry for so long."""
        record = self.accounts.get(account)
        if record is not None:
            serial = self._next()
            self._step(record, DRILL, Event(Kind.DRILLED, now_us, serial, serial, wait_us=lasts_ms * 1000))

    def health(self, account: str, now_us: int) -> Health | None:
        """How an account fares, None for one that is not configured."""
        record = self.accounts.get(account)
        if record is None:
            return None
        closed = tuple(_told(scope, breaker) for scope, breaker in record.shut.items() if _counts(breaker, now_us))
        return Health(account, _state(record, now_us), closed, record.requests, record.errors)

    def snapshot(self, now_us: int) -> tuple[Health, ...]:
        """Every account."""
        return tuple(health for name in self.accounts if (health := self.health(name, now_us)) is not None)

    def restore(self, healths: Iterable[Health], now_us: int) -> None:
        """Takes up what was closed before a restart; before or after the first `configure`, which forgets accounts that are gone.

        Counts begin anew, and a canary that was out then is lost: its place is free.
        """
        for health in healths:
            record = self.accounts.get(health.account) or Record(health.account, ())
            self.accounts[health.account] = record
            for closed in health.closed:
                scope, breaker = _remembered(closed, self._next())
                if _counts(breaker, now_us):
                    record.put(scope, breaker)

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def _tell(self, passed: Pass, kind: Kind, now_us: int) -> None:
        record = self.accounts.get(passed.account)
        if record is not None and record.breakers:
            event = Event(kind, now_us, passed.serial, self._next())
            for scope in passed.scopes:
                if scope != DRILL and scope in record.breakers:
                    self._step(record, scope, event)

    def _step(self, record: Record, scope: str, event: Event) -> None:
        before = record.breakers.get(scope)
        after = step(NEW._replace(armed=record.armed) if before is None else before, event)
        if after is not before:
            record.put(scope, after)


def _counts(breaker: Breaker, now_us: int) -> bool:
    """Whether it still closes something: a wait or a drill that is over does not, a closing stays until a canary came back."""
    return breaker.state in (State.CLOSED, State.TRYING) or (breaker.state is not State.READY and now_us < breaker.until_us)


def _told(scope: str, breaker: Breaker) -> Closed:
    return Closed(
        scope=ACCOUNT if scope == DRILL else scope,
        why=breaker.why,
        since_us=breaker.since_us,
        until_us=breaker.until_us,
        money=breaker.money,
        text=breaker.text,
        doubtful=not breaker.firm,
    )


def _remembered(closed: Closed, serial: int) -> tuple[str, Breaker]:
    """The scope and breaker that this tells of."""
    drilled, transient = closed.why == DRILL, closed.why in _TRANSIENT_VALUES
    state = State.DRILLED if drilled else State.COOLING if transient else State.CLOSED
    first_us = first_wait_us(money=closed.money)
    until_us = closed.since_us + first_us if closed.until_us is None else closed.until_us
    wait_us = until_us - closed.since_us
    if state is State.CLOSED:
        # Waits that double come to twice the last one without the first.
        wait_us = min(max((wait_us + first_us) // 2, first_us), CANARY_LAST_US) if closed.money else first_us
    return DRILL if drilled else closed.scope, Breaker(
        state=state,
        why=closed.why,
        text=closed.text,
        money=closed.money,
        firm=not closed.doubtful,
        since_us=closed.since_us,
        until_us=until_us,
        wait_us=wait_us,
        since=serial,
    )


def _state(record: Record, now_us: int) -> str:
    """`ready` while one configured route is left open; else what most routes' cure depends on: time, money, or a person."""
    shut = {scope: breaker for scope, breaker in record.shut.items() if _counts(breaker, now_us)}
    if not shut:
        return "ready"
    waits = money = False
    for scopes in record.routes or (scopes_of(None, None),):
        why = [shut[scope] for scope in scopes if scope in shut]
        if not why:
            return "ready"
        money = money or any(breaker.money for breaker in why)
        waits = waits or all(breaker.state is State.COOLING for breaker in why)
    return "cooling" if waits else "exhausted" if money else "disabled"
