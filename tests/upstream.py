"""An upstream that a test plays byte by byte: what the simulated provider never does, and a record of what it was sent."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sent:
    """A request as it came: header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


# Answers a request on its connection; whether the connection is to be kept.
Script = Callable[[socket.socket], bool]


@dataclass
class Upstream:
    """Listens on the loopback; the first part of a request's path names the script that answers it."""

    scripts: dict[str, Script]
    sent: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # The gateway may leave whenever it wants.
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as reader:
            keep = True
            while keep and (line := reader.readline()):
                headers = {}
                while header := reader.readline().strip():
                    name, _, value = header.decode("latin-1").partition(":")
                    headers[name.lower()] = value.strip()
                body = reader.read(int(headers.get("content-length", "0")))
                self.sent.append(Sent(line.decode("latin-1").strip(), headers, body))
                keep = self.scripts[line.split()[1].decode().split("/")[1]](connection)
            # A reset would take back what was sent.
            connection.shutdown(socket.SHUT_WR)
        with self._lock:
            self._open.discard(connection)

    def close(self) -> None:
        # Closing alone would not wake the thread that waits in `accept`.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)


@contextlib.contextmanager
def upstream(scripts: dict[str, Script]) -> Iterator[Upstream]:
    running = Upstream(scripts)
    try:
        yield running
    finally:
        running.close()


def says(*parts: bytes, keep: bool = False) -> Script:
    """A script that sends these bytes."""

    def script(connection: socket.socket) -> bool:
        for part in parts:
            connection.sendall(part)
        return keep

    return script


def answer(body: bytes, kind: str = "application/json", status: str = "200 OK", more: str = "", *, keep: bool = True) -> Script:
    """A script that answers with a whole body."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{more}content-length: {len(body)}\r\n\r\n"
    return says(head.encode() + body, keep=keep)
