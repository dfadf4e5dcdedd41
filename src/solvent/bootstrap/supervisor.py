"""The supervisor: holds the data directory and the listening sockets, starts the office and the worker, restarts what dies, drains.

It does nothing else, so there is nothing in it to fail. Because it holds the sockets, a caller who comes while a child is restarted
waits a moment instead of being refused.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from solvent.adapters.datadir import ADMIN_TOKEN, FORM_SECRET, KEY_SECRET, DataDir
from solvent.adapters.listening import bind, web_address
from solvent.base.errors import StartError
from solvent.bootstrap.children import Child, Program
from solvent.settings import Address, Settings

START_S = 90.0
OFFICE_ENDS_S = 1.2
LOOK_S = 1.0
WRITTEN = "demo.toml"
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


@dataclass(frozen=True, slots=True)
class Started:
    """What runs, for those who started it: addresses as `http://host:port`. `taken`: wanted ports that other programs have; `desk`: where
    strangers reach the desk, empty where they do not.
    """

    office: str
    gateway: str
    admin_token: str
    data: Path
    taken: tuple[int, ...] = ()
    desk: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run.

    `config`: the file, None for first use. `written`: the text of a config to be kept in the data directory instead. `sandbox`: a
    socket of ours on which a simulated provider shall listen.
    """

    settings: Settings
    data: Path
    config: Path | None = None
    written: str | None = None
    or_free_port: bool = False
    sandbox: socket.socket | None = None


def supervise(plan: Plan, on_ready: Callable[[Started], None]) -> None:
    """Serves until a signal. Raises `StartError` where the directory, an address or a child cannot be had."""
    # Whatever this process and its children make, the store's own files included, is its owner's alone.
    os.umask(0o077)
    with contextlib.closing(DataDir(plan.data)) as directory:
        settings = plan.settings
        with (
            _listen(settings.office_listen, "[office] listen", plan) as office,
            _listen(settings.gateway.listen, "[gateway] listen", plan) as gateway,
            _listen(settings.desk_listen, "[desk] listen", plan) if settings.desk_public else contextlib.nullcontext() as desk,
            Supervisor(plan, directory, office, gateway, desk) as supervisor,
        ):
            if supervisor.start():
                on_ready(supervisor.started())
                supervisor.watch()


