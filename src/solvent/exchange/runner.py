"""The runner: performs the commands of one request and reports what comes of them. It decides nothing that the table decides.

Its duties: one answer to each awaited command; no event of an attempt after the one that ended it; records in the order of their
commands; and the client's bytes of a step leave only after the step's records were given to the journal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from solvent.base.money import ZERO, Money
from solvent.dialects.dialect import Refusal, Tap
from solvent.exchange import bill as bills
from solvent.exchange import commands as do
from solvent.exchange import events as on
from solvent.exchange import refusals
from solvent.exchange.answer import Answer
from solvent.exchange.attempt import Attempt
from solvent.exchange.bill import Bill
from solvent.exchange.ceiling import ceiling, no_price
from solvent.exchange.commands import Cause, Command, Over
from solvent.exchange.events import End, Event, Rung
from solvent.exchange.job import Job, Surroundings
from solvent.exchange.machine import step
from solvent.exchange.ports import Client, Headers
from solvent.exchange.refusals import Told
from solvent.exchange.state import Exchange, Policy, State
from solvent.exchange.tell import ENDINGS, Closing, tell, upstream_ids
from solvent.ledger.accounts import key_account
from solvent.ledger.journal import AttemptBegun, AttemptEnded, Fact, HoldPlaced, HoldPosted, HoldVoided, RequestDone
from solvent.ledger.purse import Short
from solvent.model.call import UpstreamRequest
from solvent.model.price import Price
from solvent.model.route import StreamUsage
from solvent.model.verdict import Category
from solvent.pricing import quote
from solvent.routing.plan import Candidate

LEFT_STATUS = 499  # what logs show for a client that left, as nginx made it known


class Run:
    """One request on its way through the table."""

    def __init__(self, job: Job, around: Surroundings, client: Client, over: Callable[[Run], None]) -> None:
        self.job = job
        self._around = around
        self._over = over
        self.attempts: list[Attempt] = []
        self.bills: dict[int, Bill] = {}
        self.answer = Answer(client)
        self.status = 0
        self.category = ""
        self.degraded = ""
        self.cost = ZERO
        self.charged: Bill = bills.FREE
        self._exchange = Exchange(Policy(job.asked.stream, job.model.retry_unknown, job.model.drain))
        self._events: deque[Event] = deque()
        self._stepping = False
        self._broken = False
        self._stopping = False
        self._facts: list[Fact] = []
        self._told = False
        self._held = 0
        self._ceiling = 0
        self._refused = refusals.told(Category.CREDIT_EXHAUSTED)
        self._output_max: int | None = None
        self.began_ms = around.clock.monotonic_ms()
        self.deadline_ms = self.began_ms + job.total_ms

    # Events.

    def start(self) -> None:
        """Goes through the plan."""
        candidates = len(self.job.plan.candidates)
        plans = (candidates,) * (2 if self.job.model.short_of_money == "clamp" else 1) if candidates else ()
        self.feed(on.Planned(plans))

    def feed(self, event: Event) -> None:
        """Takes one event and all that follows from it at once."""
        if self._stepping:
            self._events.append(event)
            return
        if self._broken:
            return
        self._stepping = True
        try:
            while True:
                self._exchange, commands = step(self._exchange, event)
                for command in commands:
                    _PERFORM[type(command)](self, command)
                if self.answer.due:
                    self.answer.deliver(self._cost_header())
                if not self._events:
                    return
                event = self._events.popleft()
        except Exception as fault:  # noqa: BLE001 - whatever it is, one request breaks and no other
            self._break_down(fault)
        finally:
            self._stepping = False

    def _break_down(self, fault: Exception) -> None:
        """A fault of our own ends this request: it is told, nothing more is spent, and the hold stays open in the journal, to be found."""
        self._broken = True
        self._events.clear()
        if self.attempts:
            attempt = self.attempts[-1]
            if attempt.call is not None:
                attempt.call.close()
            if attempt.passed is not None:
                self._around.health.untold(attempt.passed, self._around.clock.now_us())
        dialect = self.job.dialect
        told = refusals.OWN_FAULT
        headers = (_JSON, *refusals.id_headers(dialect.name, self.job.request_id), *refusals.headers_of(told))
        self.answer.replace(told.status, headers, dialect.refusal(self.refusal(told)))
        self._around.broke(self.job.request_id, fault)
        self._let_go()

    def client_left(self) -> None:
        """The client's connection is gone."""
        self.status = self.status or LEFT_STATUS
        self.feed(on.ClientGone())
        if self._exchange.state is State.DRAINING:
            self.client_ready()  # what is still read, for the bill, waits for nobody

    def client_full(self) -> None:
        """The client reads too slowly: so do we."""
        if self.attempts and self.attempts[-1].call is not None:
            self.attempts[-1].call.pause()

    def client_ready(self) -> None:
        """The client reads again."""
        if self.attempts and self.attempts[-1].call is not None:
            self.attempts[-1].call.resume()

    def late(self) -> None:
        """The time for the whole request is over."""
        self.feed(on.Deadline())

    def stop(self) -> None:
        """The worker ends, and the request with it: its money is settled as at its deadline."""
        self._stopping = True
        self.feed(on.Deadline())

    def _room(self) -> bool:
        return self._around.clock.monotonic_ms() < self.deadline_ms

    # Money.

    def _place_hold(self, command: do.PlaceHold) -> None:
        job, purse = self.job, self.job.holder.purse
        prices = [self._price(candidate) for candidate in job.plan.candidates]
        if purse.limited and None in prices:
            self._refuse_hold(no_price(job.asked.model))
            return
        found = ceiling(job, [price or bills.UNPRICED for price in prices], purse.affordable, clamp=command.plan > 0)
        if isinstance(found, Told):
            self._refuse_hold(found)
            return
        self._ceiling, self._output_max = found
        self._around.till.hold(job.holder, found.amount, job.hold_wait_ms, self._held_or_short)

    def _refuse_hold(self, told: Told) -> None:
        self._refused = told
        self.feed(on.HoldRefused(told.category))

    def _held_or_short(self, short: Short | None) -> None:
        if short is not None:
            self._refuse_hold(refusals.of_short(short, self._ceiling, self.job.asked.model))
            return
        self._held = self._ceiling
        # Written with the first attempt's record, in one write: nothing leaves before both are in the journal.
        account = key_account(self.job.holder.key.id)
        self._facts.append(HoldPlaced(self.job.request_id, account, Money(self._ceiling), self._around.clock.now_us()))
        self.feed(on.Held())

    def _price(self, candidate: Candidate) -> Price | None:
        return self._around.price(self.job.model, candidate)

    def _write(self, *facts: Fact, done: Callable[[bool], None]) -> None:
        waiting, self._facts = (*self._facts, *facts), []
        self._around.journal.write(waiting, done)

    # Attempts.

    def _begin_attempt(self, command: do.BeginAttempt) -> None:
        job, around = self.job, self._around
        candidate = job.plan.candidates[command.candidate]
        attempt = Attempt(command.attempt, candidate, job.dialect, self.feed, around.judge(job.asked), self._room)
        attempt.began_ms = around.clock.monotonic_ms()
        self.attempts.append(attempt)
        spare = candidate.spare or command.candidate == len(job.plan.candidates) - 1
        attempt.passed = around.health.begin(candidate.upstream.name, candidate.scopes, around.clock.now_us(), spare=spare)
        price = self._price(candidate) or bills.UNPRICED
        ceiling = Money(min(self._held, _CEILING_MAX)) if price is not bills.UNPRICED else ZERO
        begun = AttemptBegun(self._attempt_id(attempt), job.request_id, candidate.upstream.name, ceiling, around.clock.now_us())
        self._write(begun, done=lambda good: self.feed(on.AttemptWritten() if good else on.AttemptUnwritten()))

    def _attempt_id(self, attempt: Attempt) -> str:
        return f"{self.job.request_id}.{attempt.number}"

    def _open_upstream(self, command: do.OpenUpstream) -> None:
        job, attempt = self.job, self.attempts[-1]
        candidate = attempt.candidate
        if attempt.passed is None:
            # Another request closed this way since the plan was made: it is not touched.
            attempt.turned_away()
            return
        inject = job.asked.stream and candidate.endpoint.stream_usage is StreamUsage.INJECT and not job.asked.wants_usage
        body = job.dialect.rewrite(job.asked, candidate.model, inject_usage=inject, output_tokens_max=self._output_max)
        attempt.listen(lambda: self._tap(candidate))
        request = UpstreamRequest(candidate.header_lines + job.header_lines, body, candidate.upstream.timeouts, job.asked.stream)
        attempt.call = self._around.upstreams.call(candidate.endpoint.url, request, attempt, fresh=command.fresh)

    def _tap(self, candidate: Candidate) -> Tap:
        tap = self.job.dialect.tap(strip_usage=not self.job.asked.wants_usage)
        price = self._price(candidate)
        if price is not None:
            tap.cost_of = lambda usage: str(quote.cost(price, usage))
        return tap

    def _close_upstream(self, _: do.CloseUpstream) -> None:
        call = self.attempts[-1].call
        if call is not None:
            call.close()

    def _end_attempt(self, command: do.EndAttempt) -> None:
        attempt = self.attempts[-1]
        attempt.end = command.end
        attempt.ended_ms = self._around.clock.monotonic_ms()
        bill = self._bill(attempt, command.end)
        self.bills[attempt.number] = bill
        self._judge_health(attempt, command.over)
        ids = attempt.judgement.upstream_request_ids if attempt.judgement is not None else upstream_ids(attempt)
        now_us = self._around.clock.now_us()
        self._facts.append(AttemptEnded(self._attempt_id(attempt), ENDINGS[command.end], bill.cost, now_us, ids, bill.charge))

    def _bill(self, attempt: Attempt, end: End) -> Bill:
        if end is End.NONE:
            return bills.FREE
        price = self._price(attempt.candidate) or bills.UNPRICED
        if end is End.USAGE and attempt.usage is not None and bills.is_told(attempt.usage, attempt.delivered):
            return bills.of_usage(price, attempt.usage)
        delivered = attempt.delivered() if end is End.USAGE else b""
        return bills.estimated(price, self.job, attempt.candidate.model, delivered, attempt.prompt_usage)

    def _judge_health(self, attempt: Attempt, over: Over) -> None:
        health, passed, now_us = self._around.health, attempt.passed, self._around.clock.now_us()
        if passed is None:
            return
        if over is Over.ANSWERED:
            health.succeeded(passed, now_us)
        elif over is Over.FAILED and attempt.judgement is not None:
            health.failed(passed, attempt.judgement, now_us)
        else:
            health.untold(passed, now_us)

    def _post_hold(self, command: do.PostHold) -> None:
        known = bills.FREE
        if self.attempts:
            last = self.attempts[-1]
            told, policy = last.prompt_usage is not None, self.job.model.caller_left
            if bills.is_owed(last.end, command.outcome, told=told, caller_left=policy):
                known = self.bills[last.number]
        self.cost, charge = bills.charged(known, command.outcome)
        self.charged = known
        self._resolve(HoldPosted(self.job.request_id, self.cost, charge, self._around.clock.now_us()))

    def _void_hold(self, _: do.VoidHold) -> None:
        self._resolve(HoldVoided(self.job.request_id, self._around.clock.now_us()))

    def _resolve(self, fact: HoldPosted | HoldVoided) -> None:
        self._told = True
        self._write(fact, self._tell(), done=self._resolved)

    def _resolved(self, good: bool) -> None:  # noqa: FBT001 - the journal's answer
        if good:
            self._around.till.resolve(self.job.holder, self._held, self.cost.nano_usd)
            usage = self.charged.usage
            self.job.holder.used(usage.prompt_tokens + usage.output_tokens, self._around.clock.monotonic_ms())
        self.feed(on.ResolutionWritten() if good else on.ResolutionUnwritten())

    # The answer.

    def _look_up_last_rung(self, _: do.LookUpLastRung) -> None:
        job = self.job
        if "maintenance" in job.model.when_exhausted and job.model.maintenance_text:
            created = self._around.clock.now_us() // 1_000_000
            words, name = job.model.maintenance_text, job.asked.model
            data = job.dialect.standing_in(words, name, job.request_id, stream=job.asked.stream, created=created)
            self.feed(on.RungFound(Rung.MAINTENANCE, data))
            return
        failed = tuple(attempt.category for attempt in self.attempts if attempt.category is not None)
        self.feed(on.NoRung(refusals.sum_up((*failed, *job.plan.closed))))

    def _send_head(self, command: do.SendHead) -> None:
        attempt = self.attempts[-1] if self.attempts else None
        ids = refusals.id_headers(self.job.dialect.name, self.job.request_id)
        headers = [*ids, (b"x-solvent-attempts", b"%d" % len(self.attempts))]
        if command.rung is not None:
            self.degraded = command.rung.value
            kind = b"text/event-stream" if self.job.asked.stream else b"application/json"
        else:
            assert attempt is not None
            if attempt.passed is not None and attempt.passed.canary:  # it serves: nobody waits for the end of a long answer
                self._around.health.succeeded(attempt.passed, self._around.clock.now_us())
            kind = b"text/event-stream" if attempt.content_type.startswith(b"text/event-stream") else b"application/json"
            headers.append((b"x-solvent-model", attempt.candidate.model.encode("ascii", "replace")))
            if attempt.candidate.degraded:
                self.degraded = "fallback-model"
            if self.job.holder.key.reveal:
                headers.append((b"x-solvent-account", attempt.candidate.upstream.name.encode("ascii", "replace")))
        if self.degraded:
            headers.append((b"x-solvent-degraded", self.degraded.encode()))
        self.status = 200
        self.answer.head(200, ((b"content-type", kind), *headers))

    def _send_bytes(self, command: do.SendBytes) -> None:
        self.answer.add(command.data)

    def _end_answer(self, _: do.EndAnswer) -> None:
        self.answer.end()

    def _send_error_frame(self, command: do.SendErrorFrame) -> None:
        told = refusals.STOPPING if self._stopping else refusals.of_break(command.cause, command.category)
        self.category = told.category.value
        self.answer.add(self.job.dialect.error_event(self.refusal(told)))
        self.answer.end()

    def _cut_answer(self, _: do.CutAnswer) -> None:
        self.answer.cut()

    def _send_error(self, command: do.SendError) -> None:
        told = self._what_is_told(command)
        self.category = told.category.value
        self.status = refusals.status_in(told, self.job.dialect.name)
        ids = refusals.id_headers(self.job.dialect.name, self.job.request_id)
        self.answer.head(self.status, (_JSON, *ids, (b"x-solvent-attempts", b"%d" % len(self.attempts)), *refusals.headers_of(told)))
        self.answer.add(self.job.dialect.refusal(self.refusal(told)))
        self.answer.end()

    def _what_is_told(self, command: do.SendError) -> Told:
        if command.cause is Cause.HOLD_REFUSED:
            return self._refused
        if self._stopping:
            return refusals.STOPPING
        judgement = self.attempts[-1].judgement if self.attempts else None
        told = refusals.of_failure(command.cause, command.category, judgement.caller_text if judgement is not None else "")
        judged = (attempt.judgement.retry_after_ms for attempt in self.attempts if attempt.judgement is not None)
        return refusals.soonest(told, (self.job.plan.retry_after_ms, *judged))

    def refusal(self, told: Told) -> Refusal:
        """An error in the shape that dialects write."""
        return refusals.refusal(told, self.job.dialect.name, self.job.request_id, self.job.public_url)

    def _cost_header(self) -> Headers:
        if self.status != 200 or self.charged is bills.FREE:
            return ()
        return ((b"x-solvent-cost-usd", str(self.cost).encode()),)

    def _tell(self) -> RequestDone:
        ms = self._around.clock.monotonic_ms() - self.began_ms
        return tell(self.job, self.attempts, Closing(ms, self.status, self.category, self.degraded, self.cost, self.charged))

    def _finish(self, command: do.Finish) -> None:
        if command.journal_failed:
            self._around.journal_failed()
        elif not self._told:
            self._around.journal.write((*self._facts, self._tell()))
        self._let_go()

    def _let_go(self) -> None:
        for attempt in self.attempts:
            attempt.release()
        self._over(self)


