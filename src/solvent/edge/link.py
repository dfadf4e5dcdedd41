"""The link to the office: keys, money and config come in, the health of accounts goes out.

The office may come and go: the worker keeps what it was told, goes on serving, and connects again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from solvent.base.frames import Frames, frame
from solvent.model.change import Change, Opening
from solvent.model.health import Health
from solvent.model.link import Done, Healths, Hello, Message, Opened, Told, decode, encode

AGAIN_S = 0.2  # between two tries to reach the office


class Worker(Protocol):
    """Who takes over what the office says."""

    def opened(self, opening: Opening) -> None:
        """All that a worker must know, at its start."""
        ...

    def changed(self, change: Change) -> str:
        """Puts a change in force; returns why it cannot, or nothing."""
        ...


class OfficeLink:
    """One connection to the office, made anew when it is lost. `fresh`: the worker has not been opened yet."""

    def __init__(self, path: Path, name: str, pid: int, worker: Worker, health: Callable[[], tuple[Health, ...]]) -> None:
        self._path = path
        self._hello = (name, pid)
        self._worker = worker
        self._health = health
        self._transport: asyncio.Transport | None = None
        self.fresh = True

    @property
    def up(self) -> bool:
        """Whether the office is there."""
        return self._transport is not None

    async def keep(self) -> None:
        """Connects, and again whenever the connection is lost. Runs until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            lost: asyncio.Future[None] = loop.create_future()
            try:
                await loop.create_unix_connection(lambda lost=lost: _Wire(self, lost), str(self._path))  # type: ignore[misc]
            except OSError:
                # Not there yet, or restarting: a worker that was opened goes on without it.
                await asyncio.sleep(AGAIN_S)
                continue
            await lost
            self._transport = None

    def begin(self, transport: asyncio.Transport) -> None:
        """Says hello."""
        self._transport = transport
        name, pid = self._hello
        self._send(Hello(name, pid, self.fresh))
        self.tell_health()

    def hear(self, message: Message) -> None:
        """Takes one message of the office."""
        if isinstance(message, Opened):
            if self.fresh:
                self._worker.opened(message.opening)
                self.fresh = False
        elif isinstance(message, Told):
            self._send(Done(message.number, self._worker.changed(message.change)))

    def tell_health(self) -> None:
        """Tells how the accounts fare."""
        if self._transport is not None:
            self._send(Healths(self._health()))

    def _send(self, message: Message) -> None:
        # A connection that is gone may not be known to be lost yet, and raises when it is written to. The next one tells it all anew.
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frame(encode(message)))


class _Wire(asyncio.Protocol):
    def __init__(self, link: OfficeLink, lost: asyncio.Future[None]) -> None:
        self._link = link
        self._lost = lost
        self._frames = Frames()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._link.begin(cast("asyncio.Transport", transport))  # by duck: uvloop's do not inherit from it

    def data_received(self, data: bytes) -> None:
        for message in self._frames.feed(data):
            self._link.hear(decode(message))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if not self._lost.done():
            self._lost.set_result(None)
