"""What a request costs in the gateway, side by side with nginx that only passes it on.

Two small C programs play the client and the provider; they share a core, and what is measured has another to itself. `solvent serve`
runs as its users run it: a prepaid key, a hold, the journal, the settlement, and the office folding it all into the books, which must
come out to the last nano-dollar. nginx looks at nothing. Rounds are interleaved, so that a busy moment of the machine meets both.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from processes import command, cores, cpu_us, descendants, resident_mb, running

ROUNDS = 5
ROUND_S = 2.0
LOAD_S_MAX = 60
FOLD_S_MAX = 120
AUDIT_S_MAX = 300
START_S = 60
CONNECTIONS = 32
SOURCES = Path(__file__).parent / "c"
COMPILER = "cc"
PATH = "/v1/chat/completions"
COST_USD = Decimal("0.00042")  # 180 tokens at 1 USD a million and 120 at 2
_NGINX_PATH = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
_PROGRAM = (sys.executable, "-c", "from solvent.cli.main import run; run()")
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy of the environment must not stand in the way

_SYSTEM = (
    "You are the support assistant of a small shop for bicycle parts. Answer in the language of the question, in at most three short "
    "paragraphs. Quote prices only from the list that the tool returns; where it returns none, say so and offer to ask a colleague. "
    "Never promise a delivery date. Where a part does not fit the frame that the customer names, say which one does."
)
_QUESTION = (
    "My bottom bracket creaks under load, and I would like to replace it myself. The frame is a 2019 steel touring frame with a threaded "
    "68 mm shell. Which bracket fits, which tools do I need, and is there anything that I should check on the cranks while they are off?"
)


Figures = dict[str, dict[str, dict[str, dict[str, float]]]]  # by case, target and figure: median, lowest, highest


@dataclass(frozen=True)
class Case:
    """One kind of load. `rate`: requests a second, 0 for as fast as answers come. `content`: bytes of the answer's body, from and to."""

    name: str
    body: dict[str, Any]
    connections: int = CONNECTIONS
    rate: int = 0
    events: int = 0
    content: tuple[int, int] = (700, 700)


def _body(model: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _QUESTION}]
    return {"model": model, "messages": messages, "temperature": 0.2, "max_tokens": 512, **more}


_STREAM: Any = {
    "events": 101,
    "content": (15_000, 20_000),
}  # 100 pieces and [DONE]: nobody asked for the usage, which is injected and taken out
CASES = (
    Case("JSON, saturated", _body("bench")),
    Case("JSON, 500 a second", _body("bench"), rate=500),
    Case("stream of 100 chunks, saturated", _body("bench", stream=True), **_STREAM),
    Case("stream of 100 chunks, 1 ms apart", _body("paced-1000", stream=True), connections=8, **_STREAM),
)


@dataclass
class Target:
    """What is measured: where it answers, and its processes by role, of which the first stands in the way of requests."""

    name: str
    port: int
    pids: dict[str, int]
    key: str = "none"
    office: Office | None = None
    rounds: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    def times_us(self) -> dict[str, float]:
        """Microseconds of CPU time of each process so far."""
        return {role: cpu_us(pid) for role, pid in self.pids.items()}


class Office:
    """The admin API of the gateway that is measured."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._token = token
        self.key_id = ""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON."""
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._address + path, data, headers, method=method)  # noqa: S310 - our own loopback address
        with _OPENER.open(request, timeout=30) as answer:
            return json.load(answer)

    def make_key(self) -> str:
        """A prepaid key's text."""
        made = self.ask("POST", "/api/keys", {"name": "bench", "balance_usd": "1000000.00"})
        self.key_id = str(made["id"])
        return str(made["key"])

    def settled(self, requests: int) -> float:
        """Waits until the books hold so many requests of the key, each at its price; the seconds that it took."""
        started = time.monotonic()
        while True:
            key = self.ask("GET", f"/api/keys/{self.key_id}")
            if key["requests"] >= requests and not key["open_holds"]:
                break
            if time.monotonic() > started + FOLD_S_MAX:
                raise SystemExit(f"the office has folded {key['requests']} of {requests} requests after {FOLD_S_MAX} s")
            time.sleep(0.1)
        if (key["requests"], Decimal(key["spent_usd"])) != (requests, requests * COST_USD):
            raise SystemExit(
                f"{requests} requests cost {requests * COST_USD} USD, and the books say {key['requests']} and {key['spent_usd']}"
            )
        return time.monotonic() - started


