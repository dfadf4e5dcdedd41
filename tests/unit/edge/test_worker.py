from __future__ import annotations

import asyncio
import resource
import socket
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from solvent.base.errors import UsageError
from solvent.base.money import Money
from solvent.diagnosis import engine
from solvent.diagnosis.attempt.upstream import Memo, judge_attempt
from solvent.edge import worker as workers
from solvent.edge.worker import EdgeWorker, Setup, evidence, where
from solvent.model.change import Change, Drill, LeaseRow, Opening
from solvent.model.failure import Transport
from solvent.model.health import Closed, Health
from solvent.model.key import Key
from solvent.model.price import Price, Rates
from solvent.model.route import Routebook
from solvent.office.link import WorkerDesk
from solvent.routing.plan import Candidate
from solvent.settings import parse
from tests.unit.exchange.clocks import HandClock
from tests.unit.exchange.stage import CONFIG, Stage

pytestmark = pytest.mark.anyio

KEY = Key("caller", "caller", "digest of sk-caller", prepaid=True)
OPENING = Opening(CONFIG, (KEY,), (LeaseRow("key:caller", Money(0), Money(10**9), Money(0), Money(0)),))


def routes(text: str) -> Routebook:
    if text == "bad":
        raise UsageError("config: line 1: no account")
    return parse(text, "config", {}, lambda _: "").routebook


@dataclass
class Scene:
    worker: EdgeWorker
    clock: HandClock
    complaints: list[str] = field(default_factory=list)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    looked_up: list[str] = field(default_factory=list)

    def health(self, name: str) -> Health:
        return next(health for health in self.worker.healths() if health.account == name)


@pytest.fixture
async def scene(tmp_path: Path) -> Scene:
    clock = HandClock()
    complaints: list[str] = []
    opened = asyncio.Event()
    rules, memo = engine.packaged(), Memo()
    looked_up: list[str] = []

    def price_of(candidate: Candidate) -> Price:
        looked_up.append(candidate.model)
        return Price("book", Rates(1, 1, 1, 1, 1))

    setup = Setup(
        name="worker-1",
        pid=7,
        data=tmp_path,
        sync=False,
        drain_ms=1_000,
        routes=routes,
        digest=lambda text: f"digest of {text}",
        judge=lambda evidence: judge_attempt(evidence, rules, memo),
        price_of=price_of,
        random_bytes=lambda n: b"\x01" * n,
        opened=opened.set,
        complain=complaints.append,
        clock=lambda _: clock,
    )
    return Scene(EdgeWorker(setup, asyncio.get_running_loop()), clock, complaints, opened, looked_up)


async def test_it_is_ready_once_the_office_opened_it(scene: Scene) -> None:
    assert not scene.worker.readiness().opened
    scene.worker.opened(OPENING)
    assert all(scene.worker.readiness())
    assert scene.opened.is_set()
    assert scene.health("main").state == "ready"


async def test_what_was_closed_before_a_restart_stays_closed(scene: Scene) -> None:
    closed = Closed("account", "credit_exhausted", scene.clock.now_us() - 1, scene.clock.now_us() + 60_000_000, money=True)
    scene.worker.opened(Opening(CONFIG, (KEY,), (), health=(Health("main", "exhausted", (closed,)),)))
    assert scene.health("main").state == "exhausted"
    assert scene.worker.changed(Change(rearmed=("main",))) == ""
    assert scene.health("main").state == "ready"


async def test_changes_are_in_force_when_it_answers(scene: Scene) -> None:
    scene.worker.opened(OPENING)
    assert scene.worker.changed(Change(drills=(Drill("spare", 60_000),))) == ""
    assert scene.health("spare").state == "exhausted"
    config = CONFIG.replace('name = "spare"', 'name = "another"').replace('account = "spare"', 'account = "another"')
    assert scene.worker.changed(Change(config=config)) == ""
    assert scene.health("another").state == "ready"
    assert "spare" not in {health.account for health in scene.worker.healths()}


async def test_a_bad_config_is_refused_and_the_old_one_stays(scene: Scene) -> None:
    scene.worker.opened(OPENING)
    assert scene.worker.changed(Change(config="bad")) == "config: line 1: no account"
    assert scene.health("main").state == "ready"


@pytest.mark.parametrize(
    ("soft", "hard", "files", "raised"),
    [
        (1_024, 20_000, 20_000, (20_000, 20_000)),
        (1_024, 1_048_576, workers.FILES_WANTED, (workers.FILES_WANTED, 1_048_576)),
        (1_024, -1, workers.FILES_WANTED, (workers.FILES_WANTED, -1)),
        (200_000, 1_048_576, 200_000, None),
        (1_024, 1_024, 1_024, None),
        (-1, -1, workers.FILES_WANTED, None),
    ],
)
def test_it_may_open_as_many_files_as_it_is_allowed(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, files: int, raised: tuple[int, int] | None
) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: limits.append(limit))
    assert workers.files_max() == files
    assert limits == ([] if raised is None else [raised])


async def test_a_fault_is_told_by_its_place_alone(scene: Scene) -> None:
    try:
        int("a caller's words")
    except ValueError as fault:
        place = where(fault)
    assert place.startswith("ValueError at ")
    assert "words" not in place
    assert where(ValueError("words")) == "ValueError"


async def test_the_evidence_of_an_attempt_is_all_that_diagnosis_needs() -> None:
    stage = Stage()
    stage.claude("through-relay")
    job = stage.runs[0].job
    made = evidence(job.asked, job.plan.candidates[0], 500, {b"x-a": b"\xe9"}, b"{}", Transport.GARBAGE)
    assert (made.account, made.provider, made.relay, made.vendor, made.model) == (
        "relay",
        "new-api",
        True,
        "anthropic",
        "claude-sonnet-4-5",
    )
    assert (made.status, made.headers, made.body, made.request, made.problem) == (
        500,
        (("x-a", "é"),),
        b"{}",
        job.asked.body,
        Transport.GARBAGE,
    )


async def test_it_runs_until_its_parent_is_gone_and_drains(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "SWEEP_S", 0.001)

    async def opening(_: str) -> Opening:
        return OPENING

    desk = WorkerDesk(opening)
    await desk.listen(tmp_path / "office.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "gateway.sock"))
    listener.listen()
    ours, theirs = socket.socketpair()
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(scene.worker.run(listener, theirs))
        await scene.opened.wait()
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "gateway.sock"))
        writer.write(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"200 OK" in await reader.readuntil(b"\r\n")
        ours.close()
    assert (await reader.read()).endswith(b'{"status": "ready"}')
    writer.close()
    await writer.wait_closed()
    theirs.close()
    listener.close()
    desk.close()
    assert not scene.complaints


async def test_prices_are_looked_up_once_a_day_and_names_cannot_fill_the_memory(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PRICES_MAX", 3)
    scene.worker.opened(OPENING)
    stage = Stage(balance=None)
    stage.gpt("unpriced")
    job = stage.runs[0].job
    for name in ("a", "b", "c", "a", "d", "a"):
        assert scene.worker.price(job.model, job.plan.candidates[0]._replace(model=name)) is not None
    assert scene.looked_up == ["a", "b", "c", "d", "a"]
    scene.clock.pass_ms(86_400_000)
    scene.worker.price(job.model, job.plan.candidates[0]._replace(model="a"))
    assert scene.looked_up[-2:] == ["a", "a"]
