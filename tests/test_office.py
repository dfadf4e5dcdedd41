"""The office as a process of its own, with a worker that a test plays: what is told to workers, and what is answered to people."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from solvent.access import keys as access
from solvent.adapters.datadir import DataDir
from solvent.adapters.listening import bind, web_address
from solvent.base.frames import Frames, frame
from solvent.base.money import Money
from solvent.bootstrap.children import Child, Program
from solvent.ledger.journal import encode
from solvent.ledger.segments import begin_segment
from solvent.model.change import Change, Opening
from solvent.model.health import Closed, Health
from solvent.model.link import Done, Healths, Hello, Message, Opened, Told, decode
from solvent.model.link import encode as message
from tests.books import AT_US, served
from tests.program import PROGRAM, environment
from tests.waiting import until

START_S, SHOWN_S = 60.0, 0.5
ACCOUNT = '[[account]]\nname = "{name}"\nprovider = "openai"\napi_key = "sk-test"\nbalance = "9.00"\nlow_balance = "{low}"\n'
DRY = Health("main", "exhausted", (Closed("account", "credit_exhausted", AT_US, None, money=True),))


@dataclass
class Worker:
    """A worker that puts every change in force as soon as `willing` says so, and writes the journal that a test gives it."""

    data: Path
    fresh: bool = True
    told: list[Change] = field(default_factory=list)
    opening: Opening | None = None
    refuses: str = "what no config holds"
    willing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.willing.set()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(self.data / "office.sock"))
        self.say(Hello("worker-1", 1, self.fresh), Healths(()))
        self._thread = threading.Thread(target=self._hear)
        self._thread.start()

    def say(self, *messages: Message) -> None:
        self._socket.sendall(b"".join(frame(message(one)) for one in messages))

    def _hear(self) -> None:
        frames = Frames()
        with contextlib.suppress(ConnectionError):
            while data := self._socket.recv(65_536):
                for heard in map(decode, frames.feed(data)):
                    if isinstance(heard, Opened):
                        self.opening = heard.opening
                    elif isinstance(heard, Told):
                        self.told.append(heard.change)
                        self.willing.wait(10)
                        refused = heard.change.config is not None and self.refuses in heard.change.config
                        self.say(Done(heard.number, "`env:KEY` is not set here" if refused else ""))

    def write(self, name: str, key_id: str, cost: int) -> None:
        """Appends the records of a finished request to its journal."""
        folder = self.data / "journal" / "worker-1"
        path = folder / "00000001.seg"
        if not path.exists():
            folder.mkdir(parents=True)
            path.write_bytes(begin_segment("worker-1", 1, None))
        with path.open("ab") as file:
            file.write(b"".join(map(encode, served(name, key_id, cost))))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()


@dataclass
class Office:
    """A running office, and the admin's client of it."""

    child: Child
    data: Path
    config: Path
    client: httpx2.Client
    workers: list[Worker] = field(default_factory=list)

    def worker(self, *, fresh: bool = True) -> Worker:
        found = Worker(self.data, fresh)
        self.workers.append(found)
        until(lambda: found.opening if fresh else found.told)
        return found

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.client.post(path, json=body or {})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def items(self, path: str) -> list[dict[str, Any]]:
        return list(self.client.get(path).json()["items"])

    def end(self) -> None:
        self.child.signal(signal.SIGTERM)
        assert self.child.wait(10)

    def start(self) -> None:
        self.child.start(0.0)
        until(self._heard)
        assert not self.child.problem

    def _heard(self) -> bool:
        self.child.hear()
        return self.child.ready or bool(self.child.problem)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    data, config = tmp_path / "data", tmp_path / "solvent.toml"
    config.write_text(ACCOUNT.format(name="main", low="1.00"))
    directory = DataDir(data)
    token = [directory.secret(name) for name in ("form-secret", "key-secret", "admin-token")][-1]
    with bind("127.0.0.1", 0, cure="") as listener:
        url = web_address(listener)
        arguments = (
            "--listener",
            str(listener.fileno()),
            "--gateway",
            "http://127.0.0.1:8400",
            "--data",
            str(data),
            "--config",
            str(config),
        )
        child = Child(Program("office", "solvent.bootstrap.office", arguments, (listener.fileno(),)))
        with httpx2.Client(base_url=url, trust_env=False, timeout=20, headers={"authorization": f"Bearer {token}"}) as client:
            found = Office(child, data, config, client)
            found.start()
            yield found
            child.kill()
    for worker in found.workers:
        worker.close()
    directory.close()


