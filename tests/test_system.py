"""All processes together, as `serve` and `demo` start them: the failover that is shown, and what dies, is restarted and ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.program import PROGRAM, START_S, Office, environment, running
from tests.waiting import lives, until

SHOWN_S, STOP_S = 0.5, 10.0
QUESTION = {"model": "claude-sonnet-4-5", "max_tokens": 60, "messages": [{"role": "user", "content": "Say hello in five words"}]}


class Demo:
    """A running demo, what it printed, and how to call its gateway and its office."""

    def __init__(self, office: Office) -> None:
        assert office.process.stdout is not None
        self.office = office
        self.lines: list[str] = []
        while not self.lines or not self.lines[-1].startswith("Ctrl-C"):
            line = office.process.stdout.readline()
            assert line, f"it ended after {self.lines}"
            self.lines.append(line.rstrip("\n"))
        self.gateway, self.key, self.token = self._told("gateway"), self._told("key"), self._told("admin token")

    def _told(self, label: str) -> str:
        return next(line.removeprefix(f"  {label} ").split()[0] for line in self.lines if line.startswith(f"  {label} "))

    def ask(self) -> httpx2.Response:
        return httpx2.post(f"{self.gateway}/v1/messages", json=QUESTION, headers={"x-api-key": self.key}, trust_env=False, timeout=30)

    def items(self, path: str) -> list[dict[str, Any]]:
        headers = {"authorization": f"Bearer {self.token}"}
        return list(httpx2.get(f"{self.office.address}{path}", headers=headers, trust_env=False, timeout=30).json()["items"])

    def solvent(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return solvent(self.office.data, *arguments)

    def children(self) -> dict[str, int]:
        """Process ids by name."""
        found = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                stat, words = path.read_text(), (path.parent / "cmdline").read_text().split("\0")
                if int(stat.rpartition(")")[2].split()[1]) == self.office.process.pid and "-m" in words:
                    found[words[words.index("-m") + 1].rpartition(".")[2]] = int(path.parent.name)
        return found


def solvent(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments, "--data", str(data)],
        cwd=data.parent,
        env=environment(data.parent),
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )


@contextlib.contextmanager
def demo_in(folder: Path) -> Iterator[Demo]:
    with running(folder, "demo") as office:
        yield Demo(office)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo_in(tmp_path_factory.mktemp("demo")) as found:
        yield found


def served(answer: httpx2.Response) -> httpx2.Response | None:
    """The answer of a worker that knows its keys."""
    return None if answer.status_code == 503 else answer


def test_the_demo_shows_a_failover_and_what_to_try(demo: Demo) -> None:
    shown = "\n".join(demo.lines)
    assert "1. anthropic-main   400" in shown
    assert "2. relay            500" in shown
    assert "3. anthropic-spare  200, which answered" in shown
    assert "the caller saw 200 after" in shown
    assert f"curl -si {demo.gateway}/v1/messages" in shown


def test_the_next_request_does_not_touch_what_is_dry(demo: Demo) -> None:
    answer = demo.ask()
    assert (answer.status_code, answer.headers["x-solvent-attempts"], answer.headers["x-solvent-account"]) == (200, "1", "anthropic-spare")
    request_id = answer.headers["x-solvent-request-id"]
    (found,) = until(lambda: demo.items(f"/api/requests?id={request_id}"), SHOWN_S)
    assert [attempt["account"] for attempt in found["attempts"]] == ["anthropic-spare"]
    assert request_id in demo.solvent("requests", "show", request_id).stdout


def test_failed_attempts_are_private_occurrences_and_alerts_fire(demo: Demo) -> None:
    first = demo.items("/api/requests?limit=100")[-1]
    upstream_id = first["attempts"][0]["upstream_request_ids"][0]
    assert demo.items(f"/api/requests?id={upstream_id}") == [first]
    filed = demo.items("/api/occurrences?source=gateway")
    assert {(item["source"], item["listed"]) for item in filed} == {("gateway", False)}
    with demo.office.client() as reader:
        assert "Your credit balance" not in reader.get("/e/pastes").text
    assert {alert["id"] for alert in demo.items("/api/alerts")} >= {
        "balance.exhausted:anthropic-main",
        "balance.exhausted:relay:vendor:anthropic",
    }


def test_a_drill_is_in_force_at_once_and_the_books_balance_meanwhile(demo: Demo) -> None:
    assert demo.solvent("drill", "exhaust", "anthropic-spare", "--for", "1s").returncode == 0
    refused = demo.ask()
    assert (refused.status_code, refused.headers["x-solvent-verdict"]) == (503, "no_channel")
    assert [state["state"] for state in demo.items("/api/accounts") if state["name"] == "anthropic-spare"] == ["exhausted"]
    audited = demo.solvent("audit")
    assert (audited.returncode, audited.stdout, audited.stderr) == (0, "books balance\n", "")
    until(lambda: demo.ask().status_code == 200, 10)


def test_a_key_made_by_a_command_is_good_at_once_and_revoked_at_once(demo: Demo) -> None:
    made = json.loads(demo.solvent("keys", "create", "app", "--balance", "1.00", "--json").stdout)
    old, demo.key = demo.key, made["key"]
    try:
        assert demo.ask().status_code == 200
        assert demo.solvent("keys", "revoke", made["id"]).returncode == 0
        assert demo.ask().status_code == 401
    finally:
        demo.key = old


@pytest.mark.parametrize("name", ["office", "worker"])
def test_what_dies_is_started_again_and_knows_what_it_knew(demo: Demo, name: str) -> None:
    pid = demo.children()[name]
    os.kill(pid, signal.SIGKILL)
    until(lambda: demo.children().get(name, pid) != pid)
    # The supervisor holds the sockets, so nobody is refused a connection meanwhile; a worker that has just come says that it starts.
    answer = until(lambda: served(demo.ask()))
    assert answer is not None
    assert (answer.status_code, answer.headers["x-solvent-attempts"]) == (200, "1")
    until(lambda: [state["state"] for state in demo.items("/api/accounts")][:1] == ["exhausted"])
    assert demo.solvent("audit").stdout == "books balance\n"


def test_children_end_with_a_supervisor_that_was_killed_and_the_next_start_goes_on(tmp_path: Path) -> None:
    with demo_in(tmp_path) as first:
        children, key = first.children(), first.key
        assert set(children) == {"sandbox", "office", "worker"}
        first.office.process.kill()
        until(lambda: not any(map(lives, children.values())), STOP_S)
        first.office.process.wait()
    with demo_in(tmp_path) as second:
        assert second.key == key
        assert len(second.items("/api/requests")) == 2
        assert second.solvent("audit").stdout == "books balance\n"


def test_a_stop_ends_everything_in_time_whoever_is_connected(tmp_path: Path) -> None:
    with demo_in(tmp_path) as found, httpx2.Client(trust_env=False, timeout=30) as idle:
        assert idle.get(f"{found.gateway}/healthz").status_code == 200
        assert idle.get(f"{found.office.address}/e").status_code == 200
        children, began = found.children(), time.monotonic()
        assert found.office.stop() == 0
        assert time.monotonic() - began < STOP_S
        assert not any(map(lives, children.values()))
        assert not (found.office.data / "office.json").exists()
