"""The running gateway, killed without warning under load: what its callers got, what its provider was asked, and what its books say."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from solvent.base.money import Money
from tests.gateway import SHOWN_S, Gateway, Key, Sandbox, gateway, held_at, model, nano, sandbox
from tests.waiting import lives, until

CALLERS = 8
ANTHROPIC, OPENAI = "anthropic-an", "openai-oa"
OPENING = Money.parse("100.00")
# Those of the sandbox: what the gateway charges is what the provider takes.
PRICES = {"claude-haiku-4-5": ("1.00", "5.00"), "gpt-4o-mini": ("0.15", "0.60")}


@dataclass
class Scene:
    """A gateway, the provider behind it, and all that its callers ever got: the books must be right after each crash, and after all of them."""

    held: Sandbox
    gateway: Gateway
    key: Key
    whole: list[str] = field(default_factory=list)  # our ids of the answers that came whole
    holds: int = 0  # that crashes left open so far

    def calls(self) -> list[dict[str, Any]]:
        """Every call that the provider was asked."""
        return [*self.held.calls(ANTHROPIC), *self.held.calls(OPENAI)]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("crash")
    opening = f'balance = "{OPENING}"'
    with sandbox(folder) as held:
        config = [held_at(held, "an", "anthropic", "100.00", opening), held_at(held, "oa", "openai", "100.00", opening)]
        config.append(model("claude-haiku-4-5", "claude-haiku-4-5", "an", price=PRICES["claude-haiku-4-5"]))
        config.append(model("gpt-4o-mini", "gpt-4o-mini", "oa", price=PRICES["gpt-4o-mini"]))
        with gateway(folder / "gateway", "".join(config), 'drain_timeout = "1s"') as running:
            for manner, name in (("anthropic", "an"), ("openai", "oa")):
                held.open(f"sk-sandbox-{manner}-{name}-100.00")
            # From here on Anthropic's answers trickle, so that at any moment some of them are under way.
            held.faults(ANTHROPIC, "drip=2")
            yield Scene(held, running, running.key("load", str(OPENING)))


@dataclass
class Load:
    """Callers who ask one question after the other, JSON and streams in both dialects, until they are told to stop."""

    scene: Scene
    broken: list[str] = field(default_factory=list)  # what a caller met where no whole answer came
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CALLERS)]
        for thread in self._threads:
            thread.start()

    def _ask(self, number: int) -> None:
        address = urlsplit(self.scene.gateway.url).netloc
        connection = http.client.HTTPConnection(address, timeout=SHOWN_S)
        for turn in itertools.count(number):
            if self.stopping.is_set():
                break
            try:
                self._one(connection, anthropic=turn % 2 == 0, stream=turn % 4 > 1)
            except (OSError, http.client.HTTPException) as problem:
                self.broken.append(repr(problem))
                connection.close()
        connection.close()

    def _one(self, connection: http.client.HTTPConnection, *, anthropic: bool, stream: bool) -> None:
        name = "claude-haiku-4-5" if anthropic else "gpt-4o-mini"
        asked = {"model": name, "max_tokens": 100, "stream": stream, "messages": [{"role": "user", "content": "write 40 words"}]}
        headers = {"authorization": f"Bearer {self.scene.key.text}", "content-type": "application/json"}
        connection.request("POST", "/v1/messages" if anthropic else "/v1/chat/completions", json.dumps(asked), headers)
        answer = connection.getresponse()
        data = answer.read()
        last = b'data: {"type":"message_stop"}\n\n' if anthropic else b"data: [DONE]\n\n"
        if answer.status == 200 and (data.endswith(last) if stream else "usage" in json.loads(data)):
            self.scene.whole.append(answer.headers["x-solvent-request-id"])
        else:
            self.broken.append(f"{answer.status} {data[-300:]!r}")

    def reaches(self, count: int) -> None:
        """Waits until so many more answers came whole."""
        wanted = len(self.scene.whole) + count
        until(lambda: len(self.scene.whole) >= wanted)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self._threads:
            thread.join(SHOWN_S)
        assert not [thread for thread in self._threads if thread.is_alive()]


@contextlib.contextmanager
def load(scene: Scene) -> Iterator[Load]:
    running = Load(scene)
    try:
        yield running
    finally:
        running.stop()


@contextlib.contextmanager
def never_ends(scene: Scene) -> Iterator[None]:
    """A stream that has begun, and of which nothing more comes: a call that no crash can miss."""
    scene.held.faults(ANTHROPIC, "drip=2", "stall=5*1")
    asked = {"model": "claude-haiku-4-5", "max_tokens": 900, "stream": True, "messages": [{"role": "user", "content": "write 400 words"}]}
    headers = {"x-api-key": scene.key.text, "content-type": "application/json"}
    with contextlib.closing(http.client.HTTPConnection(urlsplit(scene.gateway.url).netloc, timeout=SHOWN_S)) as connection:
        connection.request("POST", "/v1/messages", json.dumps(asked), headers)
        assert b"message_start" in connection.getresponse().readline()
        yield


def check_books(scene: Scene, *, crashed: bool) -> None:
    """What must be true whatever was killed, of all requests since the beginning; `crashed`: calls were under way."""
    running = scene.gateway
    known = until(lambda: _known(running, scene.whole)) or {}
    holds = running.items("/api/ledger/holds")
    settled = {one: done for done in known.values() for attempt in done["attempts"] for one in attempt["upstream_request_ids"]}
    calls = scene.calls()
    assert settled.keys() <= {call["request_id"] for call in calls}
    unsettled = [call for call in calls if call["request_id"] not in settled]
    assert len(unsettled) <= len(holds)
    # Of a crash stay open the holds of what was under way: at least the stream that never ends, at most one for each caller more.
    assert (1 if crashed else 0) <= len(holds) - scene.holds <= (CALLERS + 1 if crashed else 0)
    scene.holds = len(holds)
    # What was told of costs what the provider took for it, to the nano-dollar.
    reported = {one: done["cost_usd"] for one, done in settled.items() if done["cost_source"] == "reported"}
    assert reported == {call["request_id"]: call["cost_usd"] for call in calls if call["request_id"] in reported}
    assert len(reported) >= len(scene.whole)
    spent = sum(nano(done["cost_usd"]) for done in known.values())
    state = running.get(f"/api/keys/{scene.key.id}")
    assert (nano(state["balance_usd"]), nano(state["spent_usd"])) == (OPENING.nano_usd - spent, spent)
    assert (nano(state["held_usd"]), state["open_holds"]) == (sum(nano(hold["held_usd"]) for hold in holds), len(holds))
    balances = {one["account"]: nano(one["settled_usd"]) for one in running.items("/api/ledger/balances")}
    for name in ("an", "oa"):
        paid = sum(nano(done["cost_usd"]) for done in known.values() if done["attempts"][-1]["account"] == name)
        assert balances[f"upstream:{name}"] == OPENING.nano_usd - paid
    audit = running.solvent("audit")
    assert (audit.returncode, audit.stdout, audit.stderr) == (0, "books balance\n", "")
    assert "Traceback" not in running.program.complaints()


def _known(running: Gateway, whole: list[str]) -> dict[str, Any] | None:
    """The requests of the books by id, once every answer that a caller got whole is among them."""
    known = {done["id"]: done for done in running.items("/api/requests")}
    return known if known.keys() >= set(whole) else None


def test_a_restart_after_kill_9_of_everything_under_load_loses_no_answer_and_no_money(scene: Scene) -> None:
    running = scene.gateway
    with never_ends(scene), load(scene) as callers:
        callers.reaches(200)
        assert set(running.children()) == {"office", "worker"}
        os.killpg(running.program.process.pid, signal.SIGKILL)
        running.program.process.wait(SHOWN_S)
        callers.stopping.set()
    restart(scene)
    check_books(scene, crashed=True)


def test_nothing_outlives_a_killed_supervisor_and_what_was_under_way_is_settled(scene: Scene) -> None:
    running = scene.gateway
    with never_ends(scene), load(scene) as callers:
        callers.reaches(100)
        children = running.children()
        running.program.process.kill()
        running.program.process.wait(SHOWN_S)
        callers.stopping.set()
        until(lambda: not any(map(lives, children.values())))
    restart(scene)
    check_books(scene, crashed=False)


def restart(scene: Scene) -> None:
    """Starts it again on the same data, and asks it some more."""
    scene.gateway.end()
    scene.gateway.start()
    with load(scene) as callers:
        callers.reaches(50)
    assert callers.broken == []


def test_a_killed_worker_is_started_again_and_what_it_had_under_way_stays_held(scene: Scene) -> None:
    running = scene.gateway
    before = running.children()
    with never_ends(scene), load(scene) as callers:
        callers.reaches(100)
        os.kill(before["worker"], signal.SIGKILL)
        callers.reaches(100)
    after = running.children()
    assert (after["office"], after["worker"] != before["worker"]) == (before["office"], True)
    # A caller loses what was under way, and nothing else: the next connection waits for the new worker.
    assert len(callers.broken) <= CALLERS
    check_books(scene, crashed=True)
    assert "the worker ended" in running.program.complaints()


def test_a_killed_office_is_not_missed_by_callers_and_folds_what_came_meanwhile(scene: Scene) -> None:
    running = scene.gateway
    before = running.children()
    with load(scene) as callers:
        callers.reaches(50)
        # Nobody starts it again yet, so what follows is answered without an office.
        running.program.process.send_signal(signal.SIGSTOP)
        try:
            os.kill(before["office"], signal.SIGKILL)
            until(lambda: not lives(before["office"]))
            callers.reaches(100)
        finally:
            running.program.process.send_signal(signal.SIGCONT)
        until(lambda: running.children().get("office", before["office"]) != before["office"])
        callers.reaches(50)
    assert callers.broken == []
    assert running.children()["worker"] == before["worker"]
    until(lambda: answers(running))
    check_books(scene, crashed=False)
    # It tells the worker that went on of what is new.
    fresh = running.key("made after the restart")
    with contextlib.closing(http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=SHOWN_S)) as connection:
        connection.request("GET", "/v1/models", headers={"authorization": f"Bearer {fresh.text}"})
        assert connection.getresponse().status == 200


def answers(running: Gateway) -> bool:
    """Whether the office answers again."""
    try:
        return running.admin.get("/api/keys").status_code == 200
    except httpx2.TransportError:
        return False