_JSON = (b"content-type", b"application/json")
_CEILING_MAX = 2**63 - 1
_PERFORM: dict[type[Command], Callable[[Run, Any], None]] = {
    do.PlaceHold: Run._place_hold,  # noqa: SLF001 - the table of this class's own methods
    do.BeginAttempt: Run._begin_attempt,  # noqa: SLF001
    do.OpenUpstream: Run._open_upstream,  # noqa: SLF001
    do.CloseUpstream: Run._close_upstream,  # noqa: SLF001
    do.EndAttempt: Run._end_attempt,  # noqa: SLF001
    do.PostHold: Run._post_hold,  # noqa: SLF001
    do.VoidHold: Run._void_hold,  # noqa: SLF001
    do.LookUpLastRung: Run._look_up_last_rung,  # noqa: SLF001
    do.SendHead: Run._send_head,  # noqa: SLF001
    do.SendBytes: Run._send_bytes,  # noqa: SLF001
    do.EndAnswer: Run._end_answer,  # noqa: SLF001
    do.SendErrorFrame: Run._send_error_frame,  # noqa: SLF001
    do.CutAnswer: Run._cut_answer,  # noqa: SLF001
    do.SendError: Run._send_error,  # noqa: SLF001
    do.Finish: Run._finish,  # noqa: SLF001
}
