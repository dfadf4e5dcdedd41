"""One edge worker: takes requests from a listening socket until it is told to stop, and then finishes what is under way.

It is opened by the office once, serves on while the office is away, and admits nothing new while its journal does not work.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import socket
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solvent.base.errors import UsageError
from solvent.base.ids import RequestIds
from solvent.edge.app import App, Readiness
from solvent.edge.journal import JournalWriter
from solvent.edge.link import OfficeLink
from solvent.edge.server import Server
from solvent.edge.upstream import Pool
from solvent.exchange.attempt import Judge
from solvent.exchange.gate import Gate
from solvent.exchange.job import Surroundings
from solvent.exchange.ports import Clock
from solvent.exchange.till import Till
from solvent.model.change import Change, Opening
from solvent.model.failure import Evidence, Judgement, Transport
from solvent.model.health import Health
from solvent.model.price import Price
from solvent.model.request import Asked
from solvent.model.route import Model, Routebook
from solvent.routing.health import HealthBook
from solvent.routing.plan import Candidate, Planner

SWEEP_S = 0.1
DAY_US = 86_400_000_000  # prices change by the day
PRICES_MAX = 4_096  # names that callers make up cannot fill the memory
FIRST_WORD_S = 3.0  # how long a new worker waits for its keys and routes before it takes requests all the same
REVIVE_MS = 1_000
FILES_WANTED = 65_536
HEALTH_MS = 200


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is started with.

    `routes` reads a config's text (raises `UsageError`), `digest` is the keyed hash of a key's text, `judge` the diagnosis of a failed
    attempt, `price_of` the book's price for a candidate, `opened` is called once keys and routes are there, `complain` with
    what a person must know.
    """

    name: str
    pid: int
    data: Path
    sync: bool
    drain_ms: int
    routes: Callable[[str], Routebook]
    digest: Callable[[str], str]
    judge: Callable[[Evidence], Judgement]
    price_of: Callable[[Candidate], Price | None]
    random_bytes: Callable[[int], bytes]
    opened: Callable[[], None]
    complain: Callable[[str], None]
    clock: Callable[[asyncio.AbstractEventLoop], Clock]