def measure() -> tuple[list[tuple[str, ...]], dict[str, Any]]:
    """The table's rows with their head, and the same for machines."""
    if sys.platform != "linux":
        print("the gateway is measured through /proc, which this system lacks: run it on Linux")
        return [], {"missing": "/proc"}
    if shutil.which(COMPILER) is None:
        print("no C compiler on the PATH: the gateway is not measured (Debian: apt-get install gcc libc6-dev)")
        return [], {"missing": COMPILER}
    with tempfile.TemporaryDirectory(prefix="solvent-bench-") as name:
        folder = Path(name)
        for program in ("load", "upstream"):
            subprocess.run([COMPILER, "-O2", "-o", str(folder / program), str(SOURCES / f"{program}.c")], check=True)
        figures, memory, requests = _measure(folder)
        found = {
            "cores": dict(zip(("measured", "client and provider"), cores(), strict=True)),
            "rounds": ROUNDS,
            "resident_mb": memory,
            "audit": _audit(folder / "solvent", requests),
            "figures": figures,
        }
    measured, measuring = cores()
    print(f"Gateway: CPU time in microseconds a request, medians of {ROUNDS} interleaved rounds of {ROUND_S:.0f} s (lowest-highest).")
    print(f"All of a target runs on core {measured}, client and provider on core {measuring}. At the end: {found['audit']}.")
    return _rows(figures), found


def _measure(folder: Path) -> tuple[Figures, dict[str, dict[str, int]], int]:
    """All rounds: the figures, the megabytes of each process, and how many requests went through the books."""
    measured, measuring = cores()
    with contextlib.ExitStack() as stack:
        provider = stack.enter_context(running([str(folder / "upstream"), "0"], measuring, folder, stdout=subprocess.PIPE))
        assert provider.stdout is not None
        upstream = int(provider.stdout.readline())
        targets = []
        if shutil.which("nginx", path=_NGINX_PATH) is None:
            print("no nginx on this machine: its rows are missing (Debian: apt-get install nginx-light)")
        else:
            targets.append(stack.enter_context(_nginx(folder, upstream, measured)))
        targets.append(stack.enter_context(_solvent(folder, upstream, measured)))
        sent = 0
        for number in range(-1, ROUNDS):  # the first one warms up, and says how many requests fill a round
            for case in CASES:
                for target in targets:
                    sent = _round(folder, target, case, number, sent)
        memory = {target.name: {role: round(resident_mb(pid)) for role, pid in target.pids.items()} for target in targets}
        return {case.name: {target.name: _figures(target.rounds[case.name]) for target in targets} for case in CASES}, memory, sent


def _audit(folder: Path, requests: int) -> str:
    """What `solvent audit` says of the books when all is over; they must balance."""
    told = subprocess.run(
        [*_PROGRAM, "audit", "--data", "data"], cwd=folder, capture_output=True, text=True, timeout=AUDIT_S_MAX, check=False
    )
    if told.returncode:
        raise SystemExit(f"after {requests} requests the audit says: {told.stdout}{told.stderr}")
    return f"{told.stdout.strip()} after {requests:,} requests"


@contextlib.contextmanager
def _nginx(parent: Path, upstream: int, core: int) -> Iterator[Target]:
    """The reference, set up as for LLM providers: kept-alive connections, nothing buffered, no log."""
    folder = parent / "nginx"
    folder.mkdir()
    port = free_port()
    program = shutil.which("nginx", path=_NGINX_PATH)
    assert program is not None
    places = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = f"""
        daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
        events {{ worker_connections 4096; }}
        http {{
            access_log off; {places} keepalive_requests 100000000;
            upstream provider {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 100000000; }}
            server {{
                listen 127.0.0.1:{port};
                location / {{
                    proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
                }}
            }}
        }}"""
    (folder / "nginx.conf").write_text(config)
    with running([program, "-p", str(folder), "-c", str(folder / "nginx.conf")], core, folder) as process:
        await_port(port, process, folder)
        yield Target("nginx proxy_pass", port, {"edge": process.pid})


