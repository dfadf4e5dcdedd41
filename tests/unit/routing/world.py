"""The world around one breaker: what an honest caller can report, and what must be true of the gate after it.

It knows nothing of the breaker's states and rows. It is a second account of the same life, kept in the words of whoever pays: who is
on the way, what proved the account dry, who acted last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from solvent.routing.breaker import Breaker, Event, Gate, Kind, State

S = 1_000_000
FLIGHT_MAX = 3
LASTS_US = 30 * S


class BrokenInvariantError(AssertionError):
    """An invariant does not hold."""


class Told(NamedTuple):
    """What a request can come back with."""

    kind: Kind
    why: str = ""
    money: bool = False
    firm: bool = True
    wait_us: int | None = None


SERVED = Told(Kind.SUCCEEDED)
LEFT = Told(Kind.UNTOLD)
DRY = Told(Kind.REFUSED, "credit_exhausted", money=True)
MAYBE_DRY = Told(Kind.REFUSED, "budget_limit", money=True, firm=False)
BANNED = Told(Kind.REFUSED, "account_suspended")
MAYBE_BANNED = Told(Kind.REFUSED, "region_blocked", firm=False)
FAILED = Told(Kind.STUMBLED, "server_error")
LIMITED = Told(Kind.STUMBLED, "rate_limited")
ASKED = Told(Kind.STUMBLED, "overloaded", wait_us=20 * S)
ASKED_LONG = Told(Kind.STUMBLED, "rate_limited", wait_us=86_400 * S)
ALL = (SERVED, LEFT, DRY, MAYBE_DRY, BANNED, MAYBE_BANNED, FAILED, LIMITED, ASKED, ASKED_LONG)


class Dry(NamedTuple):
    """It will not serve until somebody acts. `last`: the serial at which this was first known; `out`: the canary's, 0: none is out."""

    told: Told
    since_us: int
    last: int
    wait_us: int
    due_us: int
    out: int = 0


class Pause(NamedTuple):
    told: Told
    since_us: int
    ends_us: int
    sure: bool


class World(NamedTuple):
    """`flight` are serials of requests on the way, `acted` that of the last deed or of the request whose success proved it open.

    `row` counts failures in a row, `paused` is the serial at which the last pause began.
    """

    now_us: int = 0
    serial: int = 0
    flight: tuple[int, ...] = ()
    acted: int = 0
    dry: Dry | None = None
    pause: Pause | None = None
    row: int = 0
    paused: int = 0
    drill_ends_us: int | None = None


def check(holds: bool, message: str) -> None:  # noqa: FBT001  # it asserts
    if not holds:
        raise BrokenInvariantError(message)


# What may happen next: the world after it, and what the breaker is told.

Happening = tuple[World, Event | None]


def possible(world: World, gate: Gate, told: tuple[Told, ...] = ALL) -> Iterator[Happening]:
    yield from _time(world)
    if gate is not Gate.SHUT and len(world.flight) < FLIGHT_MAX:
        yield begun(world, gate)
    yield acted(world)
    for serial in world.flight:
        for one in told:
            yield back(world, serial, one)


def possible_in_a_drill(world: World, gate: Gate) -> Iterator[Happening]:
    yield from _time(world)
    if gate is not Gate.SHUT and len(world.flight) < FLIGHT_MAX:
        yield begun(world, gate)
    serial = world.serial + 1
    yield world._replace(serial=serial), Event(Kind.REARMED, world.now_us, serial, serial)
    ends_us = world.now_us + LASTS_US
    yield world._replace(serial=serial, drill_ends_us=ends_us), Event(Kind.DRILLED, world.now_us, serial, serial, wait_us=LASTS_US)


def _time(world: World) -> Iterator[Happening]:
    """Time alone: nobody is told, so nothing can be sent by it."""
    ends = (
        world.dry.due_us if world.dry is not None else None,
        world.pause.ends_us if world.pause is not None else None,
        world.drill_ends_us,
    )
    for end_us in {end_us for end_us in ends if end_us is not None and end_us > world.now_us}:
        yield world._replace(now_us=end_us), None


def begun(world: World, gate: Gate) -> Happening:
    serial = world.serial + 1
    dry, pause = world.dry, world.pause
    if gate is Gate.CANARY:
        check(dry is not None and not dry.out, "a second canary")
        dry = dry and dry._replace(out=serial)
    if pause is not None and world.now_us >= pause.ends_us:
        pause = None
    drill_ends_us = world.drill_ends_us
    if drill_ends_us is not None and world.now_us >= drill_ends_us:
        drill_ends_us = None
    after = world._replace(serial=serial, flight=(*world.flight, serial), dry=dry, pause=pause, drill_ends_us=drill_ends_us)
    return after, Event(Kind.PASSED, world.now_us, serial)


def acted(world: World) -> Happening:
    """Somebody paid, or says so."""
    serial = world.serial + 1
    after = world._replace(serial=serial, acted=serial, dry=None, pause=None, row=0, paused=0)
    return after, Event(Kind.REARMED, world.now_us, serial, serial)


