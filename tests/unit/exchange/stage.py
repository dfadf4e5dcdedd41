"""A stage for the exchange: real gate, till, routes, prices and diagnosis, with a client, upstreams, a journal and a clock by hand.

A playbook says what the upstreams answer, in the order of the calls, and reads what the client got and what the books say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from solvent.base.money import Money
from solvent.diagnosis import engine
from solvent.diagnosis.attempt.upstream import Memo, judge_attempt
from solvent.dialects.known import DIALECTS
from solvent.exchange.attempt import Judge
from solvent.exchange.gate import Arrived, Gate, Turned
from solvent.exchange.job import Surroundings
from solvent.exchange.ports import Headers, Listener
from solvent.exchange.runner import Run
from solvent.exchange.till import Holder, Till
from solvent.ledger.accounts import key_account
from solvent.ledger.books import Books, apply
from solvent.ledger.fold import fold
from solvent.ledger.journal import NO_SEGMENT_BEFORE, Fact, RequestDone, SegmentHeader, decode, encode
from solvent.ledger.transfers import Refusal, top_up
from solvent.model.call import UpstreamRequest
from solvent.model.change import LeaseRow
from solvent.model.failure import Evidence, Judgement, Transport
from solvent.model.key import Key
from solvent.model.price import Price
from solvent.model.request import Asked
from solvent.model.route import DialectName, Model
from solvent.routing.health import HealthBook
from solvent.routing.plan import Candidate, Planner
from solvent.settings import parse
from tests.unit.exchange.clocks import HandClock

CONFIG = """
[[account]]
name = "main"
provider = "anthropic"
base_url = "http://main.test"
api_key = "sk-main"

[[account]]
name = "spare"
provider = "anthropic"
base_url = "http://spare.test"
api_key = "sk-spare"

[[account]]
name = "relay"
provider = "new-api"
base_url = "http://relay.test/v1"
api_key = "sk-relay"

[[account]]
name = "openai"
provider = "openai"
base_url = "http://openai.test/v1"
api_key = "sk-openai"

[[model]]
name = "claude"
routes = [
  { account = "main", model = "claude-sonnet-4-5" },
  { account = "spare", model = "claude-sonnet-4-5" },
]
price = { input = "3.00", output = "15.00" }

[[model]]
name = "gpt"
routes = [
  { account = "openai", model = "gpt-4o-mini" },
  { account = "relay", model = "gpt-4o-mini" },
]
price = { input = "1.00", output = "2.00" }

[[model]]
name = "through-relay"
routes = [
  { account = "relay", model = "claude-sonnet-4-5" },
  { account = "spare", model = "claude-sonnet-4-5" },
]
price = { input = "3.00", output = "15.00" }

[[model]]
name = "kept-up"
routes = [{ account = "main", model = "claude-sonnet-4-5" }]
price = { input = "3.00", output = "15.00" }
when_exhausted = ["maintenance"]
maintenance_text = "Back soon."

[[model]]
name = "careful"
routes = [
  { account = "openai", model = "gpt-4o-mini" },
  { account = "relay", model = "gpt-4o-mini" },
]
price = { input = "1.00", output = "2.00" }
retry_unknown = false

[[model]]
name = "unpriced"
routes = [{ account = "openai", model = "nobody-priced-this" }]
"""


@cache
def _rules() -> engine.Engine:
    return engine.packaged()


@dataclass
class FakeCall:
    """A call of an upstream; the test plays its answer."""

    account: str
    request: UpstreamRequest
    listener: Listener
    fresh: bool
    log: list[str] = field(default_factory=list)

    def close(self) -> None:
        self.log.append("closed")

    def leave(self) -> None:
        self.log.append("left")

    def pause(self) -> None:
        self.log.append("paused")

    def resume(self) -> None:
        self.log.append("resumed")

    def takes(self, *, reused: bool = False) -> FakeCall:
        """The request was sent."""
        self.listener.connected(reused=reused)
        self.listener.sent()
        return self

    def answers(self, status: int, body: bytes | Mapping[str, Any], headers: Mapping[bytes, bytes] | None = None) -> None:
        """A whole JSON answer."""
        self.takes()
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.listener.answered(status, {b"content-type": b"application/json"} | dict(headers or {}))
        if data and "closed" not in self.log:
            self.listener.received(data)
        if "closed" not in self.log:
            self.listener.ended()

    def streams(self, *pieces: bytes, end: bool = True) -> None:
        """A stream in these pieces."""
        self.takes()
        self.listener.answered(200, {b"content-type": b"text/event-stream"})
        for piece in pieces:
            if not self.log:
                self.listener.received(piece)
        if end and not self.log:
            self.listener.ended()

    def fails(self, problem: Transport, *, sent: bool = True) -> None:
        """No whole answer comes."""
        if sent:
            self.takes()
        self.listener.failed(problem)


class FakeClient:
    """Whoever asked; `events` is what reached it, in order."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.body = b""
        self.events: list[str] = []

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        self.status, self.headers, self.body = status, dict(headers), body
        self.events.append("whole")

    def begin(self, status: int, headers: Headers) -> None:
        self.status, self.headers = status, dict(headers)
        self.events.append("begin")

    def send(self, data: bytes) -> None:
        self.body += data
        self.events.append("send")

    def end(self) -> None:
        self.events.append("end")

    def cut(self) -> None:
        self.events.append("cut")

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class FakeJournal:
    """A journal in memory; `works` False: the disk is full. `later`: whoever waits is answered by `sync`."""

    def __init__(self) -> None:
        self.data = b""
        self.facts: list[Fact] = []
        self.works = True
        self.later = False
        self.waiting: list[Callable[[bool], None]] = []

    def write(self, facts: tuple[Fact, ...], done: Callable[[bool], None] | None = None) -> None:
        if self.works:
            self.facts += facts
            self.data += b"".join(map(encode, facts))
        if done is not None:
            if self.later and self.works:
                self.waiting.append(done)
            else:
                done(self.works)

    def sync(self) -> None:
        waiting, self.waiting = self.waiting, []
        for done in waiting:
            done(True)


