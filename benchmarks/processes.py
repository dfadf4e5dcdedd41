"""Processes on a core of their own, and the CPU time and memory that they take. Linux alone: everything is read from `/proc`."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
STOP_S = 15
_LIBC = ctypes.CDLL(None, use_errno=True)


def cores() -> tuple[int, int]:
    """The core for what is measured, and the one for those who measure; the same where there is only one."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[min(1, len(allowed) - 1)]


@contextlib.contextmanager
def running(
    arguments: Sequence[str], core: int, folder: Path, environment: Mapping[str, str] | None = None, stdout: int | IO[str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process on a core, which ends with the block and with us, whichever comes first. What it complains of is in `folder/stderr`."""

    def prepare() -> None:
        os.sched_setaffinity(0, {core})
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    with (folder / "stderr").open("a", encoding="utf-8") as complaints:
        process = subprocess.Popen(
            arguments,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout or complaints,
            stderr=complaints,
            text=True,
            preexec_fn=prepare,  # noqa: PLW1509 - no other thread runs here
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def descendants(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for task in (Path("/proc") / str(pid) / "task").iterdir():
        for child in (task / "children").read_text().split():
            found += descendants(int(child))
    return found


def command(pid: int) -> str:
    """What a process was started with."""
    return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()


def cpu_us(pid: int) -> float:
    """Microseconds of CPU time, user and system, of all its threads so far."""
    # Behind the name, which may hold anything: state is the first field, utime the twelfth, stime the thirteenth.
    fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    ticks = (int(fields[11]) + int(fields[12])) * 1_000_000 / os.sysconf("SC_CLK_TCK")
    # The same to the nanosecond, where the kernel counts it, but without threads that ended: those show as a larger figure above.
    precise = 0.0
    for task in (Path("/proc") / str(pid) / "task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            precise += int((task / "schedstat").read_text().split()[0]) / 1_000
    return precise if abs(precise - ticks) < max(50_000, ticks / 50) else ticks


def resident_mb(pid: int) -> float:
    """Megabytes of memory that it has now."""
    pages = int((Path("/proc") / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