def solvent(office: Office, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments, "--data", str(office.data)],
        cwd=office.config.parent,
        env=environment(office.data),
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )


def test_a_worker_is_opened_with_all_that_it_must_know(office: Office) -> None:
    made = office.post("/api/keys", {"name": "app", "balance_usd": "1.00"})
    opening = office.worker().opening
    assert opening is not None
    assert opening.config == office.config.read_text()
    pepper = (office.data / "key-secret").read_text().strip().encode()
    assert [(key.id, key.digest) for key in opening.keys] == [(made["id"], access.digest(made["key"], pepper))]
    assert [(row.account, row.credited) for row in opening.leases] == [(f"key:{made['id']}", Money.parse("1.00"))]


def test_a_change_is_in_force_at_the_worker_before_it_is_answered(office: Office) -> None:
    worker = office.worker()
    worker.willing.clear()
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(office.post("/api/keys", {"name": "app", "balance_usd": "1.00"})))
    asking.start()
    until(lambda: worker.told)
    asking.join(0.1)
    assert answers == []
    worker.willing.set()
    asking.join(10)
    key_id = answers[0]["id"]
    assert (worker.told[0].keys[0].id, worker.told[0].credited) == (key_id, ((f"key:{key_id}", Money.parse("1.00")),))
    office.post(f"/api/keys/{key_id}/topups", {"usd": "2.00"})
    assert worker.told[1].credited == ((f"key:{key_id}", Money.parse("3.00")),)
    office.post("/api/accounts/main/topups", {"usd": "1.00"})
    assert worker.told[2] == Change(credited=(("upstream:main", Money.parse("10.00")),), rearmed=("main",))
    office.post("/api/drills", {"account": "main", "for": "90s"})
    assert [(drill.account, drill.lasts_ms) for drill in worker.told[3].drills] == [("main", 90_000)]
    assert office.client.delete(f"/api/keys/{key_id}").json()["revoked"]
    assert worker.told[4].keys[0].revoked


def test_what_a_worker_did_and_says_is_shown_within_half_a_second(office: Office) -> None:
    worker = office.worker()
    key_id = office.post("/api/keys", {"name": "app", "balance_usd": "1.00"})["id"]
    worker.write("slv-1", key_id, 250_000_000)
    (request,) = until(lambda: office.items("/api/requests"), SHOWN_S)
    assert (request["id"], request["key_id"], request["cost_usd"]) == ("slv-1", key_id, "0.25")
    assert office.items("/api/requests?id=req_slv-1") == [request]
    assert office.client.get(f"/api/keys/{key_id}").json()["balance_usd"] == "0.75"
    worker.say(Healths((DRY,)))
    until(lambda: office.items("/api/accounts")[0]["state"] == "exhausted", SHOWN_S)
    (alert,) = office.items("/api/alerts")
    assert (alert["kind"], alert["subject"]) == ("balance.exhausted", "main")
    worker.say(Healths((Health("main", "ready"),)))
    until(lambda: office.items("/api/alerts") == [], SHOWN_S)


def test_a_changed_config_is_taken_whole_or_refused_with_its_mistakes(office: Office) -> None:
    worker, old = office.worker(), office.config.read_text()
    office.config.write_text('[office]\nlisten = "everywhere"\n')
    refused = solvent(office, "reload")
    assert (refused.returncode, "line 2: " in refused.stderr, worker.told) == (1, True, [])
    office.config.write_text(old + ACCOUNT.format(name="spare", low="10.00"))
    ran = solvent(office, "reload")
    assert (ran.returncode, ran.stderr, worker.told[0].config) == (0, "", office.config.read_text())
    assert [item["name"] for item in office.items("/api/accounts")] == ["main", "spare"]
    assert [alert["id"] for alert in office.items("/api/alerts")] == ["balance.low:spare"]
    office.config.write_text(old)
    office.child.signal(signal.SIGHUP)
    until(lambda: len(worker.told) == 2)
    until(lambda: len(office.items("/api/accounts")) == 1)


