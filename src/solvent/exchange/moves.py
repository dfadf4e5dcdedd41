"""The moves of a request: one function a row of the table in `machine`, which holds the theory.

Each takes the exchange and the event and returns the exchange after it with the commands to perform.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec.structs import replace

from solvent.exchange import commands as do
from solvent.exchange import events as on
from solvent.exchange.commands import Cause, Command, Commands, Outcome, Over
from solvent.exchange.events import End, Event, Next
from solvent.exchange.state import Exchange, State
from solvent.model.verdict import Category

Step: TypeAlias = tuple[Exchange, Commands]

_COST: Final = {End.NONE: 0, End.UNKNOWN: 1, End.USAGE: 2}


def ignore(exchange: Exchange, _: Event) -> Step:
    """Nothing waits for this."""
    return exchange, ()


def _finish(exchange: Exchange, *first: Command) -> Step:
    return replace(exchange, state=State.DONE, kept=()), (*first, do.Finish(exchange.journal_failed))


def _resolve(exchange: Exchange, outcome: Outcome, *first: Command) -> Step:
    """The hold's one end, chosen by what the attempts cost; straight to DONE where there is no hold."""
    if not exchange.held:
        return _finish(exchange, *first)
    if exchange.spent is End.NONE:
        return replace(exchange, state=State.VOIDING, kept=()), (*first, do.VoidHold())
    return replace(exchange, state=State.SETTLING, kept=()), (*first, do.PostHold(outcome))


def _end(exchange: Exchange, end: End, over: Over) -> tuple[Exchange, Command]:
    spent = max(exchange.spent, end, key=_COST.__getitem__)
    return replace(exchange, spent=spent), do.EndAttempt(exchange.attempt, end, over)


def _begin(exchange: Exchange, candidate: int, *first: Command, redialled: bool = False) -> Step:
    attempt = exchange.attempt + 1
    begun = replace(
        exchange,
        state=State.BEGINNING,
        candidate=candidate,
        attempt=attempt,
        redialled=redialled,
        reused=False,
        sent=False,
        kept=(),
    )
    return begun, (*first, do.BeginAttempt(attempt, candidate))


# RECEIVED


def refused(exchange: Exchange, event: on.Refused) -> Step:
    """An error, before any money is touched."""
    return _finish(exchange, do.SendError(Cause.REFUSED, event.category))


def planned(exchange: Exchange, event: on.Planned) -> Step:
    """Ask for the hold of the first plan; without a plan there is nothing to hold money for."""
    if not event.candidates:
        return replace(exchange, state=State.LADDER), (do.LookUpLastRung(),)
    return replace(exchange, state=State.HOLDING, plans=event.candidates), (do.PlaceHold(0),)


def gone_without_hold(exchange: Exchange, _: on.ClientGone) -> Step:
    """Nobody to answer, nothing to resolve."""
    return _finish(exchange)


def late_without_hold(exchange: Exchange, _: on.Deadline) -> Step:
    """The body or the plan took too long."""
    return _finish(exchange, _timed_out())


# HOLDING and ABANDONING


def held(exchange: Exchange, _: on.Held) -> Step:
    """The hold stands: the first attempt begins."""
    return _begin(replace(exchange, held=True), 0)


def hold_refused(exchange: Exchange, event: on.HoldRefused) -> Step:
    """The next, clamped or cheaper, plan where there is one."""
    plan = exchange.plan + 1
    if plan < len(exchange.plans):
        return replace(exchange, plan=plan), (do.PlaceHold(plan),)
    return _finish(exchange, do.SendError(Cause.HOLD_REFUSED, event.category))


def hold_unwritten(exchange: Exchange, _: on.HoldUnwritten) -> Step:
    """Without a written hold nothing is spent."""
    return _finish(replace(exchange, journal_failed=True), _no_journal())


def gone_while_holding(exchange: Exchange, _: on.ClientGone) -> Step:
    """The hold may be in the journal by now: wait for the answer."""
    return replace(exchange, state=State.ABANDONING), ()


def late_while_holding(exchange: Exchange, _: on.Deadline) -> Step:
    """As when the client leaves, but it is told."""
    return replace(exchange, state=State.ABANDONING), (_timed_out(),)


def held_for_nobody(exchange: Exchange, _: on.Held) -> Step:
    """The hold came too late: void it."""
    return _resolve(replace(exchange, held=True), Outcome.LEFT)


