"""Tables with one planted mistake each, for the walk to catch. Each may go to any state, so that only the invariants stand in its way."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from solvent.exchange import commands as do
from solvent.exchange import events as on
from solvent.exchange.commands import Cause, Command, Commands, Outcome
from solvent.exchange.events import End, Kind, Next
from solvent.exchange.machine import TABLE, Row, Table
from solvent.exchange.moves import Step
from solvent.exchange.state import Exchange, State
from tests.unit.exchange.world import WHY

Change = Callable[[Exchange, on.Event, Step], Step]
Move = Callable[[Exchange, on.Event], Step]


def changed(state: State, kind: Kind, change: Change) -> Table:
    """The table with one row that does what `change` makes of its result."""
    row = TABLE[state, kind]
    assert isinstance(row, Row)
    mutant = Row(lambda exchange, event: change(exchange, event, row.move(exchange, event)), frozenset(State))
    return {**TABLE, (state, kind): mutant}


def without(state: State, kind: Kind, *commands: type[Command]) -> Table:
    return changed(state, kind, lambda _, __, step: (step[0], tuple(one for one in step[1] if not isinstance(one, commands))))


def also(state: State, kind: Kind, *commands: Command) -> Table:
    return changed(state, kind, lambda _, __, step: (step[0], (*step[1], *commands)))


def instead(state: State, kind: Kind, old: type[Command], new: Command) -> Table:
    return changed(state, kind, lambda _, __, step: (step[0], tuple(new if isinstance(one, old) else one for one in step[1])))


def remembering(state: State, kind: Kind, change: Callable[[Exchange, Exchange], Exchange]) -> Table:
    return changed(state, kind, lambda before, _, step: (change(before, step[0]), step[1]))


def given(state: State, kind: Kind, change: Move) -> Table:
    """The table with one row replaced."""
    return changed(state, kind, lambda before, event, _: change(before, event))


def original(state: State, kind: Kind) -> Move:
    row = TABLE[state, kind]
    assert isinstance(row, Row)
    return row.move


def twice(state: State, kind: Kind, command: type[Command]) -> Table:
    def doubled(commands: Commands) -> Commands:
        return tuple(one for command_ in commands for one in ((command_, command_) if isinstance(command_, command) else (command_,)))

    return changed(state, kind, lambda _, __, step: (step[0], doubled(step[1])))


def _again(exchange: Exchange, *first: Command) -> Step:
    attempt = exchange.attempt + 1
    begun = replace(exchange, state=State.BEGINNING, attempt=attempt, candidate=exchange.candidate + 1, sent=False)
    return begun, (*first, do.BeginAttempt(attempt, exchange.candidate + 1))


def _retry_streaming(exchange: Exchange, _: on.Event) -> Step:
    return _again(exchange, do.EndAttempt(exchange.attempt, End.USAGE, do.Over.FAILED))


def _permitted(exchange: Exchange, event: on.Event) -> Step:
    policy = exchange.policy
    after, commands = original(State.DIALLING, on.Failed)(replace(exchange, policy=replace(policy, retry_unknown=True)), event)
    return replace(after, policy=policy), commands


def _unstoppable(exchange: Exchange, event: on.Event) -> Step:
    assert isinstance(event, on.Failed)
    return original(State.DIALLING, on.Failed)(exchange, replace(event, next=Next.TRY_NEXT))


def _roomy(exchange: Exchange, event: on.Event) -> Step:
    assert isinstance(event, on.Failed)
    return original(State.DIALLING, on.Failed)(exchange, replace(event, room=True))


def _begin_unheld(exchange: Exchange, _: on.Event) -> Step:
    return replace(exchange, state=State.BEGINNING, plans=(1,), attempt=1), (do.BeginAttempt(1, 0),)


FRAME = do.SendErrorFrame(Cause.UPSTREAM, WHY)
ERROR = do.SendError(Cause.UPSTREAM, WHY)
S = State

MUTANTS: dict[str, Table] = {
    "the end of a failed attempt is not written": without(S.DIALLING, on.Failed, do.EndAttempt),
    "the end of an answer's attempt is not written": without(S.STREAMING, on.Ended, do.EndAttempt),
    "an attempt is ended twice": twice(S.PRIMED, on.Failed, do.EndAttempt),
    "the end of a redialled attempt is not written": without(S.DIALLING, on.Dropped, do.EndAttempt),
    "a hold is posted twice": twice(S.STREAMING, on.Ended, do.PostHold),
    "a hold is voided twice": twice(S.ABANDONING, on.Held, do.VoidHold),
    "a hold is posted where it should be voided": instead(S.BEGINNING, on.ClientGone, do.VoidHold, do.PostHold(Outcome.LEFT)),
    "a hold is voided where it should be posted": instead(S.DIALLING, on.ClientGone, do.PostHold, do.VoidHold()),
    "a hold is voided after an attempt that cost something": remembering(S.DIALLING, on.Failed, lambda _, x: replace(x, spent=End.NONE)),
    "a late hold is left open": given(S.ABANDONING, on.Held, lambda x, _: (replace(x, state=S.DONE), (do.Finish(),))),
    "a hold under way is forgotten": changed(
        S.HOLDING, on.Deadline, lambda _, __, step: (replace(step[0], state=S.DONE), (*step[1], do.Finish()))
    ),
    "no hold is asked for": given(S.RECEIVED, on.Planned, _begin_unheld),
    "a refused plan is asked for again": remembering(S.HOLDING, on.HoldRefused, lambda before, x: replace(x, plan=before.plan)),
    "an unwritten hold counts": given(S.HOLDING, on.HoldUnwritten, lambda x, _: original(S.HOLDING, on.Held)(x, on.Held())),
    "the upstream is asked before the attempt is written": also(S.HOLDING, on.Held, do.OpenUpstream(1, 0, fresh=False)),
    "the upstream is asked though the attempt was not written": given(
        S.BEGINNING, on.AttemptUnwritten, original(S.BEGINNING, on.AttemptWritten)
    ),
    "the upstream is asked after the client left": also(S.VOIDING, on.AttemptWritten, do.OpenUpstream(1, 0, fresh=False)),
    "a stream is begun again": given(S.STREAMING, on.Failed, _retry_streaming),
    "a request that is at fault goes on to the next candidate": given(S.DIALLING, on.Failed, _unstoppable),
    "a call with effects is repeated": given(S.DIALLING, on.Failed, _permitted),
    "an attempt is made without room for it": given(S.DIALLING, on.Failed, _roomy),
    "a dead connection is redialled for ever": remembering(S.DIALLING, on.Dropped, lambda _, x: replace(x, redialled=False)),
    "kept bytes outlive their attempt": remembering(S.PRIMED, on.Failed, lambda before, x: replace(x, kept=before.kept)),
    "kept bytes are lost": instead(S.PRIMED, on.Content, do.SendBytes, do.SendBytes(b"1")),
    "an end without content loses what was kept": without(S.PRIMED, on.Ended, do.SendBytes),
    "a delta is lost": without(S.STREAMING, on.Content, do.SendBytes),
    "a delta is sent to a client that left": also(S.DRAINING, on.Content, do.SendBytes(b"1")),
    "the head is sent before there is content": also(S.DIALLING, on.Answered, do.SendHead()),
    "an error is sent after the head": instead(S.STREAMING, on.Failed, do.SendErrorFrame, ERROR),
    "a JSON answer ends in an error frame": instead(S.STREAMING, on.Failed, do.CutAnswer, FRAME),
    "a broken stream ends as if it were whole": instead(S.STREAMING, on.Failed, do.SendErrorFrame, do.EndAnswer()),
    "an answer has no end": without(S.STREAMING, on.Ended, do.EndAnswer),
    "an error is sent after the answer": also(S.SETTLING, on.Deadline, do.SendError(Cause.DEADLINE, WHY)),
    "the deadline is not told": without(S.PRIMED, on.Deadline, do.SendError),
    "no rung and no error either": without(S.LADDER, on.NoRung, do.SendError),
    "a rung is looked up while candidates are left": given(
        S.PRIMED,
        on.Failed,
        lambda x, event: original(S.PRIMED, on.Failed)(replace(x, plans=(1, 1)), event),
    ),
    "the upstream of a client that left stays open": without(S.DIALLING, on.ClientGone, do.CloseUpstream),
    "an upstream that is over is closed": changed(
        S.DRAINING, on.Ended, lambda x, _, step: (step[0], (do.CloseUpstream(x.attempt), *step[1]))
    ),
    "a drained answer never ends": given(S.DRAINING, on.Ended, lambda x, _: (x, ())),
    "an attempt that sent bytes counts as none": remembering(S.DIALLING, on.Sent, lambda _, x: replace(x, sent=False)),
    "the end is not told": without(S.SETTLING, on.ResolutionWritten, do.Finish),
    "the end is told twice": also(S.VOIDING, on.ClientGone, do.Finish()),
    "the end is told before the books are": also(S.LADDER, on.RungFound, do.Finish()),
    "a failure of the journal is not told": instead(S.VOIDING, on.ResolutionUnwritten, do.Finish, do.Finish()),
    "something happens after the end": also(S.DONE, on.ClientGone, do.VoidHold()),
}