class Stage:
    """One worker's exchange. `balance`: what the key `sk-caller` has, in nano-dollars, None: not prepaid."""

    def __init__(self, balance: int | None = 10**9, config: str = CONFIG, **key: Any) -> None:
        self.clock = HandClock()
        self.calls: list[FakeCall] = []
        self.journal = FakeJournal()
        self.health = HealthBook()
        self.till = Till(self.clock, lambda text: f"digest of {text}")
        self.memo = Memo()
        self.runs: list[Run] = []
        self.journal_failures = 0
        self.faults: list[tuple[str, Exception]] = []
        book = parse(config, "config", {}, lambda _: "").routebook
        planner = Planner(book)
        self.health.configure(planner.routes)
        self._accounts = {endpoint.url: upstream.name for upstream in book.accounts.values() for endpoint in upstream.endpoints.values()}
        self.key = Key("caller", "caller", "digest of sk-caller", prepaid=balance is not None, **key)
        rows = () if balance is None else (LeaseRow("key:caller", Money(0), Money(balance), Money(0), Money(0)),)
        self.till.open((self.key,), rows, ())
        self.opening = balance
        self.around = Surroundings(
            journal=self.journal,
            upstreams=self,
            clock=self.clock,
            till=self.till,
            health=self.health,
            judge=self._judge_for,
            price=self._price,
            journal_failed=self._journal_failed,
            broke=lambda request_id, fault: self.faults.append((request_id, fault)),
        )
        self.gate = Gate(self.till, self.around, book, planner)
        self._number = 0
        self.turned: Turned | None = None

    # `exchange.ports.Upstreams`.

    def call(self, url: str, request: UpstreamRequest, listener: Listener, *, fresh: bool) -> FakeCall:
        call = FakeCall(self._accounts[url], request, listener, fresh)
        self.calls.append(call)
        return call

    def _judge_for(self, asked: Asked) -> Judge:
        def judge(candidate: Candidate, status: int, headers: Mapping[bytes, bytes], body: bytes, problem: Transport | None) -> Judgement:
            told = tuple((name.decode(), value.decode()) for name, value in headers.items())
            upstream = candidate.upstream
            evidence = Evidence(
                account=upstream.name,
                provider=upstream.provider,
                relay=upstream.relay,
                vendor=candidate.vendor,
                model=candidate.model,
                status=status,
                headers=told,
                body=body,
                request=asked.body,
                problem=problem,
            )
            return judge_attempt(evidence, _rules(), self.memo)

        return judge

    @staticmethod
    def _price(model: Model, candidate: Candidate) -> Price | None:  # noqa: ARG004 - the port's signature
        return model.price

    def _journal_failed(self) -> None:
        self.journal_failures += 1

    # What a test does and reads.

    @property
    def holder(self) -> Holder:
        found = self.till.find("sk-caller")
        assert found is not None
        return found

    def ask(self, body: Mapping[str, Any] | bytes, dialect: DialectName = DialectName.ANTHROPIC) -> FakeClient:
        """A request; what the gate turns away is in `turned`."""
        self._number += 1
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {b"x-api-key": b"sk-caller"}
        arrived = Arrived(f"slv-{self._number}", self.clock.now_us(), DIALECTS[dialect], headers, data)
        client = FakeClient()
        job = self.gate.admit(arrived, self.holder)
        self.turned = job if isinstance(job, Turned) else None
        if not isinstance(job, Turned):
            self.runs.append(Run(job, self.around, client, self.runs.remove))
            self.runs[-1].start()
        return client

    def reconfigure(self, config: str) -> None:
        """Takes another config over, as a reload does."""
        book = parse(config, "config", {}, lambda _: "").routebook
        planner = Planner(book)
        self.health.configure(planner.routes)
        self.gate.use(book, planner)

    def claude(self, model: str = "claude", **more: Any) -> FakeClient:
        """A request of the Anthropic dialect."""
        return self.ask({"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": "Hello there"}]} | more)

    def gpt(self, model: str = "gpt", **more: Any) -> FakeClient:
        """A request of the OpenAI dialect."""
        body = {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": "Hello there"}]} | more
        return self.ask(body, DialectName.OPENAI)

    @property
    def done(self) -> RequestDone:
        """The record of the request that ended last."""
        return next(fact for fact in reversed(self.journal.facts) if isinstance(fact, RequestDone))

    def books(self) -> Books:
        """The books, folded from the journal's very bytes; nothing in it may be refused."""
        name = key_account("caller")
        books = Books.opened({name: None if self.opening is None else Money(0)})
        if self.opening:
            books, _ = apply(books, top_up("opening", name, Money(self.opening)))
        header = SegmentHeader("stage", 1, NO_SEGMENT_BEFORE)
        for record in decode(encode(header) + self.journal.data).records:
            books, outcome = fold(books, record)
            assert not isinstance(outcome, Refusal), outcome
        return books

    def check_even(self) -> Books:
        """Everything is over, in the worker and in the books, and both agree on the balance."""
        books = self.books()
        assert not self.faults
        assert not self.runs
        assert not books.open_holds()
        assert not any(attempt.ended is None for attempt in books.attempts.values())
        assert self.holder.purse.holds == 0
        if self.opening is not None:
            assert self.holder.purse.affordable == books.accounts[key_account("caller")].available.nano_usd
        return books
