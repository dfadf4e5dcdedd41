"""The supervisor: holds the data directory and the listening sockets, starts the office and the worker, restarts what dies, drains.

It does nothing else, so there is nothing in it to fail. Because it holds the sockets, a caller who comes while a child is restarted
waits a moment instead of being refused.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from solvent.adapters.datadir import DataDir
from solvent.adapters.listening import bind
from solvent.base.errors import StartError
from solvent.bootstrap.children import Child, Program
from solvent.settings import Address, Settings

START_S = 90
OFFICE_ENDS_S = 1.2
KEY_SECRET, FORM_SECRET, ADMIN_TOKEN = "key-secret", "form-secret", "admin-token"  # noqa: S105 - names of files


@dataclass(frozen=True, slots=True)
class Started:
    """What runs, for those who started it: addresses as `http://host:port`. `taken`: ports that other programs have."""

    office: str
    gateway: str
    admin_token: str
    data: Path
    taken: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `config`: the file, None for first use. `sandbox`: where a simulated provider shall listen, on a socket of ours."""

    settings: Settings
    data: Path
    config: Path | None
    or_free_port: bool = False
    sandbox: socket.socket | None = None


def supervise(plan: Plan, on_ready: Callable[[Started], None]) -> None:
    """Serves until a signal. Raises `StartError` where the directory, an address or a child cannot be had."""
    # Whatever this process and its children make, the store's own files included, is its owner's alone.
    os.umask(0o077)
    directory = DataDir(plan.data)
    try:
        with _Supervisor(plan, directory) as supervisor:
            supervisor.start()
            on_ready(supervisor.started())
            supervisor.watch()
    finally:
        directory.close()


class _Supervisor:
    def __init__(self, plan: Plan, directory: DataDir) -> None:
        settings = plan.settings
        self._plan = plan
        self._directory = directory
        self._token = settings.admin_token or directory.secret(ADMIN_TOKEN)
        directory.secret(FORM_SECRET)
        directory.secret(KEY_SECRET)
        self._office = bind(settings.office_listen.host, settings.office_listen.port, or_free=plan.or_free_port, setting="[office] listen")
        self._gateway = bind(settings.gateway.listen.host, settings.gateway.listen.port, or_free=plan.or_free_port, setting="[gateway] listen")
        self._children = [Child(program) for program in self._programs()]
        self._wake = socket.socketpair()
        self._signals: list[int] = []

    def _programs(self) -> list[Program]:
        plan, lock = self._plan, self._directory.descriptor
        data = ("--data", str(self._directory.path))
        config = () if plan.config is None else ("--config", str(plan.config.resolve()))
        programs = []
        if plan.sandbox is not None:
            programs.append(Program("sandbox", "solvent.bootstrap.sandbox", ("--listener", str(plan.sandbox.fileno())), (plan.sandbox.fileno(),)))
        office = ("--listener", str(self._office.fileno()), "--gateway", address(self._gateway), *data, *config)
        programs.append(Program("office", "solvent.bootstrap.office", office, (self._office.fileno(), lock)))
        gateway = plan.settings.gateway
        folder = ("--folder", str(Path.cwd() if plan.config is None else plan.config.resolve().parent))
        worker = ("--listener", str(self._gateway.fileno()), *folder, "--drain-ms", str(gateway.drain_timeout_ms), "--durability", gateway.durability, *data)
        programs.append(Program("worker", "solvent.bootstrap.worker", worker, (self._gateway.fileno(), lock)))
        return programs

    def __enter__(self) -> _Supervisor:
        for end in self._wake:
            end.setblocking(False)  # noqa: FBT003
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda received, _frame: self._signals.append(received))
        signal.set_wakeup_fd(self._wake[1].fileno())
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        for child in self._children:
            child.kill()

    def started(self) -> Started:
        """What runs where."""
        wanted = (self._plan.settings.office_listen, self._plan.settings.gateway.listen)
        taken = tuple(want.port for want, sock in zip(wanted, (self._office, self._gateway), strict=True) if _elsewhere(want, sock))
        return Started(address(self._office), address(self._gateway), self._token, self._directory.path, taken)

    def start(self) -> None:
        """Starts the children in order, each once the one before is ready."""
        for child in self._children:
            child.start(time.monotonic())
            ends = time.monotonic() + START_S
            while not child.ready:
                self._sleep(0.5)
                child.hear()
                code = child.ended(time.monotonic())
                if self._stopping:
                    raise StartError("stopped while starting")
                if code is not None:
                    raise StartError(f"the {child.program.name} ended while starting (exit code {code}); the line above says why")
                if time.monotonic() > ends:
                    raise StartError(f"the {child.program.name} was not ready within {START_S} s; start again, or look at what uses the machine")

    @property
    def _stopping(self) -> bool:
        return signal.SIGTERM in self._signals or signal.SIGINT in self._signals

    def watch(self) -> None:
        """Restarts what dies until a signal comes, then ends all."""
        while not self._stopping:
            self._sleep(1.0)
            if signal.SIGHUP in self._signals:
                self._signals.remove(signal.SIGHUP)
                self._named("office").signal(signal.SIGHUP)
            now = time.monotonic()
            for child in self._children:
                child.hear()
                child.ended(now)
                if child.process is None and now >= child.again_s:
                    child.start(now)
        self._end()

    def _end(self) -> None:
        """The worker first, so that the office hears of its last requests; all within the drain and a moment."""
        worker, office = self._named("worker"), self._named("office")
        worker.signal(signal.SIGTERM)
        worker.wait(self._plan.settings.gateway.drain_timeout_ms / 1_000 + 0.5)
        worker.kill()
        office.signal(signal.SIGTERM)
        office.wait(OFFICE_ENDS_S)
        for child in self._children:
            child.kill()

    def _named(self, name: str) -> Child:
        return next(child for child in self._children if child.program.name == name)

    def _sleep(self, seconds: float) -> None:
        """Until a signal or a child's word comes, or so long."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake[0], selectors.EVENT_READ)
            for child in self._children:
                if child.line is not None:
                    selector.register(child.line, selectors.EVENT_READ)
            for key, _ in selector.select(seconds):
                if key.fileobj is self._wake[0]:
                    self._wake[0].recv(4096)


def address(listener: socket.socket) -> str:
    """The web address of a listening socket."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _elsewhere(wanted: Address, listener: socket.socket) -> bool:
    return wanted.port not in (0, listener.getsockname()[1])