@contextlib.contextmanager
def _solvent(parent: Path, upstream: int, core: int) -> Iterator[Target]:
    """`solvent serve` with one account and a prepaid key."""
    folder = parent / "solvent"
    folder.mkdir()
    models = "\n".join(
        f'[[model]]\nname = "{name}"\nroutes = [{{ account = "bench", model = "{name}" }}]\nprice = {{ input = "1.00", output = "2.00" }}'
        for name in ("bench", "paced-1000")
    )
    (folder / "solvent.toml").write_text(
        f"""
        [gateway]
        listen = "127.0.0.1:0"
        [office]
        listen = "127.0.0.1:0"
        [[account]]
        name = "bench"
        provider = "openai-compatible"
        base_url = "http://127.0.0.1:{upstream}/v1"
        api_key = "file:key"
        {models}
        """
    )
    (folder / "key").write_text("sk-bench")
    with running([*_PROGRAM, "serve", "--config", "solvent.toml", "--data", "data"], core, folder, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        office, gateway = "", 0
        for line in process.stdout:
            words = line.split()
            office = office or words[0].removesuffix("/e")
            if words[0] == "gateway":
                gateway = int(words[1].removesuffix("/v1").rpartition(":")[2])
            if words[0] == "stop":
                break
        if not gateway:
            raise SystemExit(f"`solvent serve` did not start: {(folder / 'stderr').read_text()}")
        admin = Office(office, (folder / "data" / "admin-token").read_text().strip())
        pids = {
            role: pid for pid in descendants(process.pid) for role in ("worker", "office") if f"solvent.bootstrap.{role} " in command(pid)
        }
        roles = {"edge": pids["worker"], "office": pids["office"], "supervisor": process.pid}
        yield Target("solvent serve", gateway, roles, admin.make_key(), admin)


def _round(folder: Path, target: Target, case: Case, number: int, sent: int) -> int:
    """One measurement; how many requests the books of the gateway must hold after it."""
    rounds = target.rounds.setdefault(case.name, [])
    if case.rate:
        count = round(case.rate * ROUND_S)
    elif number < 0:
        count = 60 * case.connections
    else:
        count = max(60 * case.connections, round(rounds[0]["requests_per_second"] * ROUND_S))
    before = target.times_us()
    answer = _load(folder, target, case, count)
    after = target.times_us()
    lag_s = 0.0
    if target.office is not None:
        sent += count
        lag_s = target.office.settled(sent)
        # The others go on with these requests after the last answer; what the edge does after it is not for them.
        after = target.times_us() | {"edge": after["edge"]}
    if number == 0:
        rounds.clear()
    rounds.append(
        {f"{role}_cpu_us": (after[role] - before[role]) / count for role in after}
        | {"requests_per_second": count / answer["seconds"], "p50_us": answer["p50_us"], "p99_us": answer["p99_us"], "fold_lag_s": lag_s}
    )
    return sent


def _load(folder: Path, target: Target, case: Case, count: int) -> dict[str, Any]:
    body = folder / "body.json"
    body.write_text(json.dumps(case.body, separators=(",", ":")))
    numbers = (case.connections, count, case.rate, *case.content, case.events, LOAD_S_MAX)
    arguments = [str(folder / "load"), str(target.port), PATH, target.key, str(body), *map(str, numbers)]
    with running(arguments, cores()[1], folder, stdout=subprocess.PIPE) as process:
        out, _ = process.communicate(timeout=LOAD_S_MAX + 10)
    answer: dict[str, Any] = json.loads(out or "{}")
    if process.returncode:
        raise SystemExit(
            f"{target.name}, {case.name}: {answer.get('why') or 'the load could not be made: ' + (folder / 'stderr').read_text()}"
        )
    return answer


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def await_port(port: int, process: subprocess.Popen[str], folder: Path) -> None:
    """Waits until somebody listens there."""
    ends = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < ends:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise SystemExit(f"nginx did not start: {(folder / 'stderr').read_text()}")


def _figures(rounds: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Median, lowest and highest of every figure."""
    found = {}
    for name in rounds[0]:
        values = [one[name] for one in rounds]
        found[name] = {"median": round(statistics.median(values), 2), "min": round(min(values), 2), "max": round(max(values), 2)}
    return found


def _rows(figures: Figures) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("", "", "edge", "office", "supervisor", "requests/s", "p50 us", "p99 us")]
    columns = ("edge_cpu_us", "office_cpu_us", "supervisor_cpu_us", "requests_per_second", "p50_us", "p99_us")
    for case, targets in figures.items():
        for target, found in targets.items():
            cells = (_cell(found[column]) if column in found else "" for column in columns)
            rows.append((case, target, *cells))
    return rows


def _cell(figure: dict[str, float]) -> str:
    median, lowest, highest = (f"{figure[name]:,.0f}" for name in ("median", "min", "max"))
    return median if lowest == highest else f"{median} ({lowest}-{highest})"
