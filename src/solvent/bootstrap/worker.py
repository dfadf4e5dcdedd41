"""The worker's process: builds an edge worker from its arguments and runs it.

It is started by the supervisor with its listening socket, and asks the office for everything else.
"""

from __future__ import annotations

import argparse
import gc
import os
import secrets
import sys
from pathlib import Path

import uvloop

from solvent.access import keys
from solvent.adapters.clock import LoopClock, SystemClock
from solvent.adapters.datadir import KEY_SECRET, kept_secret
from solvent.base.errors import SolventError
from solvent.bootstrap.children import inherited, say_failed, say_ready
from solvent.diagnosis import engine
from solvent.diagnosis.attempt.upstream import Memo, judge_attempt
from solvent.edge import worker
from solvent.edge.worker import Setup
from solvent.model.price import Price
from solvent.model.route import Routebook
from solvent.pricing import book, count
from solvent.routing.plan import Candidate
from solvent.settings import from_environment, parse, secret_files

NAME = "worker-1"


def main(arguments: list[str] | None = None) -> int:
    """Runs a worker until it is told to stop; 3 where it cannot start."""
    parser = argparse.ArgumentParser(prog="solvent worker")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="what `file:` secrets of the config are relative to")
    parser.add_argument("--drain-ms", type=int, required=True)
    parser.add_argument("--durability", choices=("process", "power"), required=True)
    given = parser.parse_args(arguments)
    os.umask(0o077)
    parent = inherited(given.parent)
    try:
        pepper = kept_secret(given.data, KEY_SECRET).encode("ascii")
        rules, memo = engine.packaged(), Memo()
        count.text("")  # loads the vocabulary now, not in the middle of a request
        setup = Setup(
            name=NAME,
            pid=os.getpid(),
            data=given.data,
            sync=given.durability == "power",
            drain_ms=given.drain_ms,
            routes=lambda text: routes_of(text, given.folder),
            digest=lambda text: keys.digest(text, pepper),
            judge=lambda evidence: judge_attempt(evidence, rules, memo),
            price_of=price_of,
            random_bytes=secrets.token_bytes,
            opened=lambda: say_ready(parent),
            complain=_complain,
            clock=LoopClock,
        )
        _settle_memory()
        worker.run(setup, inherited(given.listener), parent, uvloop.new_event_loop)
    except (SolventError, OSError) as problem:
        say_failed(parent, str(problem))
        return 3
    return 0


def _complain(words: str) -> None:
    sys.stderr.write(f"solvent worker: {words}\n")
    sys.stderr.flush()


def _settle_memory() -> None:
    """Tells the collector of cycles to leave alone what the start made, which stays, and to look less often at the rest.

    A request leaves no cycle behind, and looking for some after every 700 objects took a twentieth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def routes_of(config: str, folder: Path) -> Routebook:
    """The routes of a config's text, or of the environment where there is none. Raises `UsageError`."""
    if not config:
        return from_environment(os.environ).routebook
    return parse(config, "config", os.environ, secret_files(folder)).routebook


def price_of(candidate: Candidate) -> Price | None:
    """What the price book says today of a way to a model; None where it knows no price."""
    upstream = candidate.upstream
    return book.price_of(upstream.provider, candidate.model, SystemClock().now().date(), candidate.vendor)


if __name__ == "__main__":
    sys.exit(main())