def test_a_config_that_the_worker_refuses_is_taken_back(office: Office) -> None:
    worker, old = office.worker(), office.config.read_text()
    worker.refuses = 'name = "other"'
    office.config.write_text(ACCOUNT.format(name="other", low="1.00"))
    answer = office.client.post("/api/reload", json={})
    assert (answer.status_code, answer.json()["mistakes"]) == (422, ["`env:KEY` is not set here"])
    assert [change.config for change in worker.told] == [office.config.read_text(), old]
    assert [item["name"] for item in office.items("/api/accounts")] == ["main"]


def test_a_worker_outlives_the_office_and_is_told_what_changed_meanwhile(office: Office) -> None:
    worker = office.worker()
    key_id = office.post("/api/keys", {"name": "app", "balance_usd": "1.00"})["id"]
    office.child.kill()
    worker.write("slv-1", key_id, 1)
    office.child.ended(0.0)
    office.start()
    again = office.worker(fresh=False)
    assert (again.opening, again.told[0].config, [key.id for key in again.told[0].keys]) == (None, office.config.read_text(), [key_id])
    assert [item["id"] for item in until(lambda: office.items("/api/requests"), SHOWN_S)] == ["slv-1"]
    office.post(f"/api/keys/{key_id}/topups", {"usd": "1.00"})
    assert again.told[1].credited == ((f"key:{key_id}", Money.parse("2.00")),)


def test_commands_find_the_office_and_the_audit_needs_none(office: Office) -> None:
    worker = office.worker()
    made = json.loads(solvent(office, "keys", "create", "app", "--balance", "1.00", "--json").stdout)
    worker.write("slv-1", made["id"], 250_000_000)
    until(lambda: office.items("/api/requests"))
    assert "slv-1" in solvent(office, "requests", "list").stdout
    running = solvent(office, "audit")
    assert (running.returncode, running.stdout, running.stderr) == (0, "books balance\n", "")
    office.end()
    stopped = solvent(office, "audit")
    assert (stopped.returncode, stopped.stdout) == (0, "books balance\n")
    gone = solvent(office, "keys", "list")
    assert (gone.returncode, gone.stdout) == (3, "")
    with contextlib.closing(sqlite3.connect(office.data / "solvent.db")) as store:
        store.execute("UPDATE accounts SET debited = debited + 1 WHERE name LIKE 'key:%'")
        store.commit()
    wrong = solvent(office, "audit")
    assert wrong.returncode == 1
    assert f"balance_differs: key:{made['id']}" in wrong.stdout


def test_an_office_folds_what_is_there_before_it_ends(office: Office) -> None:
    key_id = office.post("/api/keys", {"name": "app"})["id"]
    worker = office.worker()
    office.child.signal(signal.SIGSTOP)
    worker.write("slv-1", key_id, 1)
    office.child.signal(signal.SIGTERM)
    office.child.signal(signal.SIGCONT)
    assert office.child.wait(10)
    with contextlib.closing(sqlite3.connect(office.data / "solvent.db")) as store:
        assert store.execute("SELECT id FROM requests").fetchall() == [("slv-1",)]
    assert not (office.data / "office.json").exists()


def test_an_office_ends_with_its_parent(office: Office) -> None:
    assert office.child.line is not None
    office.child.line.close()
    office.child.line = None
    assert office.child.wait(10)


def test_the_console_is_at_the_root_after_signing_in(office: Office) -> None:
    office.worker()
    with httpx2.Client(base_url=office.client.base_url, trust_env=False) as browser:
        assert "admin-token" in browser.get("/").text
        token = (office.data / "admin-token").read_text().strip()
        signed_in = browser.post("/sign-in", data={"token": token, "lang": "zh", "next": "/"})
        assert signed_in.status_code == 303
        page = browser.get(signed_in.headers["location"])
        assert (page.status_code, "main" in page.text, "演练" in page.text) == (200, True, True)


def test_a_script_with_the_token_makes_many_keys_without_being_stopped(office: Office) -> None:
    office.worker()
    assert {office.client.post("/api/keys", json={"name": f"app {number}"}).status_code for number in range(100)} == {201}
    # A stranger's posts stay limited.
    assert 429 in {httpx2.post(f"{office.client.base_url}/api/keys", trust_env=False).status_code for _ in range(40)}
