"""One child process of the supervisor: started with a line to its parent, watched, started again, ended.

The line is a pair of sockets. The child says on it that it is ready, or why it cannot start, and takes its end for the parent's
death: so no child outlives the supervisor, whatever kills it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field

from solvent.base.errors import StartError

AGAIN_FIRST_S, AGAIN_LAST_S = 0.2, 5.0
STEADY_S = 10.0  # a child that lived so long was well
_READY, _FAILED = b"ready", b"failed "


@dataclass(frozen=True, slots=True)
class Program:
    """A module to run as a process: its arguments, and the descriptors that it inherits."""

    name: str
    module: str
    arguments: tuple[str, ...]
    descriptors: tuple[int, ...]


@dataclass(slots=True)
class Child:
    """A program that runs, or will again."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    line: socket.socket | None = None
    ready: bool = False
    problem: str = ""
    started_s: float = 0.0
    again_s: float = 0.0
    pause_s: float = AGAIN_FIRST_S
    said: bytes = field(default=b"", repr=False)

    def start(self, now_s: float) -> None:
        """Starts it. Raises `StartError`."""
        ours, theirs = socket.socketpair()
        program = self.program
        command = [sys.executable, "-m", program.module, "--parent", str(theirs.fileno()), *program.arguments]
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(theirs.fileno(), *program.descriptors))  # noqa: S603 - our own module
        except OSError as problem:
            ours.close()
            message = f"cannot start the {program.name}: {problem.strerror or problem}; free some memory or processes and start again"
            raise StartError(message) from problem
        finally:
            theirs.close()
        ours.setblocking(False)
        self.line, self.ready, self.problem, self.started_s, self.said = ours, False, "", now_s, b""

    def hear(self) -> None:
        """Reads what it said: that it is ready, or its problem."""
        if self.line is None:
            return
        try:
            heard = self.line.recv(4096)
        except BlockingIOError:
            return
        except ConnectionError:
            heard = b""
        if not heard:
            self._hang_up()
            return
        self.said += heard
        *lines, self.said = self.said.split(b"\n")
        for line in lines:
            if line == _READY:
                self.ready = True
            elif line.startswith(_FAILED):
                self.problem = line.removeprefix(_FAILED).decode("utf-8", "replace")

    def ended(self, now_s: float) -> int | None:
        """Its exit code once it has ended by itself, else None; then it is due again after a pause that grows."""
        if self.process is None:
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.process = None
        self.hear()
        self._hang_up()
        self.rest(now_s)
        return code

    def rest(self, now_s: float) -> None:
        """It is started again after a pause, which grows where it never lived long."""
        self.pause_s = AGAIN_FIRST_S if now_s - self.started_s > STEADY_S else min(self.pause_s * 2, AGAIN_LAST_S)
        self.again_s = now_s + self.pause_s

    def signal(self, number: int) -> None:
        """Sends it a signal, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Whether it ended within so long."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(seconds, 0.01))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Ends it at once: before its line is closed, or it would begin to end as an orphan does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self._hang_up()

    def _hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None


def say_ready(parent: socket.socket | None) -> None:
    """A child tells its parent that it serves."""
    if parent is not None:
        parent.sendall(_READY + b"\n")


def say_failed(parent: socket.socket, problem: str) -> None:
    """A child tells its parent why it cannot start, for the parent to tell whoever started it."""
    parent.sendall(_FAILED + " ".join(problem.split()).encode("utf-8", "replace") + b"\n")


def inherited(descriptor: int) -> socket.socket:
    """A socket that the parent handed on; it is not handed on any further."""
    os.set_inheritable(descriptor, False)
    return socket.socket(fileno=descriptor)
