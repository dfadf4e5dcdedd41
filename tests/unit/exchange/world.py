"""The world around a request, as an honest runner shows it: which events can come, and what the invariants say about each command.

It knows nothing of the machine's states: it is a second account of the same life, kept by the journal, the upstream and the
client. A broken invariant is a `BrokenInvariantError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from solvent.exchange import commands as do
from solvent.exchange import events as on
from solvent.exchange.commands import Command, Outcome, Over
from solvent.exchange.events import End, Event, Next, Rung
from solvent.exchange.state import Policy
from solvent.model.verdict import Category

WHY = Category.SERVER_ERROR


class BrokenInvariantError(AssertionError):
    """An invariant does not hold."""


def check(holds: bool, message: str) -> None:  # noqa: FBT001  # it asserts
    if not holds:
        raise BrokenInvariantError(message)


@dataclass(frozen=True, slots=True)
class World:
    policy: Policy
    # Who owes an answer.
    planner: bool = True
    hold: str = "none"  # none, asked, written, refused, unwritten, resolving, resolved, open
    attempt: str = "none"  # none, writing, written, open, over (ended by the upstream), closed (by us)
    unacknowledged: bool = False  # the record of an attempt that is ended already
    unwritten: bool = False  # the record of the running attempt was not taken
    upstream: str = "none"  # none, asked, connected, sent, head, content
    rung: bool = False
    # What is true.
    plans: tuple[int, ...] = ()
    plan: int = -1
    candidate: int = -1
    dials: int = 0  # of this candidate
    number: int = 0  # of this attempt
    reused: bool = False
    verdict: Event | None = None  # with which the upstream ended
    last: Over | None = None
    last_end: End = End.NONE
    last_verdict: Event | None = None
    journal_failed: bool = False
    cost: bool = False  # an attempt cost something, or may have
    # The client.
    here: bool = True
    late: bool = False
    answer: str = "none"  # none, begun, whole, broken, error
    preamble: bool = False
    delivered: str = "none"  # none, some, all: of the upstream's answer of the last attempt
    finished: bool = False


# What may happen next.


def possible(world: World, plans: tuple[tuple[int, ...], ...]) -> Iterator[Event]:
    if world.planner:
        yield on.Refused(WHY)
        yield from map(on.Planned, plans)
    if world.hold == "asked":
        yield from (on.Held(), on.HoldRefused(WHY), on.HoldUnwritten())
    if world.attempt == "writing" or world.unacknowledged:
        yield from (on.AttemptWritten(), on.AttemptUnwritten())
    if world.attempt == "open":
        yield from _upstream(world)
    if world.rung:
        yield from (on.RungFound(Rung.CACHED, b"R"), on.NoRung(WHY))
    if world.hold == "resolving":
        yield from (on.ResolutionWritten(), on.ResolutionUnwritten())
    if not world.late:
        yield on.Deadline()
    if world.here:
        yield on.ClientGone()


def _upstream(world: World) -> Iterator[Event]:
    label = str(world.number).encode()
    if world.upstream == "asked":
        yield from (on.Connected(reused=False), on.Connected(reused=True)) if world.dials == 1 else (on.Connected(reused=False),)
    if world.upstream == "connected":
        yield on.Sent()
    if world.upstream == "sent":
        yield on.Answered()
    if world.upstream in ("connected", "sent"):
        yield from (on.Dropped(next_, WHY, room) for next_, room in product(Next, (True, False)))
    if world.upstream in ("head", "content"):
        yield from (on.Preamble(label), on.Content(label), on.Ended()) if not world.preamble else (on.Content(label), on.Ended())
    yield from (on.Failed(next_, end, WHY, room) for next_, end, room in product(Next, End, (True, False)))


# What it makes true.


def hear(world: World, event: Event) -> World:
    return _HEARD[type(event)](world, event)


def _heard_attempt(world: World, event: Event) -> World:
    failed = isinstance(event, on.AttemptUnwritten)
    if world.unacknowledged:
        return replace(world, unacknowledged=False)
    return replace(world, attempt="written", unwritten=failed, journal_failed=world.journal_failed or failed)


def _heard_over(world: World, event: Event) -> World:
    return replace(world, attempt="over", verdict=event)


def _heard_content(world: World, _: Event) -> World:
    return replace(world, upstream="content", delivered="due" if world.here else world.delivered)


_HEARD: dict[on.Kind, Callable[[World, Any], World]] = {
    on.Refused: lambda world, _: replace(world, planner=False),
    on.Planned: lambda world, event: replace(world, planner=False, plans=event.candidates),
    on.Held: lambda world, _: replace(world, hold="written"),
    on.HoldRefused: lambda world, _: replace(world, hold="refused"),
    on.HoldUnwritten: lambda world, _: replace(world, hold="unwritten", journal_failed=True),
    on.AttemptWritten: _heard_attempt,
    on.AttemptUnwritten: _heard_attempt,
    on.Connected: lambda world, event: replace(world, upstream="connected", reused=event.reused),
    on.Sent: lambda world, _: replace(world, upstream="sent"),
    on.Answered: lambda world, _: replace(world, upstream="head"),
    on.Preamble: lambda world, _: replace(world, preamble=True),
    on.Content: _heard_content,
    on.Ended: _heard_over,
    on.Failed: _heard_over,
    on.Dropped: _heard_over,
    on.RungFound: lambda world, _: replace(world, rung=False),
    on.NoRung: lambda world, _: replace(world, rung=False),
    on.ResolutionWritten: lambda world, _: replace(world, hold="resolved"),
    on.ResolutionUnwritten: lambda world, _: replace(world, hold="open", journal_failed=True),
    on.ClientGone: lambda world, _: replace(world, here=False),
    on.Deadline: lambda world, _: replace(world, late=True),
}


# What may be done, and what it makes true.


def obey(world: World, command: Command) -> World:
    check(not world.finished, "nothing happens after Finish")
    return _OBEYED[type(command)](world, command)


def _place_hold(world: World, command: do.PlaceHold) -> World:
    check(world.hold in ("none", "refused"), "one hold at a time")
    check(command.plan == world.plan + 1 < len(world.plans), "plans are tried in order, each once")
    return replace(world, hold="asked", plan=command.plan)


def _begin_attempt(world: World, command: do.BeginAttempt) -> World:
    check(world.hold == "written", "an attempt needs a hold in the journal")
    check(world.attempt in ("none", "ended"), "no two attempts are open at once")
    check(world.answer == "none", "no other attempt after the first byte to the client")
    check(world.here and not world.late, "no attempt for nobody")
    check(not world.journal_failed, "no attempt without a journal")
    check(command.attempt == world.number + 1, "attempts are counted")
    again = command.candidate == world.candidate
    check(again or command.candidate == world.candidate + 1, "candidates are tried in order")
    check(command.candidate < world.plans[world.plan], "the candidate is one of the plan")
    if world.number:
        check(world.last_end is End.NONE or world.policy.retry_unknown, "a call that may have had an effect is repeated only by policy")
        check(not isinstance(world.last_verdict, on.Ended), "nothing is asked again after an answer")
        verdict = world.last_verdict
        check(isinstance(verdict, (on.Failed, on.Dropped)) and verdict.room, "there is room for another attempt")
        if again:
            check(isinstance(verdict, on.Dropped) and world.reused and world.dials == 1, "only a dead reused connection is redialled, once")
            check(world.last is Over.REDIALLED, "a redial is not the candidate's failure")
        else:
            check(isinstance(verdict, (on.Failed, on.Dropped)) and verdict.next is Next.TRY_NEXT, "STOP means stop")
            check(world.last is Over.FAILED, "a failure is the candidate's")
    dials = world.dials + 1 if again else 1
    return replace(
        world,
        attempt="writing",
        number=command.attempt,
        candidate=command.candidate,
        dials=dials,
        upstream="none",
        reused=False,
        verdict=None,
        preamble=False,
        delivered="none",
        last=None,
        last_end=End.NONE,
        last_verdict=None,
    )


def _open_upstream(world: World, command: do.OpenUpstream) -> World:
    check(world.hold == "written", "no upstream byte without a hold in the journal")
    check(world.attempt == "written" and not world.unwritten, "no upstream byte without an attempt in the journal")
    check((command.attempt, command.candidate) == (world.number, world.candidate), "the attempt that was written is the one made")
    check(command.fresh == (world.dials > 1), "a redial takes a fresh connection")
    return replace(world, attempt="open", upstream="asked")


def _close_upstream(world: World, command: do.CloseUpstream) -> World:
    check(world.attempt == "open" and command.attempt == world.number, "only an open upstream is closed")
    check(not world.here or world.late, "an upstream is broken off for a reason")
    return replace(world, attempt="closed")


def _end_attempt(world: World, command: do.EndAttempt) -> World:
    check(world.attempt in ("writing", "written", "over", "closed"), "an attempt is ended once, when its upstream is over or closed")
    check(world.attempt != "written" or world.unwritten, "a written attempt is made before it is ended")
    check(command.attempt == world.number, "the attempt that is ended is the one that runs")
    _check_end(world, command.end)
    _check_over(world, command.over)
    return replace(
        world,
        attempt="ended",
        unacknowledged=world.attempt == "writing",
        unwritten=False,
        last=command.over,
        last_end=command.end,
        last_verdict=world.verdict,
        cost=world.cost or command.end is not End.NONE,
    )


def _check_end(world: World, end: End) -> None:
    if world.upstream in ("none", "asked", "connected"):
        expected = End.NONE
    elif world.upstream == "content" and world.delivered != "none":
        expected = End.USAGE
    elif isinstance(world.verdict, on.Failed):
        expected = world.verdict.end
    else:
        expected = End.USAGE if isinstance(world.verdict, on.Ended) else End.UNKNOWN
    check(end is expected, f"the attempt ended in {expected}, not {end}")


def _redialled(world: World) -> bool:
    dead = isinstance(world.verdict, on.Dropped) and world.reused and world.dials == 1 and world.verdict.room
    return dead and (world.upstream == "connected" or world.policy.retry_unknown)


def _check_over(world: World, over: Over) -> None:
    if world.unwritten:
        expected: tuple[Over, ...] = (Over.UNWRITTEN,)
    elif isinstance(world.verdict, on.Ended):
        expected = (Over.ANSWERED,)
    elif world.verdict is not None:
        expected = (Over.REDIALLED,) if _redialled(world) else (Over.FAILED,)
    else:
        expected = tuple(over for over, true in ((Over.CLIENT_GONE, not world.here), (Over.DEADLINE, world.late)) if true)
    check(over in expected, f"the attempt is over because of {expected}, not {over}")


def _settled(world: World) -> None:
    check(world.hold == "written", "a hold is resolved at most once, and only when it is written")
    check(world.attempt in ("none", "ended"), "every attempt is ended before its hold is resolved")


def _post_hold(world: World, command: do.PostHold) -> World:
    _settled(world)
    check(world.cost, "a hold is posted only where an attempt cost something")
    outcome = Outcome.UNANSWERED
    if world.answer == "whole" and world.delivered != "rung":
        outcome = Outcome.COMPLETE
    elif world.answer == "broken":
        outcome = Outcome.BROKEN
    elif not world.here and world.answer in ("none", "begun"):
        outcome = Outcome.LEFT
    check(command.outcome is outcome, f"the outcome is {outcome}, not {command.outcome}")
    return replace(world, hold="resolving")


def _void_hold(world: World, _: do.VoidHold) -> World:
    _settled(world)
    check(not world.cost, "a hold is voided only where nothing was spent")
    return replace(world, hold="resolving")


def _look_up(world: World, _: do.LookUpLastRung) -> World:
    check(world.answer == "none" and world.here and not world.late, "a rung is for a client that waits")
    check(world.attempt in ("none", "ended") and not world.rung, "the ladder is looked up once, when no attempt runs")
    if isinstance(world.last_verdict, (on.Failed, on.Dropped)):
        check(_may_follow(world), "the ladder is for a call that may be made again")
        check(not world.last_verdict.room or world.candidate + 1 == world.plans[world.plan], "the ladder is the last resort")
    return replace(world, rung=True)


def _to_client(world: World) -> None:
    check(world.here, "nothing is sent to a client that left")


def _send_head(world: World, command: do.SendHead) -> World:
    _to_client(world)
    check(world.answer == "none", "one answer")
    check((command.rung is not None) == (world.attempt in ("none", "ended")), "a head is the upstream's, or a rung's")
    delivered = "rung" if command.rung is not None else world.delivered
    return replace(world, answer="begun", delivered=delivered)


def _send_bytes(world: World, command: do.SendBytes) -> World:
    _to_client(world)
    check(world.answer == "begun" and command.data != b"", "bytes follow a head")
    expected = b"R" if world.delivered == "rung" else str(world.number).encode()
    check(set(command.data) == set(expected), "an answer holds the bytes of one attempt")
    due = world.preamble + (world.delivered == "due")
    check(world.delivered == "rung" or len(command.data) == due, "every byte is sent once")
    delivered = "sent" if world.delivered == "due" else world.delivered
    return replace(world, delivered=delivered, preamble=False)


ANSWERED = ("whole", "broken", "error")


def _end_answer(world: World, _: do.EndAnswer) -> World:
    _to_client(world)
    check(world.answer == "begun", "an answer is ended once")
    check(world.delivered == "rung" or isinstance(world.verdict, on.Ended), "only a whole answer ends in good order")
    check(world.delivered == "rung" or not world.preamble, "what was kept is sent")
    return replace(world, answer="whole")


def _broken(world: World, *, stream: bool) -> World:
    _to_client(world)
    check(world.answer == "begun" and world.policy.stream is stream, "a begun answer breaks as its form asks")
    return replace(world, answer="broken")


def _may_follow(world: World) -> bool:
    verdict = world.last_verdict
    harmless = world.last_end is End.NONE or world.policy.retry_unknown
    return isinstance(verdict, (on.Failed, on.Dropped)) and verdict.next is Next.TRY_NEXT and harmless


def _send_error(world: World, command: do.SendError) -> World:
    _to_client(world)
    check(world.answer == "none", "an error is an answer, and there is one")
    true = {
        do.Cause.REFUSED: world.hold == "none" and not world.planner and not world.plans,
        do.Cause.HOLD_REFUSED: world.hold == "refused" and world.plan + 1 == len(world.plans),
        do.Cause.JOURNAL: world.journal_failed,
        do.Cause.DEADLINE: world.late,
        do.Cause.UPSTREAM: world.last is Over.FAILED and not _may_follow(world),
        do.Cause.NOTHING_LEFT: world.last_verdict is None or _may_follow(world),
    }
    check(true[command.cause], f"`{command.cause}` is why")
    return replace(world, answer="error")


def _finish(world: World, command: do.Finish) -> World:
    check(world.attempt in ("none", "ended"), "every attempt that began is ended")
    check(
        world.hold in ("none", "refused", "unwritten", "resolved", "open"), "a hold is resolved before the end, unless the journal failed"
    )
    check(command.journal_failed == world.journal_failed, "a failure of the journal is told")
    check(not world.here or world.answer in ANSWERED, "the client gets its answer or is gone")
    return replace(world, finished=True)


_OBEYED: dict[type[Command], Callable[[World, Any], World]] = {
    do.PlaceHold: _place_hold,
    do.BeginAttempt: _begin_attempt,
    do.OpenUpstream: _open_upstream,
    do.CloseUpstream: _close_upstream,
    do.EndAttempt: _end_attempt,
    do.PostHold: _post_hold,
    do.VoidHold: _void_hold,
    do.LookUpLastRung: _look_up,
    do.SendHead: _send_head,
    do.SendBytes: _send_bytes,
    do.EndAnswer: _end_answer,
    do.SendErrorFrame: lambda world, _: _broken(world, stream=True),
    do.CutAnswer: lambda world, _: _broken(world, stream=False),
    do.SendError: _send_error,
    do.Finish: _finish,
}


def rest(world: World) -> World:
    """Between two steps: nothing is left undone, and somebody is waited for."""
    if world.finished:
        return _forget(world)
    check(world.attempt not in ("over", "closed", "written"), "what is over is ended, what is written is made, in the same step")
    check(not world.late or world.attempt != "open", "no upstream is open after the deadline")
    if world.here:
        check(world.delivered != "due" and not (world.answer == "begun" and world.preamble), "what came is passed on at once")
        check(not world.late or world.answer in ANSWERED, "the deadline is told at once")
        check(world.hold != "resolving" or world.answer in ANSWERED, "the client does not wait for the books")
    awaited = world.planner or world.rung or world.hold in ("asked", "resolving") or world.attempt in ("writing", "open")
    check(awaited, "somebody is waited for")
    return _forget(world)


def _forget(world: World) -> World:
    """Without what no later check asks for, so that the same life is not walked twice."""
    open_ends = {name: getattr(world, name) for name in ("planner", "rung", "unacknowledged", "here", "late")}
    if world.finished:
        return World(world.policy, finished=True, **open_ends)
    if world.hold == "resolving":
        answer = "whole" if world.here else "none"
        return World(world.policy, hold="resolving", attempt="ended", answer=answer, journal_failed=world.journal_failed, **open_ends)
    if world.rung:
        world = replace(world, verdict=None, upstream="none", reused=False, dials=0, preamble=False)
    if world.rung and world.last_verdict is not None:
        # All that a rung's answer asks is that the last attempt might have been followed by another.
        world = replace(world, last=Over.FAILED, last_end=End.NONE, last_verdict=on.Dropped(Next.TRY_NEXT, WHY))
    return world