def not_held_for_nobody(exchange: Exchange, event: on.HoldRefused | on.HoldUnwritten) -> Step:
    """There is nothing to void."""
    return _finish(replace(exchange, journal_failed=isinstance(event, on.HoldUnwritten)))


# BEGINNING, DIALLING and PRIMED: nothing was sent to the client


def attempt_written(exchange: Exchange, _: on.AttemptWritten) -> Step:
    """Now bytes may leave."""
    open_upstream = do.OpenUpstream(exchange.attempt, exchange.candidate, exchange.redialled)
    return replace(exchange, state=State.DIALLING), (open_upstream,)


def attempt_unwritten(exchange: Exchange, _: on.AttemptUnwritten) -> Step:
    """An attempt that is not written is not made."""
    exchange, ended = _end(replace(exchange, journal_failed=True), End.NONE, Over.UNWRITTEN)
    return _resolve(exchange, Outcome.UNANSWERED, ended, _no_journal())


def connected(exchange: Exchange, event: on.Connected) -> Step:
    """Remember whether the connection may have been dead already."""
    return replace(exchange, reused=event.reused), ()


def sent(exchange: Exchange, _: on.Sent) -> Step:
    """From here on the upstream may have acted."""
    return replace(exchange, sent=True), ()


def answered(exchange: Exchange, _: on.Answered) -> Step:
    """A head alone is not sent on: an error may still follow it."""
    return replace(exchange, state=State.PRIMED, sent=True), ()


def dropped(exchange: Exchange, event: on.Dropped) -> Step:
    """A reused connection that had died unseen is no failure of the candidate: it is dialled afresh, once."""
    end = End.UNKNOWN if exchange.sent else End.NONE
    harmless = end is End.NONE or exchange.policy.retry_unknown
    if exchange.reused and not exchange.redialled and harmless and event.room:
        exchange, ended = _end(exchange, end, Over.REDIALLED)
        return _begin(exchange, exchange.candidate, ended, redialled=True)
    return failed(exchange, on.Failed(event.next, end, event.category, event.room))


def failed(exchange: Exchange, event: on.Failed) -> Step:
    """The next candidate, the ladder, or an error, as verdict, room and policy say."""
    end = event.end if exchange.sent else End.NONE
    exchange, ended = _end(exchange, end, Over.FAILED)
    if event.next is Next.STOP or not (end is End.NONE or exchange.policy.retry_unknown):
        return _resolve(exchange, Outcome.UNANSWERED, ended, do.SendError(Cause.UPSTREAM, event.category))
    if event.room and exchange.candidate + 1 < exchange.plans[exchange.plan]:
        return _begin(exchange, exchange.candidate + 1, ended)
    return replace(exchange, state=State.LADDER, kept=()), (ended, do.LookUpLastRung())


def _break_off(exchange: Exchange, over: Over) -> tuple[Exchange, Commands]:
    """Ends the attempt that runs, from our side: before its record is written there is nothing to close."""
    end = End.UNKNOWN if exchange.sent else End.NONE
    closing = () if exchange.state is State.BEGINNING else (do.CloseUpstream(exchange.attempt),)
    exchange, ended = _end(exchange, end, over)
    return exchange, (*closing, ended)


def gone_unanswered(exchange: Exchange, _: on.ClientGone) -> Step:
    """Break off; the hold pays what was spent."""
    exchange, ending = _break_off(exchange, Over.CLIENT_GONE)
    return _resolve(exchange, Outcome.LEFT, *ending)


def late_unanswered(exchange: Exchange, _: on.Deadline) -> Step:
    """Break off, and tell the client."""
    exchange, ending = _break_off(exchange, Over.DEADLINE)
    return _resolve(exchange, Outcome.UNANSWERED, *ending, _timed_out())


def preamble(exchange: Exchange, event: on.Preamble) -> Step:
    """Keep it: while nothing is sent the next candidate may still answer."""
    return replace(exchange, kept=(*exchange.kept, event.data)), ()


def first_content(exchange: Exchange, event: on.Content) -> Step:
    """The point of no return."""
    data = b"".join((*exchange.kept, event.data))
    return replace(exchange, state=State.STREAMING, kept=()), (do.SendHead(), do.SendBytes(data))


