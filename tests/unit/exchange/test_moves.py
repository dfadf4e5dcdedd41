"""Playbooks: the life of a request as a transcript. `>>` is an event that is reported, `<<` the commands that it must give."""

from __future__ import annotations

import pytest

from solvent.exchange.commands import (
    BeginAttempt,
    Cause,
    CloseUpstream,
    Command,
    CutAnswer,
    EndAnswer,
    EndAttempt,
    Finish,
    LookUpLastRung,
    OpenUpstream,
    Outcome,
    Over,
    PlaceHold,
    PostHold,
    SendBytes,
    SendError,
    SendErrorFrame,
    SendHead,
    VoidHold,
)
from solvent.exchange.events import (
    Answered,
    AttemptUnwritten,
    AttemptWritten,
    ClientGone,
    Connected,
    Content,
    Deadline,
    Dropped,
    End,
    Ended,
    Event,
    Failed,
    Held,
    HoldRefused,
    HoldUnwritten,
    Next,
    NoRung,
    Planned,
    Preamble,
    Refused,
    ResolutionUnwritten,
    ResolutionWritten,
    Rung,
    RungFound,
    Sent,
)
from solvent.exchange.machine import step
from solvent.exchange.state import Exchange, Policy, State
from solvent.model.verdict import Category

OUT_OF_CREDIT = Failed(Next.TRY_NEXT, End.NONE, Category.CREDIT_EXHAUSTED)
TIMED_OUT = SendError(Cause.DEADLINE, Category.TIMEOUT)
NO_JOURNAL = SendError(Cause.JOURNAL, Category.NO_CHANNEL)
FRESH = Connected(reused=False)
REUSED = Connected(reused=True)
DEAD = Dropped(Next.TRY_NEXT, Category.NETWORK)