class EdgeWorker:
    """The worker's parts and how they are joined."""

    def __init__(self, setup: Setup, loop: asyncio.AbstractEventLoop) -> None:
        self._setup = setup
        self._loop = loop
        self._clock = clock = setup.clock(loop)
        self._journal = JournalWriter(setup.data / "journal", setup.name, sync=setup.sync, loop=loop)
        self._pool = Pool(loop, clock.monotonic_ms)
        self._health = HealthBook()
        self._till = Till(clock, setup.digest)
        self._prices: dict[tuple[str, str, str], Price | None] = {}
        self._price_day = 0
        self._around = Surroundings(
            journal=self._journal,
            upstreams=self._pool,
            clock=clock,
            till=self._till,
            health=self._health,
            judge=self._judge_for,
            price=self.price,
            journal_failed=lambda: None,
            broke=self._broke,
        )
        self._app = App(self._around, RequestIds(setup.random_bytes), self.readiness)
        self._server = Server(
            self._app, clock.monotonic_ms, body_bytes_max=self._body_bytes_max, knows=self._app.knows, connections_max=files_max() * 3 // 4
        )
        self._link = OfficeLink(setup.data / "office.sock", setup.name, setup.pid, self, self.healths)
        self._config = ""
        self._stop = asyncio.Event()
        self._first_word = asyncio.Event()
        self._revive_at_ms = 0
        self._health_at_ms = 0
        self._told: tuple[Health, ...] = ()

    async def run(self, listener: socket.socket, parent: socket.socket | None) -> None:
        """Serves until SIGTERM or SIGINT, or until `parent` is closed by the process that started this one."""
        self._loop.set_exception_handler(self._unexpected)
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._stop.set)
        if parent is not None:
            self._loop.add_reader(parent.fileno(), self._stop.set)
        accepting = await self._loop.create_server(self._server.connection, sock=listener, backlog=4096, start_serving=False)
        async with asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(self._link.keep())
            sweeping = tasks.create_task(self._sweep())
            # Who connects meanwhile waits in the socket's queue instead of being refused. Without an office nobody waits for long.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._first_word.wait(), FIRST_WORD_S)
            await accepting.start_serving()
            await self._stop.wait()
            if parent is not None:
                self._loop.remove_reader(parent.fileno())
            accepting.close()
            await self._drain()
            keeping.cancel()
            sweeping.cancel()
        self._journal.close()

    async def _drain(self) -> None:
        """Lets requests under way end, for so long; then they end with an error, and their money is settled."""
        self._server.drain()
        over = asyncio.Event()
        self._app.when_over(over.set)
        try:
            await asyncio.wait_for(over.wait(), self._setup.drain_ms / 1_000)
        except TimeoutError:
            for run in list(self._app.runs):
                run.stop()
        await asyncio.sleep(SWEEP_S)
        self._server.abort()
        await asyncio.sleep(0)
        self._pool.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            now_ms = self._clock.monotonic_ms()
            self._pool.sweep()
            self._server.sweep()
            self._app.sweep(now_ms)
            if self._journal.failed and now_ms >= self._revive_at_ms:
                self._revive_at_ms = now_ms + REVIVE_MS
                self._journal.revive()
            if now_ms >= self._health_at_ms:
                self._health_at_ms = now_ms + HEALTH_MS
                healths = self.healths()
                if healths != self._told:
                    self._told = healths
                    self._link.tell_health()

    # What the office says.

    def opened(self, opening: Opening) -> None:
        """Takes over keys, money, routes and health."""
        spent = tuple((key_id, window, amount.nano_usd) for key_id, window, amount in opening.spent)
        self._till.open(opening.keys, opening.leases, spent)
        self._use(opening.config)
        self._health.restore(opening.health, self._clock.now_us())
        self._first_word.set()
        self._setup.opened()

    def changed(self, change: Change) -> str:
        """Puts a change in force."""
        now_us = self._clock.now_us()
        if change.config is not None and change.config != self._config:
            try:
                self._use(change.config)
            except UsageError as problem:
                return str(problem)
        self._till.change(change.keys, tuple((account, amount.nano_usd) for account, amount in change.credited))
        for account in change.rearmed:
            self._health.rearmed(account, now_us)
        for drill in change.drills:
            self._health.drill(drill.account, drill.lasts_ms, now_us)
        self._told = self.healths()
        self._link.tell_health()
        return ""

    def _use(self, config: str) -> None:
        book = self._setup.routes(config)
        planner = Planner(book)
        self._prices.clear()
        self._config = config
        self._health.configure(planner.routes)
        if self._app.gate is None:
            self._app.gate = Gate(self._till, self._around, book, planner)
        else:
            self._app.gate.use(book, planner)

    # What the exchange asks.

    def _judge_for(self, asked: Asked) -> Judge:
        def judge(candidate: Candidate, status: int, headers: Mapping[bytes, bytes], body: bytes, problem: Transport | None) -> Judgement:
            return self._setup.judge(evidence(asked, candidate, status, headers, body, problem))

        return judge

    def price(self, model: Model, candidate: Candidate) -> Price | None:
        """What a way to a model costs: as the config says, else as the book of today does; None where nobody knows."""
        if model.price is not None:
            return model.price
        name = (model.name, candidate.upstream.name, candidate.model)
        day = self._clock.now_us() // DAY_US
        if day != self._price_day:
            self._price_day = day
            self._prices.clear()
        if name not in self._prices:
            if len(self._prices) >= PRICES_MAX:
                self._prices.clear()
            self._prices[name] = self._setup.price_of(candidate)
        return self._prices[name]

    def _broke(self, request_id: str, fault: Exception) -> None:
        self._setup.complain(f"{request_id} failed by a fault of our own: {where(fault)}; report it")

    def _unexpected(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        fault = context.get("exception")
        what = context.get("message", "an error in the event loop") if fault is None else where(fault)
        self._setup.complain(f"a connection failed by a fault of our own: {what}; report it")

    def healths(self) -> tuple[Health, ...]:
        """How the accounts fare."""
        return self._health.snapshot(self._clock.now_us())

    def readiness(self) -> Readiness:
        """What is there of what the gateway needs."""
        # The office opens workers only once it answers HTTP, and may be gone later: so having been opened tells both.
        opened = self._app.gate is not None
        return Readiness(opened, not self._journal.failed, opened)

    def _body_bytes_max(self) -> int:
        return self._app.gate.book.body_bytes_max if self._app.gate is not None else _NO_ROUTES.body_bytes_max


_NO_ROUTES = Routebook({}, ())


def evidence(
    asked: Asked, candidate: Candidate, status: int, headers: Mapping[bytes, bytes], body: bytes, problem: Transport | None
) -> Evidence:
    """A failed attempt as diagnosis takes it."""
    return Evidence(
        account=candidate.upstream.name,
        provider=candidate.upstream.provider,
        relay=candidate.upstream.relay,
        vendor=candidate.vendor,
        model=candidate.model,
        status=status,
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.items()),
        body=body,
        request=asked.body,
        problem=problem,
    )


def where(fault: BaseException) -> str:
    """Where an exception was raised, and nothing of what is in it: its words may hold the caller's."""
    place = traceback.extract_tb(fault.__traceback__)
    return f"{type(fault).__name__} at {place[-1].filename}:{place[-1].lineno}" if place else type(fault).__name__


def files_max() -> int:
    """How many files and connections this process may have open, once that was raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return FILES_WANTED
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, FILES_WANTED)
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)


def run(setup: Setup, listener: socket.socket, parent: socket.socket | None, loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """Runs a worker to its end."""
    with contextlib.closing(listener), asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(EdgeWorker(setup, runner.get_loop()).run(listener, parent))
