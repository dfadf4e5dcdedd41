"""A child for the tests of whoever starts children: `--does` says how it behaves, and `--log` is told when it starts and ends."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from pathlib import Path
from types import FrameType


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--does", required=True)
    parser.add_argument("--log", type=Path, required=True)
    given = parser.parse_args()
    parent = socket.socket(fileno=given.parent)

    def log(what: str) -> None:
        with given.log.open("a") as file:
            file.write(f"{given.name} {what}\n")

    def end(*_: int | FrameType | None) -> None:
        log("ends")
        sys.exit(0)

    def reload(*_: int | FrameType | None) -> None:
        log("reloads")

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, reload)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    first = not given.log.exists() or f"{given.name} starts" not in given.log.read_text()
    log("starts")
    if given.does == "fail":
        parent.sendall(b"failed the store cannot be opened\n")
        return 3
    if given.does == "end" or (given.does == "fail once" and not first):
        return 5
    parent.sendall(b"ready\n")
    if given.does == "end once" and first:
        return 5
    while parent.recv(1):
        pass
    log("orphaned")
    return 0


if __name__ == "__main__":
    sys.exit(main())
