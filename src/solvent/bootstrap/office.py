"""The office's process: opens the store, serves pages and the API, opens the workers, and keeps the books up with their journals.

It is started by the supervisor with its listening socket. It answers HTTP before it opens the first worker, so that a gateway that
is ready has an office that answers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

from solvent.adapters.datadir import ADMIN_TOKEN, FORM_SECRET, KEY_SECRET, kept_secret
from solvent.adapters.listening import web_address
from solvent.adapters.store.database import database_url, open_database
from solvent.base.errors import SolventError
from solvent.bootstrap.children import inherited, say_failed, say_ready
from solvent.bootstrap.config import Config
from solvent.bootstrap.parts import Parts, Secrets, build_app, build_public_app, complain, incident, join
from solvent.edge.worker import files_max
from solvent.office import jobs, server

FOLD_S, LOOK_S = 0.1, 1.0
PLACE, SOCKET = "office.json", "office.sock"


def main(arguments: list[str] | None = None) -> int:
    """Runs the office until it is told to stop or its parent is gone; 3 where it cannot start."""
    parser = argparse.ArgumentParser(prog="solvent office")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--desk-listener", type=int, help="where strangers reach the desk, if they shall")
    parser.add_argument("--gateway", required=True, help="where callers reach the gateway")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args(arguments)
    os.umask(0o077)
    files_max()
    # Ctrl-C reaches every process of a terminal; the supervisor says when it is the office's turn.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = inherited(given.parent)
    try:
        config = Config(given.config, os.environ)
        desk = None if given.desk_listener is None else inherited(given.desk_listener)
        asyncio.run(_Office(config, given.data, given.gateway, desk).run(inherited(given.listener), parent))
    except SolventError as problem:
        say_failed(parent, str(problem))
        return 3
    return 0


class _Office:
    def __init__(self, config: Config, data: Path, gateway_url: str, desk: socket.socket | None) -> None:
        self._config = config
        self._data = data
        self._gateway_url = gateway_url
        self._desk = desk
        self._stop = asyncio.Event()

    async def run(self, listener: socket.socket, parent: socket.socket) -> None:
        """Serves until SIGTERM or the end of the parent, then folds what is there. Raises `StartError`."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stop.set)
        loop.add_reader(parent.fileno(), self._stop.set)
        kept = _secrets(self._data, self._config.settings.admin_token)
        database = await open_database(database_url(self._config.settings.store_url, self._data))
        parts = join(database, self._config, self._data, kept, self._gateway_url)
        try:
            await self._serve(parts, kept, listener, parent)
            loop.remove_reader(parent.fileno())
            await parts.bookkeeper.catch_up()
        finally:
            parts.workers.close()
            for name in (PLACE, SOCKET):
                (self._data / name).unlink(missing_ok=True)
            await database.dispose()

    async def _serve(self, parts: Parts, kept: Secrets, listener: socket.socket, parent: socket.socket) -> None:
        loop, up = asyncio.get_running_loop(), asyncio.Event()
        await parts.accounts.post_openings()
        if parts.stage is not None:
            await parts.stage.open()
        app = build_app(parts, kept, self._gateway_url)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(app, listener, up.set, self._stop))
            await up.wait()
            if self._desk is not None:
                up.clear()
                tasks.create_task(server.serve(build_public_app(parts, kept), self._desk, up.set, self._stop))
                await up.wait()
            await parts.workers.listen(self._data / SOCKET)
            tasks.create_task(jobs.keep("keeping the books", parts.bookkeeper.catch_up, FOLD_S, self._stop, incident))
            tasks.create_task(jobs.keep("looking for alerts", parts.alerts.look, LOOK_S, self._stop, incident))

            def reload() -> None:
                tasks.create_task(_reload(parts))

            loop.add_signal_handler(signal.SIGHUP, reload)
            _tell_place(self._data / PLACE, web_address(listener))
            say_ready(parent)
            await self._stop.wait()
            loop.remove_signal_handler(signal.SIGHUP)


def _secrets(data: Path, admin_token: str | None) -> Secrets:
    token = admin_token or kept_secret(data, ADMIN_TOKEN)
    return Secrets(token, kept_secret(data, FORM_SECRET).encode("ascii"), kept_secret(data, KEY_SECRET).encode("ascii"))


async def _reload(parts: Parts) -> None:
    done = await parts.reloading.take()
    for mistake in done.mistakes:
        complain(f"the changed config is refused and the old one stays in force: {mistake}")
    for setting in done.after_restart:
        complain(f"`{setting}` was changed, which counts only after a restart")


def _tell_place(path: Path, url: str) -> None:
    """Where commands find this office. Whole or not at all: they may read it at any moment."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"url": url, "pid": os.getpid()}) + "\n", encoding="ascii")
    draft.chmod(0o600)
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