def ended_unsent(exchange: Exchange, _: on.Ended) -> Step:
    """A whole answer at once: JSON, or a stream without content."""
    body = (do.SendBytes(b"".join(exchange.kept)),) if exchange.kept else ()
    exchange, ended = _end(exchange, End.USAGE, Over.ANSWERED)
    return _resolve(exchange, Outcome.COMPLETE, do.SendHead(), *body, do.EndAnswer(), ended)


# STREAMING and DRAINING: content was delivered, so it can at least be counted and every end is USAGE


def delta(exchange: Exchange, event: on.Preamble | on.Content) -> Step:
    """Pass it on."""
    return exchange, (do.SendBytes(event.data),)


def ended(exchange: Exchange, _: on.Ended) -> Step:
    """The whole answer is delivered."""
    exchange, ended = _end(exchange, End.USAGE, Over.ANSWERED)
    return _resolve(exchange, Outcome.COMPLETE, do.EndAnswer(), ended)


def broken(exchange: Exchange, event: on.Failed) -> Step:
    """The answer breaks where it is: it cannot be begun again."""
    exchange, ended = _end(exchange, End.USAGE, Over.FAILED)
    return _resolve(exchange, Outcome.BROKEN, _break_answer(exchange, Cause.UPSTREAM, event.category), ended)


def late_streaming(exchange: Exchange, _: on.Deadline) -> Step:
    """Break off the upstream and the answer."""
    closing = do.CloseUpstream(exchange.attempt)
    exchange, ended = _end(exchange, End.USAGE, Over.DEADLINE)
    return _resolve(exchange, Outcome.BROKEN, closing, _break_answer(exchange, Cause.DEADLINE, Category.TIMEOUT), ended)


def gone_streaming(exchange: Exchange, _: on.ClientGone) -> Step:
    """Read on for the bill, or break off and count what was delivered."""
    if exchange.policy.drain:
        return replace(exchange, state=State.DRAINING), ()
    closing = do.CloseUpstream(exchange.attempt)
    exchange, ended = _end(exchange, End.USAGE, Over.CLIENT_GONE)
    return _resolve(exchange, Outcome.LEFT, closing, ended)


def drained(exchange: Exchange, event: on.Ended | on.Failed) -> Step:
    """The bill is in, or will not come."""
    over = Over.ANSWERED if isinstance(event, on.Ended) else Over.FAILED
    exchange, ended = _end(exchange, End.USAGE, over)
    return _resolve(exchange, Outcome.LEFT, ended)


def late_draining(exchange: Exchange, _: on.Deadline) -> Step:
    """No longer worth waiting for the bill."""
    closing = do.CloseUpstream(exchange.attempt)
    exchange, ended = _end(exchange, End.USAGE, Over.DEADLINE)
    return _resolve(exchange, Outcome.LEFT, closing, ended)


# LADDER


def rung_found(exchange: Exchange, event: on.RungFound) -> Step:
    """An answer stands in; earlier attempts are still paid for."""
    return _resolve(exchange, Outcome.UNANSWERED, do.SendHead(event.rung), do.SendBytes(event.data), do.EndAnswer())


def no_rung(exchange: Exchange, event: on.NoRung) -> Step:
    """An honest error."""
    return _resolve(exchange, Outcome.UNANSWERED, do.SendError(Cause.NOTHING_LEFT, event.category))


def gone_on_ladder(exchange: Exchange, _: on.ClientGone) -> Step:
    """Only the hold is left to resolve."""
    return _resolve(exchange, Outcome.LEFT)


def late_on_ladder(exchange: Exchange, _: on.Deadline) -> Step:
    """An error instead of a search."""
    return _resolve(exchange, Outcome.UNANSWERED, _timed_out())


# SETTLING and VOIDING


def resolution_written(exchange: Exchange, _: on.ResolutionWritten) -> Step:
    """The books are even."""
    return _finish(replace(exchange, held=False))


def resolution_unwritten(exchange: Exchange, _: on.ResolutionUnwritten) -> Step:
    """The hold stays open, to be found in the journal."""
    return _finish(replace(exchange, journal_failed=True))


def _timed_out() -> Command:
    return do.SendError(Cause.DEADLINE, Category.TIMEOUT)


def _no_journal() -> Command:
    return do.SendError(Cause.JOURNAL, Category.NO_CHANNEL)


def _break_answer(exchange: Exchange, cause: Cause, category: Category) -> Command:
    return do.SendErrorFrame(cause, category) if exchange.policy.stream else do.CutAnswer()
