"""The sandbox's process: the simulated provider of the demo, which ends with its parent."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import socket
import sys

import uvloop

from solvent.adapters.clock import SystemClock
from solvent.bootstrap.children import inherited, say_ready
from solvent.sandbox import server
from solvent.sandbox.sandbox import Sandbox


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is told to stop or its parent is gone."""
    parser = argparse.ArgumentParser(prog="solvent sandbox")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--listener", type=int, required=True)
    given = parser.parse_args(arguments)
    # Ctrl-C reaches every process of a terminal; what the worker still has under way needs this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(inherited(given.listener), inherited(given.parent)))
    return 0


async def _serve(listener: socket.socket, parent: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    serving = loop.create_task(server.serve(listener, Sandbox(SystemClock(), secrets.token_bytes), lambda: say_ready(parent)))
    loop.add_signal_handler(signal.SIGTERM, serving.cancel)
    loop.add_reader(parent.fileno(), serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        # Cancelled by the handlers above, which is how this program ends.
        if not serving.cancelled():
            raise
    finally:
        loop.remove_reader(parent.fileno())


if __name__ == "__main__":
    sys.exit(main())