def back(world: World, serial: int, told: Told) -> Happening:
    """A request is back with what it has to tell."""
    after = world._replace(serial=world.serial + 1, flight=tuple(one for one in world.flight if one != serial))
    event = Event(told.kind, world.now_us, serial, after.serial, told.why, f"said {told.why}", told.money, told.firm, told.wait_us)
    return _HEARD[told.kind](after, serial, told), event


def _served(world: World, serial: int, _: Told) -> World:
    if world.dry is not None:
        fresh = serial > world.dry.last
        return world._replace(dry=None, acted=max(world.acted, serial), paused=0) if fresh else world
    if world.pause is not None:
        return world._replace(pause=None, row=0, acted=max(world.acted, serial), paused=0) if serial > world.paused else world
    return world._replace(row=0)


def _left(world: World, serial: int, _: Told) -> World:
    dry = world.dry
    return world._replace(dry=dry._replace(out=0, due_us=world.now_us)) if dry is not None and dry.out == serial else world


def first_wait_us(told: Told) -> int:
    return 60 * S if told.money else 300 * S


def _refused(world: World, serial: int, told: Told) -> World:
    dry = world.dry
    if serial < world.acted:
        return world
    if dry is None:
        wait_us = first_wait_us(told)
        known = Dry(told, world.now_us, world.serial, wait_us, world.now_us + wait_us)
        return world._replace(dry=known, pause=None, row=0, paused=0)
    if dry.out == serial:
        kept = dry.told if dry.told.firm and not told.firm else told
        wait_us = min(dry.wait_us * 2, 1_800 * S) if kept.money and dry.told.money else first_wait_us(kept)
        return world._replace(dry=Dry(kept, dry.since_us, world.serial, wait_us, world.now_us + wait_us))
    if not dry.out and told.firm and not dry.told.firm:
        wait_us = dry.wait_us if told.money and dry.told.money else first_wait_us(told)
        return world._replace(dry=Dry(told, world.now_us, world.serial, wait_us, world.now_us + wait_us))
    return world


def _stumbled(world: World, serial: int, told: Told) -> World:
    dry = world.dry
    if dry is not None:
        is_canary = dry.out == serial
        return world._replace(dry=dry._replace(out=0, due_us=world.now_us + dry.wait_us)) if is_canary else world
    if serial < max(world.acted, world.paused):
        return world
    row = world.row + 1
    if told.wait_us is None and told.why != "rate_limited" and row < 3 and world.pause is None:
        return world._replace(row=row)
    lasts_us = _pause_us(told, row)
    pause = Pause(told, world.now_us, world.now_us + lasts_us, told.wait_us is not None and told.firm)
    return world._replace(pause=pause, row=row, paused=world.serial)


def _pause_us(told: Told, row: int) -> int:
    if told.wait_us is not None:
        return min(told.wait_us, 1_800 * S)
    return min(5 * S << (row - 1) if told.why == "rate_limited" else S << max(row - 3, 0), 60 * S)


_HEARD: dict[Kind, Callable[[World, int, Told], World]] = {
    Kind.SUCCEEDED: _served,
    Kind.UNTOLD: _left,
    Kind.REFUSED: _refused,
    Kind.STUMBLED: _stumbled,
}


# What must be true of the gate.


def must_be(world: World, at_us: int) -> Gate:
    if world.drill_ends_us is not None:
        return Gate.SHUT if at_us < world.drill_ends_us else Gate.OPEN
    if world.dry is not None:
        closed = Gate.SHUT if world.dry.told.firm else Gate.SPARE
        return Gate.CANARY if at_us >= world.dry.due_us and not world.dry.out else closed
    if world.pause is not None and at_us < world.pause.ends_us:
        return Gate.SHUT if world.pause.sure else Gate.SPARE
    return Gate.OPEN


def instants(world: World) -> set[int]:
    """Where the gate can turn: now, each end and the moment before it, and much later."""
    found = {world.now_us, world.now_us + 86_400 * S}
    if world.dry is not None:
        found |= {world.dry.due_us - 1, world.dry.due_us}
    if world.pause is not None:
        found |= {world.pause.ends_us - 1, world.pause.ends_us}
    if world.drill_ends_us is not None:
        found |= {world.drill_ends_us - 1, world.drill_ends_us}
    return {at_us for at_us in found if at_us >= world.now_us}


def check_gate(world: World, breaker: Breaker, gate: Callable[[Breaker, int], Gate]) -> None:
    for at_us in instants(world):
        want, got = must_be(world, at_us), gate(breaker, at_us)
        check(got is want, f"{(at_us - world.now_us) / S} s from now the gate is {got} and must be {want}: {world}")


def check_told(world: World, breaker: Breaker) -> None:
    """What people are shown of it."""
    known = world.dry or world.pause
    if known is None and world.drill_ends_us is None:
        check(breaker.state is State.READY, f"nothing is known of it, and it is shown as {breaker.state}")
    if known is not None and world.drill_ends_us is None:
        check(breaker.why == known.told.why, f"closed for {breaker.why}, but it was {known.told.why}")
        check(breaker.text == f"said {known.told.why}", "closed with the words of another")
        check(breaker.since_us == known.since_us, "closed since another instant")
        check(breaker.money is (world.dry is not None and known.told.money), "whether somebody must pay")
    if world.dry is not None:
        check(breaker.state is (State.TRYING if world.dry.out else State.CLOSED), f"shown as {breaker.state}")