class Supervisor:
    """The children of one plan. As a context it takes the process's signals, and leaves no child behind."""

    def __init__(
        self, plan: Plan, directory: DataDir, office: socket.socket, gateway: socket.socket, desk: socket.socket | None = None
    ) -> None:
        """Raises `StartError` where a secret cannot be kept."""
        self._plan = plan
        self._directory = directory
        self._office = office
        self._gateway = gateway
        self._desk = desk
        self._token = plan.settings.admin_token or directory.secret(ADMIN_TOKEN)
        directory.secret(FORM_SECRET)
        directory.secret(KEY_SECRET)
        self._config = plan.config if plan.written is None else _write(directory.path / WRITTEN, plan.written)
        self._children = [Child(program) for program in self._programs()]
        self._wake = socket.socketpair()
        self._stopping = False
        self._reload = False

    def _programs(self) -> list[Program]:
        plan, lock = self._plan, self._directory.descriptor
        data = ("--data", str(self._directory.path))
        config = () if self._config is None else ("--config", str(self._config.resolve()))
        programs = []
        if plan.sandbox is not None:
            listener = plan.sandbox.fileno()
            programs.append(Program("sandbox", "solvent.bootstrap.sandbox", ("--listener", str(listener)), (listener,)))
        desk = () if self._desk is None else (self._desk.fileno(),)
        office = ("--listener", str(self._office.fileno()), "--gateway", web_address(self._gateway), *data, *config)
        office += tuple(word for number in desk for word in ("--desk-listener", str(number)))
        programs.append(Program("office", "solvent.bootstrap.office", office, (self._office.fileno(), *desk, lock)))
        gateway = plan.settings.gateway
        worker = (
            *("--listener", str(self._gateway.fileno())),
            *("--folder", str(Path.cwd() if self._config is None else self._config.resolve().parent)),
            *("--drain-ms", str(gateway.drain_timeout_ms), "--durability", gateway.durability),
            *data,
        )
        programs.append(Program("worker", "solvent.bootstrap.worker", worker, (self._gateway.fileno(), lock)))
        return programs

    def __enter__(self) -> Self:
        for end in self._wake:
            end.setblocking(False)
        self._handlers = {number: signal.signal(number, self._signalled) for number in _SIGNALS}
        signal.set_wakeup_fd(self._wake[1].fileno())
        return self

    def _signalled(self, number: int, _: object) -> None:
        self._stopping = self._stopping or number in (signal.SIGTERM, signal.SIGINT)
        self._reload = self._reload or number == signal.SIGHUP

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        for child in self._children:
            child.kill()
        for end in self._wake:
            end.close()

    def started(self) -> Started:
        """What runs where."""
        settings = self._plan.settings
        wanted = ((settings.office_listen, self._office), (settings.gateway.listen, self._gateway), (settings.desk_listen, self._desk))
        taken = tuple(want.port for want, had in wanted if had is not None and want.port not in (0, had.getsockname()[1]))
        desk = "" if self._desk is None else web_address(self._desk)
        return Started(web_address(self._office), web_address(self._gateway), self._token, self._directory.path, taken, desk)

    def start(self) -> bool:
        """Starts the children beside each other, until all are ready. False where a signal came first. Raises `StartError`."""
        for child in self._children:
            child.start(time.monotonic())
        ends = time.monotonic() + START_S
        while waiting := [child for child in self._children if not child.ready]:
            self._sleep(LOOK_S)
            if self._stopping:
                return False
            for child in waiting:
                code = child.ended(time.monotonic())
                if code is not None:
                    raise StartError(child.problem or f"the {child.program.name} ended while starting (exit code {code}); start again")
            if time.monotonic() > ends:
                names = " and the ".join(child.program.name for child in waiting)
                raise StartError(f"the {names} did not get ready within {START_S:.0f} s; see what uses the machine, and start again")
        return True

    def watch(self) -> None:
        """Restarts what dies until a signal comes, then ends all."""
        while not self._stopping:
            now = time.monotonic()
            for child in self._children:
                self._keep(child, now)
            if self._reload:
                self._reload = False
                self._named("office").signal(signal.SIGHUP)
            due = [child.again_s - now for child in self._children if child.process is None]
            self._sleep(max(min([LOOK_S, *due]), 0.0))
        self._end()

    def _keep(self, child: Child, now_s: float) -> None:
        code = child.ended(now_s)
        if code is not None:
            _complain(f"the {child.program.name} ended ({child.problem or f'exit code {code}'}) and is started again")
        if child.process is None and now_s >= child.again_s:
            try:
                child.start(now_s)
            except StartError as problem:
                _complain(str(problem))
                child.rest(now_s)

    def _end(self) -> None:
        """The worker first, so that the office hears of its last requests; all within the drain and a moment."""
        worker, office = self._named("worker"), self._named("office")
        worker.signal(signal.SIGTERM)
        worker.wait(self._plan.settings.gateway.drain_timeout_ms / 1_000 + 0.5)
        worker.kill()
        office.signal(signal.SIGTERM)
        office.wait(OFFICE_ENDS_S)

    def _named(self, name: str) -> Child:
        return next(child for child in self._children if child.program.name == name)

    def _sleep(self, seconds: float) -> None:
        """Until a signal or a child's word comes, or so long; then hears what the children said."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake[0], selectors.EVENT_READ)
            for child in self._children:
                if child.line is not None:
                    selector.register(child.line, selectors.EVENT_READ)
            for key, _ in selector.select(seconds):
                if key.fileobj is self._wake[0]:
                    self._wake[0].recv(4096)
        for child in self._children:
            child.hear()


def _listen(wanted: Address, setting: str, plan: Plan) -> socket.socket:
    return bind(wanted.host, wanted.port, cure=f"stop it, or set another address in `{setting}`", or_free=plan.or_free_port)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _complain(message: str) -> None:
    sys.stderr.write(f"solvent: {message}\n")
    sys.stderr.flush()
