"""The running gateway before the simulated provider, each a process of its own, as callers and operators meet them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from solvent.base.money import Money
from tests.program import PROGRAM, environment
from tests.waiting import until

SHOWN_S = 30.0  # far longer than anything takes that a test waits for
HEAD = '[gateway]\nlisten = "127.0.0.1:0"\n{gateway}\n[office]\nlisten = "127.0.0.1:0"\n'


def nano(usd: str) -> int:
    """An amount of the API in nano-dollars."""
    return Money.parse(usd).nano_usd


def http(address: str, token: str = "", **more: Any) -> httpx2.Client:
    """A client of an address. A proxy of the environment must not stand between the test and its own machine."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx2.Client(base_url=address, headers=headers, trust_env=False, timeout=SHOWN_S, **more)


@dataclass
class Program:
    """`solvent` with some arguments, in a process group of its own; what it and its children print is kept in files."""

    folder: Path
    arguments: tuple[str, ...]
    last_line: str
    name: str = "program"
    process: subprocess.Popen[bytes] = field(init=False)
    guard: subprocess.Popen[bytes] = field(init=False)
    starts: int = 0

    def start(self) -> str:
        """Starts it; what it printed up to the line that begins with `last_line`."""
        self.starts += 1
        with self.path("out").open("wb") as out, self.path("err").open("wb") as err:
            self.process = subprocess.Popen(
                [PROGRAM, *self.arguments],
                cwd=self.folder,
                env=environment(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        # Waits for our end of its pipe to close, and ends the whole group: also where these tests are killed themselves.
        kill = ("sh", "-c", 'read -r _; kill -s KILL -- "-$1"', "sh", str(self.process.pid))
        self.guard = subprocess.Popen(kill, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
        return until(self._started)

    def path(self, kind: str) -> Path:
        return self.folder / f"{self.name}-{self.starts}.{kind}"

    def _started(self) -> str:
        said = self.path("out").read_text()
        assert self.process.poll() is None, self.path("err").read_text()
        return said if re.search(rf"^ *{re.escape(self.last_line)}.*\n", said, re.MULTILINE) else ""

    def printed(self) -> bytes:
        """All that every start of it and of its children printed."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.glob(f"{self.name}-*.*")))

    def complaints(self) -> str:
        """What its last start and its children wrote to stderr, without the warnings about keys that stand in a config."""
        lines = self.path("err").read_text().splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith("solvent: warning: "))

    def end(self) -> None:
        """Ends all of its processes at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.guard.communicate()


@dataclass
class Sandbox:
    """The simulated provider. An account is called `<manner>-<name>`."""

    program: Program
    address: str
    client: httpx2.Client

    def open(self, key: str) -> dict[str, Any]:
        """Opens the account of a key before its first call; what it is."""
        answer = self.client.post("/_sandbox/accounts", json={"key": key})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def account(self, name: str) -> dict[str, Any]:
        return dict(self.client.get(f"/_sandbox/accounts/{name}").json())

    def accounts(self) -> list[dict[str, Any]]:
        return list(self.client.get("/_sandbox/accounts").json()["items"])

    def calls(self, name: str) -> list[dict[str, Any]]:
        return list(self.client.get(f"/_sandbox/accounts/{name}/calls").json()["items"])

    def faults(self, name: str, *faults: str) -> None:
        """Sets the faults that meet the account's calls from now on; without any there are none."""
        path = f"/_sandbox/accounts/{name}/faults"
        assert self.client.delete(path).status_code == 200
        if faults:
            answer = self.client.post(path, json={"faults": list(faults)})
            assert answer.status_code == 200, answer.text


@contextlib.contextmanager
def sandbox(folder: Path) -> Iterator[Sandbox]:
    program = Program(folder, ("sandbox", "--listen", "127.0.0.1:0"), "stop", "sandbox")
    try:
        address = program.start().splitlines()[0]
        with http(address) as client:
            yield Sandbox(program, address, client)
    finally:
        program.end()


@dataclass(frozen=True)
class Key:
    """A caller's key."""

    id: str
    text: str


@dataclass
class Gateway:
    """`solvent serve` on a config in `folder`, with its data in `folder/data`."""

    folder: Path
    program: Program
    url: str = ""
    office: str = ""
    admin: httpx2.Client = field(default_factory=httpx2.Client)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        said = self.program.start()
        gateway = re.search(r"gateway +(http://127\.0\.0\.1:\d+)", said)
        office = re.search(r"console +(http://127\.0\.0\.1:\d+)", said)
        assert gateway is not None
        assert office is not None
        self.url, self.office = gateway[1], office[1]
        self.admin = http(self.office, (self.data / "admin-token").read_text().strip())

    def end(self) -> None:
        """Ends everything at once, as `kill -9` does."""
        self.program.end()
        self.admin.close()

    def children(self) -> dict[str, int]:
        """The supervisor's children by their names, with their process ids."""
        found = {}
        parent = self.program.process.pid
        for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            # One that ends meanwhile has no file any more, or one that cannot be read.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                name = next((word for word in command if word.startswith(b"solvent.bootstrap.")), None)
                if name is not None:
                    found[name.decode().rpartition(".")[2]] = int(pid)
        return found

    # The admin API.

    def key(self, name: str = "app", balance: str | None = "5.00", **more: Any) -> Key:
        answer = self.admin.post("/api/keys", json={"name": name, "balance_usd": balance, **more})
        assert answer.status_code == 201, answer.text
        return Key(answer.json()["id"], answer.json()["key"])

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.admin.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def items(self, path: str) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            page = self.get(path, limit=100, **({"after": after} if after else {}))
            found += page["items"]
            after = page["next"]
        return found

    def request(self, request_id: str | None) -> dict[str, Any]:
        """A request that is over, by our id."""
        assert request_id
        return dict(until(lambda: self.get("/api/requests", id=request_id)["items"])[0])

    def of_key(self, key: Key, count: int = 1) -> list[dict[str, Any]]:
        """The requests of a key, newest first, once there are `count` of them among the last hundred of all."""

        def look() -> list[dict[str, Any]] | None:
            found = [done for done in self.get("/api/requests", limit=100)["items"] if done["key_id"] == key.id]
            return found if len(found) >= count else None

        found = until(look) or []
        assert len(found) == count
        return found

    def settled(self, key: Key, count: int = 1) -> dict[str, Any]:
        """The state of a key once `count` requests of it are over and none of its holds is open."""
        self.of_key(key, count)

        def look() -> dict[str, Any] | None:
            state = self.get(f"/api/keys/{key.id}")
            return state if (state["open_holds"], state["held_usd"]) == (0, "0.00") else None

        return until(look) or {}

    def solvent(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the program on this data."""
        return subprocess.run(
            [PROGRAM, *arguments, "--data", str(self.data)],
            cwd=self.folder,
            env=environment(self.folder),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@contextlib.contextmanager
def gateway(folder: Path, config: str, settings: str = "") -> Iterator[Gateway]:
    """A gateway that serves what `config` says; `settings` are lines of its `[gateway]`."""
    folder.mkdir(exist_ok=True)
    (folder / "solvent.toml").write_text(HEAD.format(gateway=settings) + config)
    arguments = ("serve", "--config", "solvent.toml", "--data", "data")
    running = Gateway(folder, Program(folder, arguments, "stop", "serve"))
    try:
        running.start()
        yield running
    finally:
        running.end()


def account(name: str, provider: str, base_url: str, key: str, more: str = "") -> str:
    """An `[[account]]` of a config."""
    return f'[[account]]\nname = "{name}"\nprovider = "{provider}"\nbase_url = "{base_url}"\napi_key = "{key}"\n{more}\n'


def held_at(sandbox: Sandbox, name: str, manner: str, usd: str = "5.00", more: str = "") -> str:
    """An account of a config that is held at the simulated provider, where it is called `<manner>-<name>`."""
    base = sandbox.address if manner == "anthropic" else f"{sandbox.address}/v1"
    return account(name, manner, base, f"sk-sandbox-{manner}-{name}-{usd}", more)


def model(name: str, upstream: str, *accounts: str, price: tuple[str, str] = ("3.00", "15.00"), more: str = "") -> str:
    """A `[[model]]` of a config, with accounts in the order in which they are tried; prices in dollars per million tokens."""
    routes = ", ".join(f'{{ account = "{one}", model = "{upstream}" }}' for one in accounts)
    return f'[[model]]\nname = "{name}"\nroutes = [{routes}]\nprice = {{ input = "{price[0]}", output = "{price[1]}" }}\n{more}\n'
