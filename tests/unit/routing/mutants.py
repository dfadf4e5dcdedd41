"""Tables and gates with one planted mistake each, for the walk to catch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from solvent.routing import breaker as real
from solvent.routing.breaker import CANARY_LAST_US, TABLE, Breaker, Event, Gate, Impossible, Kind, Move, State, Table, gate
from tests.unit.routing.explorer import Gates

Change = Callable[[Breaker, Event, Breaker], Breaker]
S, K = State, Kind


def original(state: State, kind: Kind) -> Move:
    cell = TABLE[state, kind]
    assert not isinstance(cell, Impossible)
    return cell


def given(state: State, kind: Kind, move: Move) -> Table:
    """The table with one row replaced."""
    return {**TABLE, (state, kind): move}


def changed(state: State, kind: Kind, change: Change) -> Table:
    """The table with one row that does what `change` makes of before, event and after."""
    move = original(state, kind)
    return given(state, kind, lambda before, event: change(before, event, move(before, event)))


def always(state: State, kind: Kind, **facts: Any) -> Table:
    """The table with one row whose events are read as if these facts held."""
    move = original(state, kind)
    return given(state, kind, lambda before, event: move(before, event._replace(**facts)))


def forgetting(state: State, kind: Kind, **facts: Any) -> Table:
    """The table with one row that takes the breaker as if these facts held."""
    move = original(state, kind)
    return given(state, kind, lambda before, event: move(before._replace(**facts), event))


def _second_hit(breaker: Breaker, event: Event) -> Breaker:
    return real.close(breaker, event) if breaker.stumbles else breaker._replace(stumbles=1)


def _any_is_the_canary(state: State, kind: Kind) -> Table:
    move = original(state, kind)
    return given(state, kind, lambda before, event: move(before, event._replace(serial=before.canary)))


def _endless(before: Breaker, event: Event, after: Breaker) -> Breaker:
    if after.state is not S.CLOSED or not after.money or not before.money:
        return after
    return after._replace(wait_us=before.wait_us * 2, until_us=event.now_us + before.wait_us * 2)


def _wait(wait_us: int) -> Change:
    def change(before: Breaker, event: Event, after: Breaker) -> Breaker:
        return after._replace(wait_us=wait_us, until_us=event.now_us + wait_us) if after is not before else after

    return change


def _doubled(before: Breaker, event: Event, after: Breaker) -> Breaker:
    return after if after is before else after._replace(until_us=event.now_us + 2 * before.wait_us)


def _sure(before: Breaker, _: Event, after: Breaker) -> Breaker:
    return after._replace(firm=True) if after is not before else after


def _loosely(before: Breaker, event: Event) -> Breaker:
    return before._replace(state=S.TRYING, canary=event.serial)


MUTANTS: dict[str, Table] = {
    "only the second hit closes": given(S.READY, K.REFUSED, _second_hit),
    "a late refusal closes again what somebody re-armed": always(S.READY, K.REFUSED, serial=1 << 40),
    "a late refusal closes what cooled since it was re-armed": always(S.COOLING, K.REFUSED, serial=1 << 40),
    "a late failure counts after a re-arming": always(S.READY, K.STUMBLED, serial=1 << 40),
    "failures of before the pause make it longer": always(S.COOLING, K.STUMBLED, serial=1 << 40),
    "failures of before the pause make it longer once it is over": forgetting(S.READY, K.STUMBLED, since=0),
    "a late success opens": always(S.CLOSED, K.SUCCEEDED, serial=1 << 40),
    "a late success opens while the canary is out": always(S.TRYING, K.SUCCEEDED, serial=1 << 40),
    "a late success ends a pause": always(S.COOLING, K.SUCCEEDED, serial=1 << 40),
    "a success shields those that began after it": given(S.TRYING, K.SUCCEEDED, real.arm),
    "a success of a doubtful passage shields those after it": given(
        S.CLOSED, K.SUCCEEDED, lambda before, event: before if event.serial < before.since else real.arm(before, event)
    ),
    "a re-arming lets late refusals count": changed(S.CLOSED, K.REARMED, lambda _, __, after: after._replace(armed=0)),
    "a re-arming of what is open lets late refusals count": given(S.READY, K.REARMED, real.ignore),
    "a re-arming while the canary is out is not heeded": given(S.TRYING, K.REARMED, real.ignore),
    "a closing forgets who acted": changed(S.READY, K.REFUSED, lambda _, __, after: after._replace(armed=0)),
    "a refused canary forgets who acted": changed(S.TRYING, K.REFUSED, lambda _, __, after: after._replace(armed=0)),
    "a pause forgets who acted": changed(S.READY, K.STUMBLED, lambda _, __, after: after._replace(armed=0)),
    "a pause that is over forgets who acted": changed(S.COOLING, K.PASSED, lambda _, __, after: after._replace(armed=0)),
    "there may be two canaries": given(S.TRYING, K.PASSED, _loosely),
    "the canary is not kept in mind": given(S.CLOSED, K.PASSED, real.ignore),
    "a doubtful passage counts as the canary": given(S.CLOSED, K.PASSED, _loosely),
    "any request may come back for the canary and open": _any_is_the_canary(S.TRYING, K.SUCCEEDED),
    "any request may come back for the canary and close": _any_is_the_canary(S.TRYING, K.REFUSED),
    "any request may come back for the canary and fail": _any_is_the_canary(S.TRYING, K.STUMBLED),
    "any request may come back for the canary and not know": _any_is_the_canary(S.TRYING, K.UNTOLD),
    "a refused canary waits no longer than before": changed(S.TRYING, K.REFUSED, lambda b, e, a: _wait(b.wait_us)(b, e, a)),
    "the wait doubles without end": changed(S.TRYING, K.REFUSED, _endless),
    "the first wait is the longest": changed(S.READY, K.REFUSED, _wait(CANARY_LAST_US)),
    "money waits as long as a person": always(S.READY, K.REFUSED, money=False),
    "a canary that failed on its way makes the wait longer": changed(S.TRYING, K.STUMBLED, _doubled),
    "a canary that failed on its way frees its place at once": given(S.TRYING, K.STUMBLED, original(S.TRYING, K.UNTOLD)),
    "a canary that does not know waits again": given(S.TRYING, K.UNTOLD, original(S.TRYING, K.STUMBLED)),
    "a canary that does not know counts as served": given(S.TRYING, K.UNTOLD, original(S.TRYING, K.SUCCEEDED)),
    "a refused canary opens": given(S.TRYING, K.REFUSED, original(S.TRYING, K.SUCCEEDED)),
    "closed since the last canary": changed(S.TRYING, K.REFUSED, lambda b, e, a: a if a is b else a._replace(since_us=e.now_us)),
    "a doubtful closing is sure": changed(S.READY, K.REFUSED, _sure),
    "a doubtful canary makes a sure closing doubtful": changed(
        S.TRYING, K.REFUSED, lambda b, e, a: a if a is b else a._replace(firm=e.firm)
    ),
    "sure words do not take the place of doubtful ones": given(S.CLOSED, K.REFUSED, real.ignore),
    "doubtful words take the place of sure ones": given(S.CLOSED, K.REFUSED, lambda b, e: b if e.serial < b.armed else real.close(b, e)),
    "a failure counts against what is closed": given(S.CLOSED, K.STUMBLED, lambda b, e: real.stumble(b._replace(stumbles=5), e)),
    "one failure makes a pause": always(S.READY, K.STUMBLED, why="rate_limited"),
    "failures never make a pause": changed(S.READY, K.STUMBLED, lambda b, _, __: b._replace(stumbles=min(b.stumbles + 1, 2))),
    "failures count though there was a success": given(S.READY, K.SUCCEEDED, real.ignore),
    "a pause that nobody asked for is sure": changed(S.READY, K.STUMBLED, _sure),
    "a pause that nobody asked for is sure the second time": changed(S.COOLING, K.STUMBLED, _sure),
    "nobody's asking is heeded": always(S.READY, K.STUMBLED, wait_us=None),
    "a wait that was asked for may last for ever": changed(
        S.READY, K.STUMBLED, lambda b, e, a: a if e.wait_us is None or a is b else a._replace(until_us=e.now_us + e.wait_us)
    ),
    "every pause is as long as the first": forgetting(S.COOLING, K.STUMBLED, stumbles=0),
    "a pause that is over is forgotten": changed(S.COOLING, K.PASSED, lambda b, _, a: a if a is b else a._replace(stumbles=0)),
    "a pause ends at the first passage": given(
        S.COOLING, K.PASSED, lambda b, _: Breaker(armed=b.armed, since=b.since, stumbles=b.stumbles)
    ),
    "a pause hides that it is dry": given(S.COOLING, K.REFUSED, real.ignore),
}

DRILLED: dict[str, Table] = {
    "a drill never ends": given(S.DRILLED, K.PASSED, real.ignore),
    "a payment ends a drill": given(S.DRILLED, K.REARMED, real.arm),
    "a second drill is not heeded": given(S.DRILLED, K.DRILLED, real.ignore),
    "a drill ends at once": changed(S.READY, K.DRILLED, lambda _, e, a: a._replace(until_us=e.now_us)),
    "a drill is doubtful": changed(S.READY, K.DRILLED, lambda _, __, a: a._replace(firm=False)),
}


def _ignoring_the_canary(breaker: Breaker, now_us: int) -> Gate:
    return gate(breaker._replace(state=S.CLOSED) if breaker.state is S.TRYING else breaker, now_us)


def _timed(breaker: Breaker, now_us: int) -> Gate:
    return Gate.OPEN if breaker.state is S.CLOSED and now_us >= breaker.until_us else gate(breaker, now_us)


def _late(breaker: Breaker, now_us: int) -> Gate:
    return gate(breaker, now_us - 1)


def _never_spare(breaker: Breaker, now_us: int) -> Gate:
    found = gate(breaker, now_us)
    return Gate.SHUT if found is Gate.SPARE else found


GATES: dict[str, Gates] = {
    "everybody passes while the canary is out": _ignoring_the_canary,
    "time alone opens what is dry": _timed,
    "a moment late": _late,
    "a doubtful signal closes the last way": _never_spare,
}
