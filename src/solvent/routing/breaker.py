"""One breaker (a part of an account) as one table.

Rule 1: what decides whether requests pass is a row here. Rule 2: every pair of state and event is a row, or is named impossible
with its reason. Rule 3: no clock is read: events carry the instant (microseconds) and the serial number of the request
that they are about. Serials count requests and closings together, so which came first is never a matter of the clock.

The theory. READY: requests pass. COOLING: it fails for now; after a short wait requests pass again. CLOSED: it will not serve until
somebody acts (money, a key, a suspension); the first hit closes. From its `until_us` on one real request may try it: TRYING, the canary
is out, and nobody else passes until it is back. A canary that succeeds makes it READY, one that is refused again doubles
the wait, one that tells nothing frees its place. DRILLED: treated as dry until the drill is over; a drill has a breaker of its own.

Only what began after a change says something about it: a success of a request that began before the closing opens nothing, a refusal of
one that began before the re-arming, or before the request whose success opened it, closes nothing. A closing that is not sure (`firm` is
false) lets requests pass where nothing else is left, and a success of theirs opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final, NamedTuple, TypeAlias

SECOND_US = 1_000_000
CANARY_FIRST_US, CANARY_LAST_US = 60 * SECOND_US, 1_800 * SECOND_US
PERSON_WAIT_US = 300 * SECOND_US
COOL_FIRST_US, COOL_LAST_US = SECOND_US, 60 * SECOND_US
LIMITED_FIRST_US = 5 * SECOND_US
STUMBLES_MAX = 3


class State(StrEnum):
    """Where a breaker stands."""

    READY = "ready"
    COOLING = "cooling"
    CLOSED = "closed"
    TRYING = "trying"
    DRILLED = "drilled"


class Kind(StrEnum):
    """What can happen to it."""

    PASSED = "passed"  # a request goes through
    SUCCEEDED = "succeeded"
    STUMBLED = "stumbled"  # failed for now
    REFUSED = "refused"  # will fail until somebody acts
    UNTOLD = "untold"  # the request is over and says nothing about this part
    REARMED = "rearmed"  # somebody acted
    DRILLED = "drilled"


class Event(NamedTuple):
    """What happened, when, and to which request (0: to none). `serial` of a re-arming or a drill is that of the change itself.

    `wait_us` is what the upstream asked to wait, or how long a drill lasts. `now_serial` numbers this event itself.
    """

    kind: Kind
    now_us: int
    serial: int
    now_serial: int = 0
    why: str = ""
    text: str = ""
    money: bool = False
    firm: bool = True
    wait_us: int | None = None


class Breaker(NamedTuple):
    """`since` and `armed` are serials: of the last closing or cooling, and from which on a request's refusal counts.

    `wait_us` is the wait of the last closing.
    """

    state: State = State.READY
    why: str = ""
    text: str = ""
    money: bool = False
    firm: bool = True
    since_us: int = 0
    until_us: int = 0
    wait_us: int = 0
    since: int = 0
    armed: int = 0
    canary: int = 0
    stumbles: int = 0


NEW: Final = Breaker()
Move: TypeAlias = Callable[[Breaker, Event], Breaker]


@dataclass(frozen=True, slots=True)
class Impossible:
    """A cell that no honest caller reaches, and why."""

    reason: str


Cell: TypeAlias = Move | Impossible
Table: TypeAlias = Mapping[tuple[State, Kind], Cell]


class ImpossibleError(AssertionError):
    """The caller reported what cannot have happened."""


def ignore(breaker: Breaker, _: Event) -> Breaker:
    """It says nothing here."""
    return breaker


def arm(_: Breaker, event: Event) -> Breaker:
    """Requests pass; refusals of requests that began before this do not count."""
    return Breaker(armed=event.now_serial)


def prove(breaker: Breaker, event: Event) -> Breaker:
    """It served this request, so it serves: what began before that request says less than it does."""
    return Breaker(armed=max(breaker.armed, event.serial))


def steady(breaker: Breaker, _: Event) -> Breaker:
    """Stumbles count in a row only."""
    return breaker._replace(stumbles=0) if breaker.stumbles else breaker


def close(breaker: Breaker, event: Event) -> Breaker:
    """The first hit closes."""
    if event.serial < breaker.armed:
        return breaker
    return _closed(breaker, event, first_wait_us(money=event.money))


def first_wait_us(*, money: bool) -> int:
    """How long a closing waits for its first canary: less where a payment may come at any time."""
    return CANARY_FIRST_US if money else PERSON_WAIT_US


def _closed(breaker: Breaker, event: Event, wait_us: int) -> Breaker:
    return Breaker(
        state=State.CLOSED,
        why=event.why,
        text=event.text,
        money=event.money,
        firm=event.firm,
        since_us=event.now_us,
        until_us=event.now_us + wait_us,
        wait_us=wait_us,
        since=event.now_serial,
        armed=breaker.armed,
    )


def stumble(breaker: Breaker, event: Event) -> Breaker:
    """Cools at a wait that was asked for and at a rate limit, else only after several failures in a row."""
    if event.serial < max(breaker.armed, breaker.since):
        return breaker
    count = breaker.stumbles + 1
    limited = event.why == "rate_limited"
    if event.wait_us is None and not limited and count < STUMBLES_MAX:
        return breaker._replace(stumbles=count)
    return _cooling(breaker, event, count)


def _cooling(breaker: Breaker, event: Event, count: int) -> Breaker:
    """The wait that was asked for, within reason; else one that doubles with each failure in a row."""
    limited = event.why == "rate_limited"
    doubled = count - 1 if limited else max(count - STUMBLES_MAX, 0)
    guessed = min((LIMITED_FIRST_US if limited else COOL_FIRST_US) << min(doubled, 6), COOL_LAST_US)
    wait_us = guessed if event.wait_us is None else min(event.wait_us, CANARY_LAST_US)
    return Breaker(
        state=State.COOLING,
        why=event.why,
        text=event.text,
        firm=event.wait_us is not None and event.firm,
        since_us=event.now_us,
        until_us=event.now_us + wait_us,
        wait_us=wait_us,
        since=event.now_serial,
        armed=breaker.armed,
        stumbles=count,
    )


def pass_cooling(breaker: Breaker, event: Event) -> Breaker:
    """The wait is over, or nothing else was left. How often it stumbled is not forgotten before a success."""
    if event.now_us < breaker.until_us:
        return breaker
    return Breaker(armed=breaker.armed, since=breaker.since, stumbles=breaker.stumbles)


def stumble_again(breaker: Breaker, event: Event) -> Breaker:
    """Requests that began before the cooling say nothing new; one that passed since cools it for longer."""
    return breaker if event.serial < breaker.since else _cooling(breaker, event, breaker.stumbles + 1)


def open_if_fresh(breaker: Breaker, event: Event) -> Breaker:
    """A success opens where its request began after the closing."""
    return breaker if event.serial < breaker.since else prove(breaker, event)


def pass_closed(breaker: Breaker, event: Event) -> Breaker:
    """The request that comes when it is due is the canary; before that only a doubtful closing is passed, where nothing else is left."""
    if event.now_us < breaker.until_us:
        return breaker
    return breaker._replace(state=State.TRYING, canary=event.serial)


def refuse_closed(breaker: Breaker, event: Event) -> Breaker:
    """It is closed already; words that are sure take the place of doubtful ones."""
    if breaker.firm or not event.firm or event.serial < breaker.armed:
        return breaker
    wait_us = breaker.wait_us if event.money and breaker.money else first_wait_us(money=event.money)
    return _closed(breaker, event, wait_us)


def try_succeeded(breaker: Breaker, event: Event) -> Breaker:
    """The canary is back, or a request that passed a doubtful closing."""
    return prove(breaker, event) if event.serial == breaker.canary else open_if_fresh(breaker, event)


def try_stumbled(breaker: Breaker, event: Event) -> Breaker:
    """The canary did not get far enough to tell: the same wait again."""
    if event.serial != breaker.canary:
        return breaker
    return breaker._replace(state=State.CLOSED, canary=0, until_us=event.now_us + breaker.wait_us)


def try_refused(breaker: Breaker, event: Event) -> Breaker:
    """Still so: wait twice as long where money is why. Since when it is closed stays as it was, and so does what was sure of it."""
    if event.serial != breaker.canary:
        return breaker
    if breaker.firm and not event.firm:
        event = event._replace(why=breaker.why, text=breaker.text, money=breaker.money, firm=True)
    still = event.money and breaker.money
    wait_us = min(breaker.wait_us * 2, CANARY_LAST_US) if still else first_wait_us(money=event.money)
    return _closed(breaker, event, wait_us)._replace(since_us=breaker.since_us)


def try_untold(breaker: Breaker, event: Event) -> Breaker:
    """The canary ended without knowing: its place is free for the next request."""
    return breaker._replace(state=State.CLOSED, canary=0, until_us=event.now_us) if event.serial == breaker.canary else breaker


def drill(breaker: Breaker, event: Event) -> Breaker:
    """Dry until the drill is over."""
    lasts_us = event.wait_us or 0
    return Breaker(
        State.DRILLED,
        why="drill",
        text="drill",
        money=True,
        since_us=event.now_us,
        until_us=event.now_us + lasts_us,
        wait_us=lasts_us,
        since=event.now_serial,
        armed=breaker.armed,
    )


def pass_drilled(breaker: Breaker, event: Event) -> Breaker:
    """The drill is over."""
    return Breaker(armed=breaker.armed) if event.now_us >= breaker.until_us else breaker


_OWN = "a drill has a breaker of its own"
_NOT_TOLD = "nobody tells a drill how a request went"

TABLE: Final[Table] = {
    (State.READY, Kind.PASSED): ignore,
    (State.READY, Kind.SUCCEEDED): steady,
    (State.READY, Kind.STUMBLED): stumble,
    (State.READY, Kind.REFUSED): close,
    (State.READY, Kind.UNTOLD): ignore,
    (State.READY, Kind.REARMED): arm,
    (State.READY, Kind.DRILLED): drill,
    (State.COOLING, Kind.PASSED): pass_cooling,
    (State.COOLING, Kind.SUCCEEDED): open_if_fresh,
    (State.COOLING, Kind.STUMBLED): stumble_again,
    (State.COOLING, Kind.REFUSED): close,
    (State.COOLING, Kind.UNTOLD): ignore,
    (State.COOLING, Kind.REARMED): arm,
    (State.COOLING, Kind.DRILLED): Impossible(_OWN),
    (State.CLOSED, Kind.PASSED): pass_closed,
    (State.CLOSED, Kind.SUCCEEDED): open_if_fresh,
    (State.CLOSED, Kind.STUMBLED): ignore,
    (State.CLOSED, Kind.REFUSED): refuse_closed,
    (State.CLOSED, Kind.UNTOLD): ignore,
    (State.CLOSED, Kind.REARMED): arm,
    (State.CLOSED, Kind.DRILLED): Impossible(_OWN),
    (State.TRYING, Kind.PASSED): ignore,
    (State.TRYING, Kind.SUCCEEDED): try_succeeded,
    (State.TRYING, Kind.STUMBLED): try_stumbled,
    (State.TRYING, Kind.REFUSED): try_refused,
    (State.TRYING, Kind.UNTOLD): try_untold,
    (State.TRYING, Kind.REARMED): arm,
    (State.TRYING, Kind.DRILLED): Impossible(_OWN),
    (State.DRILLED, Kind.PASSED): pass_drilled,
    (State.DRILLED, Kind.SUCCEEDED): Impossible(_NOT_TOLD),
    (State.DRILLED, Kind.STUMBLED): Impossible(_NOT_TOLD),
    (State.DRILLED, Kind.REFUSED): Impossible(_NOT_TOLD),
    (State.DRILLED, Kind.UNTOLD): Impossible(_NOT_TOLD),
    (State.DRILLED, Kind.REARMED): ignore,
    (State.DRILLED, Kind.DRILLED): drill,
}
assert set(TABLE) == set(product(State, Kind)), "every pair of state and event must stand in the table"


def step(breaker: Breaker, event: Event, table: Table = TABLE) -> Breaker:
    """The breaker after the event. Raises `ImpossibleError` with the reason where it cannot have happened."""
    cell = table[breaker.state, event.kind]
    if isinstance(cell, Impossible):
        raise ImpossibleError(f"`{event.kind}` cannot happen to a breaker that is `{breaker.state}`: {cell.reason}")
    return cell(breaker, event)


class Gate(StrEnum):
    """Whether a request may pass now."""

    OPEN = "open"
    CANARY = "canary"  # as the one that tries it
    SPARE = "spare"  # only where nothing else is left
    SHUT = "shut"


def gate(breaker: Breaker, now_us: int) -> Gate:
    """Whether a request may pass this breaker at this instant."""
    state = breaker.state
    if state is State.READY:
        return Gate.OPEN
    if state is not State.TRYING and now_us >= breaker.until_us:
        return Gate.CANARY if state is State.CLOSED else Gate.OPEN
    return Gate.SHUT if breaker.firm else Gate.SPARE