class Play:
    """A request and what it did so far."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.exchange = Exchange(policy or Policy())
        self.commands: list[Command] = []

    def __rshift__(self, event: Event) -> Play:
        """An event; what came before it must have been looked at."""
        assert self.commands == []
        self.exchange, commands = step(self.exchange, event)
        self.commands = list(commands)
        return self

    def __lshift__(self, command: Command) -> Play:
        assert self.commands
        assert self.commands.pop(0) == command
        return self

    def stands(self, state: State) -> None:
        assert self.commands == []
        assert self.exchange.state is state

    def ends(self) -> None:
        self >> ResolutionWritten() << Finish()
        self.stands(State.DONE)


def begun(policy: Policy | None = None, *, candidates: int = 2) -> Play:
    play = Play(policy)
    play >> Planned((candidates,)) << PlaceHold(0)
    play >> Held() << BeginAttempt(1, 0)
    return play


def dialling(policy: Policy | None = None, *, candidates: int = 2) -> Play:
    play = begun(policy, candidates=candidates)
    play >> AttemptWritten() << OpenUpstream(1, 0, fresh=False)
    return play


def sent(policy: Policy | None = None, *, candidates: int = 2, reused: bool = False) -> Play:
    return dialling(policy, candidates=candidates) >> Connected(reused) >> Sent()


def streaming(policy: Policy | None = None) -> Play:
    play = sent(policy) >> Answered() >> Preamble(b"role ")
    play >> Content(b"Hel") << SendHead() << SendBytes(b"role Hel")
    return play


def test_a_stream_from_the_first_byte_to_the_last() -> None:
    play = streaming()
    play >> Content(b"lo") << SendBytes(b"lo")
    play >> Preamble(b": ping") << SendBytes(b": ping")
    play >> Ended() << EndAnswer() << EndAttempt(1, End.USAGE, Over.ANSWERED) << PostHold(Outcome.COMPLETE)
    play.ends()


def test_a_json_answer_is_sent_whole() -> None:
    play = sent(Policy(stream=False)) >> Answered() >> Preamble(b'{"a":') >> Preamble(b"1}")
    play >> Ended() << SendHead() << SendBytes(b'{"a":1}') << EndAnswer()
    play << EndAttempt(1, End.USAGE, Over.ANSWERED) << PostHold(Outcome.COMPLETE)
    play.ends()


def test_an_answer_without_a_byte_is_one() -> None:
    play = sent() >> Answered()
    play >> Ended() << SendHead() << EndAnswer() << EndAttempt(1, End.USAGE, Over.ANSWERED) << PostHold(Outcome.COMPLETE)
    play.ends()


def test_an_account_without_credit_is_followed_by_the_next() -> None:
    play = sent()
    play >> OUT_OF_CREDIT << EndAttempt(1, End.NONE, Over.FAILED) << BeginAttempt(2, 1)
    play >> AttemptWritten() << OpenUpstream(2, 1, fresh=False)
    play >> FRESH >> Sent() >> Answered()
    play >> Content(b"hi") << SendHead() << SendBytes(b"hi")
    play >> Ended() << EndAnswer() << EndAttempt(2, End.USAGE, Over.ANSWERED) << PostHold(Outcome.COMPLETE)
    play.ends()


def test_a_request_at_fault_is_told_at_once() -> None:
    play = sent()
    play >> Failed(Next.STOP, End.NONE, Category.INVALID_REQUEST) << EndAttempt(1, End.NONE, Over.FAILED)
    play << SendError(Cause.UPSTREAM, Category.INVALID_REQUEST) << VoidHold()
    play.ends()


def test_an_error_inside_a_200_fails_over_and_its_bytes_are_never_sent() -> None:
    play = sent() >> Answered() >> Preamble(b"of the first")
    play >> Failed(Next.TRY_NEXT, End.NONE, Category.OVERLOADED) << EndAttempt(1, End.NONE, Over.FAILED) << BeginAttempt(2, 1)
    play >> AttemptWritten() << OpenUpstream(2, 1, fresh=False)
    play >> FRESH >> Sent() >> Answered() >> Preamble(b"of the ")
    play >> Content(b"second") << SendHead() << SendBytes(b"of the second")
    play.stands(State.STREAMING)


def test_a_stream_that_breaks_after_its_first_byte_ends_with_one_error() -> None:
    play = streaming()
    play >> Failed(Next.TRY_NEXT, End.UNKNOWN, Category.NETWORK) << SendErrorFrame(Cause.UPSTREAM, Category.NETWORK)
    play << EndAttempt(1, End.USAGE, Over.FAILED) << PostHold(Outcome.BROKEN)
    play.ends()


def test_a_json_answer_that_breaks_after_its_first_byte_is_cut() -> None:
    play = streaming(Policy(stream=False))
    play >> Deadline() << CloseUpstream(1) << CutAnswer() << EndAttempt(1, End.USAGE, Over.DEADLINE) << PostHold(Outcome.BROKEN)
    play.ends()


def test_no_room_for_another_attempt_leads_to_the_ladder() -> None:
    play = sent()
    play >> Failed(Next.TRY_NEXT, End.UNKNOWN, Category.TIMEOUT, room=False) << EndAttempt(1, End.UNKNOWN, Over.FAILED) << LookUpLastRung()
    play >> RungFound(Rung.CACHED, b"old") << SendHead(Rung.CACHED) << SendBytes(b"old") << EndAnswer() << PostHold(Outcome.UNANSWERED)
    play.ends()


def test_the_last_candidate_leads_to_the_ladder_and_nothing_spent_is_freed() -> None:
    play = sent(candidates=1)
    play >> OUT_OF_CREDIT << EndAttempt(1, End.NONE, Over.FAILED) << LookUpLastRung()
    play >> NoRung(Category.NO_CHANNEL) << SendError(Cause.NOTHING_LEFT, Category.NO_CHANNEL) << VoidHold()
    play.ends()


def test_a_call_with_effects_is_not_repeated_when_it_may_have_had_them() -> None:
    play = sent(Policy(retry_unknown=False))
    play >> Failed(Next.TRY_NEXT, End.UNKNOWN, Category.TIMEOUT) << EndAttempt(1, End.UNKNOWN, Over.FAILED)
    play << SendError(Cause.UPSTREAM, Category.TIMEOUT) << PostHold(Outcome.UNANSWERED)
    play.ends()


def test_a_call_with_effects_fails_over_when_it_was_refused() -> None:
    play = sent(Policy(retry_unknown=False))
    play >> OUT_OF_CREDIT << EndAttempt(1, End.NONE, Over.FAILED) << BeginAttempt(2, 1)


def test_a_dead_reused_connection_is_redialled_once_and_the_candidate_is_not_to_blame() -> None:
    play = sent(reused=True)
    play >> DEAD << EndAttempt(1, End.UNKNOWN, Over.REDIALLED) << BeginAttempt(2, 0)
    play >> AttemptWritten() << OpenUpstream(2, 0, fresh=True)
    play >> FRESH >> Sent()
    play >> DEAD << EndAttempt(2, End.UNKNOWN, Over.FAILED) << BeginAttempt(3, 1)
    play >> AttemptWritten() << OpenUpstream(3, 1, fresh=False)
    play >> REUSED
    play >> DEAD << EndAttempt(3, End.NONE, Over.REDIALLED) << BeginAttempt(4, 1)
    play.stands(State.BEGINNING)


def test_a_dead_reused_connection_that_took_a_call_with_effects_is_not_redialled() -> None:
    play = sent(Policy(retry_unknown=False), reused=True)
    play >> DEAD << EndAttempt(1, End.UNKNOWN, Over.FAILED) << SendError(Cause.UPSTREAM, Category.NETWORK) << PostHold(Outcome.UNANSWERED)
    play.ends()


def test_a_dead_reused_connection_that_took_nothing_is_redialled_whatever_the_call_does() -> None:
    play = dialling(Policy(retry_unknown=False)) >> REUSED
    play >> DEAD << EndAttempt(1, End.NONE, Over.REDIALLED) << BeginAttempt(2, 0)


def test_the_cost_of_an_earlier_attempt_is_posted_when_a_later_one_cost_nothing() -> None:
    play = sent()
    play >> Failed(Next.TRY_NEXT, End.USAGE, Category.SERVER_ERROR) << EndAttempt(1, End.USAGE, Over.FAILED) << BeginAttempt(2, 1)
    play >> AttemptWritten() << OpenUpstream(2, 1, fresh=False)
    play >> OUT_OF_CREDIT << EndAttempt(2, End.NONE, Over.FAILED) << LookUpLastRung()
    play >> ClientGone() << PostHold(Outcome.LEFT)
    play.ends()


def test_a_request_that_does_not_pass_costs_nothing() -> None:
    play = Play()
    play >> Refused(Category.AUTH_INVALID) << SendError(Cause.REFUSED, Category.AUTH_INVALID) << Finish()
    play.stands(State.DONE)


def test_no_open_candidate_leads_to_the_ladder_without_a_hold() -> None:
    play = Play()
    play >> Planned(()) << LookUpLastRung()
    play >> RungFound(Rung.MAINTENANCE, b"soon") << SendHead(Rung.MAINTENANCE) << SendBytes(b"soon") << EndAnswer() << Finish()
    play.stands(State.DONE)


def test_a_refused_hold_is_asked_for_on_the_clamped_plan_and_then_refused() -> None:
    play = Play()
    play >> Planned((3, 1)) << PlaceHold(0)
    play >> HoldRefused(Category.CREDIT_EXHAUSTED) << PlaceHold(1)
    play >> HoldRefused(Category.CREDIT_EXHAUSTED) << SendError(Cause.HOLD_REFUSED, Category.CREDIT_EXHAUSTED) << Finish()
    play.stands(State.DONE)


def test_the_clamped_plan_has_its_own_number_of_candidates() -> None:
    play = Play()
    play >> Planned((3, 1)) << PlaceHold(0)
    play >> HoldRefused(Category.CREDIT_EXHAUSTED) << PlaceHold(1)
    play >> Held() << BeginAttempt(1, 0)
    play >> AttemptWritten() << OpenUpstream(1, 0, fresh=False)
    play >> OUT_OF_CREDIT << EndAttempt(1, End.NONE, Over.FAILED) << LookUpLastRung()


def test_a_hold_that_is_not_written_spends_nothing() -> None:
    play = Play()
    play >> Planned((1,)) << PlaceHold(0)
    play >> HoldUnwritten() << NO_JOURNAL << Finish(journal_failed=True)
    play.stands(State.DONE)


def test_an_attempt_that_is_not_written_is_not_made() -> None:
    play = begun()
    play >> AttemptUnwritten() << EndAttempt(1, End.NONE, Over.UNWRITTEN) << NO_JOURNAL << VoidHold()
    play >> ResolutionUnwritten() << Finish(journal_failed=True)
    play.stands(State.DONE)


def test_a_resolution_that_is_not_written_leaves_the_hold_open_and_says_so() -> None:
    play = streaming()
    play >> Ended() << EndAnswer() << EndAttempt(1, End.USAGE, Over.ANSWERED) << PostHold(Outcome.COMPLETE)
    play >> ResolutionUnwritten() << Finish(journal_failed=True)
    assert play.exchange.held


@pytest.mark.parametrize(("event", "commands"), [(ClientGone(), []), (Deadline(), [TIMED_OUT])])
@pytest.mark.parametrize("late", [Held(), HoldRefused(Category.BUDGET_LIMIT), HoldUnwritten()])
def test_a_hold_that_comes_too_late_is_voided(event: Event, commands: list[Command], late: Event) -> None:
    play = Play()
    play >> Planned((1,)) << PlaceHold(0)
    play >> event
    for command in commands:
        play << command
    play.stands(State.ABANDONING)
    if isinstance(late, Held):
        play >> late << VoidHold()
        play.ends()
    else:
        play >> late << Finish(journal_failed=isinstance(late, HoldUnwritten))
        play.stands(State.DONE)


@pytest.mark.parametrize(("event", "commands"), [(ClientGone(), []), (Deadline(), [TIMED_OUT])])
def test_before_a_plan_there_is_nothing_to_resolve_and_a_late_plan_changes_nothing(event: Event, commands: list[Command]) -> None:
    play = Play() >> event
    for command in (*commands, Finish()):
        play << command
    play >> Planned((1,))
    play.stands(State.DONE)


@pytest.mark.parametrize(("event", "over", "told"), [(ClientGone(), Over.CLIENT_GONE, []), (Deadline(), Over.DEADLINE, [TIMED_OUT])])
def test_an_attempt_is_broken_off_and_costs_what_may_have_been_sent(event: Event, over: Over, told: list[Command]) -> None:
    outcome = Outcome.UNANSWERED if told else Outcome.LEFT
    scenes: list[tuple[Play, list[Command]]] = [
        (begun(), [EndAttempt(1, End.NONE, over), *told, VoidHold()]),
        (dialling() >> FRESH, [CloseUpstream(1), EndAttempt(1, End.NONE, over), *told, VoidHold()]),
        (sent(), [CloseUpstream(1), EndAttempt(1, End.UNKNOWN, over), *told, PostHold(outcome)]),
        (sent() >> Answered(), [CloseUpstream(1), EndAttempt(1, End.UNKNOWN, over), *told, PostHold(outcome)]),
    ]
    for play, commands in scenes:
        play >> event
        for command in commands:
            play << command
        play.ends()


def test_a_late_record_of_a_broken_off_attempt_opens_nothing() -> None:
    play = begun()
    play >> ClientGone() << EndAttempt(1, End.NONE, Over.CLIENT_GONE) << VoidHold()
    play >> AttemptWritten()
    play.stands(State.VOIDING)


def test_a_client_that_leaves_a_stream_pays_for_what_it_got() -> None:
    play = streaming()
    play >> ClientGone() << CloseUpstream(1) << EndAttempt(1, End.USAGE, Over.CLIENT_GONE) << PostHold(Outcome.LEFT)
    play.ends()


@pytest.mark.parametrize(
    ("event", "over"),
    [(Ended(), Over.ANSWERED), (Failed(Next.STOP, End.UNKNOWN, Category.NETWORK), Over.FAILED), (Deadline(), Over.DEADLINE)],
)
def test_a_stream_whose_client_left_is_drained_for_the_bill(event: Event, over: Over) -> None:
    play = streaming(Policy(drain=True)) >> ClientGone() >> Content(b"nobody reads this")
    play.stands(State.DRAINING)
    play >> event
    if isinstance(event, Deadline):
        play << CloseUpstream(1)
    play << EndAttempt(1, End.USAGE, over) << PostHold(Outcome.LEFT)
    play.ends()


def test_the_deadline_ends_the_ladder() -> None:
    play = Play()
    play >> Planned(()) << LookUpLastRung()
    play >> Deadline() << TIMED_OUT << Finish()
    play >> RungFound(Rung.CACHED, b"too late")
    play.stands(State.DONE)
