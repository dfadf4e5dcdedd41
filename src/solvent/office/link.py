"""The workers' desk: a Unix socket where workers are opened, told of changes, and heard about the health of accounts.

A change is told only after it stands in the books, and whoever asked for it is answered only once every worker that is there has it in
force. A worker that comes later reads it in its opening.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

from solvent.base.errors import StartError
from solvent.base.frames import Frames, frame
from solvent.model.change import Change, Opening
from solvent.model.health import Health
from solvent.model.link import Done, Healths, Hello, Message, Opened, Told, decode, encode

_log = logging.getLogger("solvent.office")
IN_FORCE_S = 5.0  # a worker that takes longer is taken for dead


class WorkerDesk:
    """All workers that are connected (`operations.ports.Workers`). `opening(worker)` is what one must know, read when it comes."""

    def __init__(self, opening: Callable[[str], Awaitable[Opening]]) -> None:
        self._opening = opening
        self._wires: set[_Wire] = set()
        self._number = 0
        self._health: dict[str, tuple[Health, ...]] = {}
        self._turn = asyncio.Lock()
        self._server: asyncio.Server | None = None

    async def listen(self, path: Path) -> None:
        """Opens the socket for this user alone. Raises `StartError`."""
        self._server = await asyncio.get_running_loop().create_unix_server(lambda: _Wire(self), sock=_bound(path))

    def close(self) -> None:
        """Takes no more workers and leaves those that are there."""
        if self._server is not None:
            self._server.close()
        for wire in list(self._wires):
            wire.drop()

    def came(self, wire: _Wire) -> None:
        """A connection of this user was made."""
        self._wires.add(wire)

    def left(self, wire: _Wire) -> None:
        """It is gone."""
        self._wires.discard(wire)

    async def open(self, wire: _Wire, hello: Hello) -> None:
        """Tells a worker all that it must know. Under the lock, so that no change falls between the reading and the telling."""
        async with self._turn:
            opening = await self._opening(hello.worker if hello.fresh else "")
            wire.open(Opened(opening), self._change_of(opening), fresh=hello.fresh)

    @staticmethod
    def _change_of(opening: Opening) -> Change:
        credited = tuple((row.account, row.credited) for row in opening.leases)
        return Change(keys=opening.keys, credited=credited, config=opening.config)

    def heard(self, worker: str, healths: tuple[Health, ...]) -> None:
        """How the accounts fare, by one worker."""
        self._health[worker] = healths

    def health(self) -> tuple[Health, ...]:
        """How the accounts fare, by the worker that spoke last of each."""
        return tuple({health.account: health for healths in self._health.values() for health in healths}.values())

    async def tell(self, change: Change) -> None:
        """Puts a change in force at every worker that is there. Raises `ValueError` where one refuses it."""
        async with self._turn:
            self._number += 1
            told = Told(self._number, change)
            waits = [(wire, wire.ask(told)) for wire in self._wires if wire.is_open]
            for wire, answer in waits:
                try:
                    problem = await asyncio.wait_for(answer, IN_FORCE_S)
                except TimeoutError:
                    # It will be restarted or connect again, and is told everything then.
                    wire.drop()
                    continue
                if problem:
                    raise ValueError(problem)


def _bound(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
    except OSError as problem:
        listener.close()
        message = f"cannot open the socket `{path}`: {problem.strerror or problem}; choose a data directory with a shorter path with --data"
        raise StartError(message) from problem
    path.chmod(0o600)
    return listener


class _Wire(asyncio.Protocol):
    def __init__(self, desk: WorkerDesk) -> None:
        self._desk = desk
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._answers: dict[int, asyncio.Future[str]] = {}
        self._worker = ""
        self._task: asyncio.Task[None] | None = None
        self._speaks = False
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        peer = transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        if struct.unpack("3i", peer)[1] != os.getuid():
            transport.abort()
            return
        self._desk.came(self)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._frames.feed(data):
                self._hear(decode(message))
        except ValueError as problem:
            # It connects again; one of this version says nothing of the kind.
            _log.error("a worker's message cannot be read, and its connection is closed: %s", problem)
            self.drop()

    def _hear(self, message: Message) -> None:
        if isinstance(message, Hello):
            self._worker = message.worker
            # A worker that knows nothing yet has nothing to say of the accounts, and must not overwrite what the one before it said.
            self._speaks = not message.fresh
            self._task = asyncio.get_running_loop().create_task(self._desk.open(self, message))
            self._task.add_done_callback(self._opened)
        elif isinstance(message, Done):
            answer = self._answers.pop(message.number, None)
            if answer is not None and not answer.done():
                answer.set_result(message.problem)
        elif isinstance(message, Healths) and self._speaks:
            self._desk.heard(self._worker, message.healths)

    def _opened(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            # It connects again and asks anew.
            self.drop()
            task.result()

    def open(self, opened: Opened, change: Change, *, fresh: bool) -> None:
        """A worker that only lost the office keeps its leases and is told what may have changed meanwhile."""
        self.is_open = self._speaks = True
        self._send(opened if fresh else Told(0, change))

    def ask(self, told: Told) -> asyncio.Future[str]:
        """Sends a change; the future is its problem, empty once it is in force."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers[told.number] = answer
        self._send(told)
        return answer

    def _send(self, message: Message) -> None:
        if self._transport is not None:
            self._transport.write(frame(encode(message)))

    def drop(self) -> None:
        """Closes the connection."""
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._desk.left(self)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result("")
        self._answers.clear()
