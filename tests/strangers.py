"""A running office with its desk for strangers, and many of these at once."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from solvent.console.examples import EXAMPLES
from tests.gateway import Program, http

CONFIG = '[gateway]\nlisten = "127.0.0.1:0"\n[office]\nlisten = "127.0.0.1:0"\n[desk]\npublic = true\nlisten = "127.0.0.1:0"\n'
UNLIMITED = "posts_per_minute = 10000000\nreads_per_minute = 10000000\n"


@dataclass(frozen=True)
class PublicDesk:
    """`solvent serve` in a folder, with its data in `folder/data`."""

    folder: Path
    program: Program
    url: str
    office: str

    def client(self) -> httpx2.Client:
        """A stranger."""
        return http(self.url)

    def operator(self) -> httpx2.Client:
        """Whoever has the admin token."""
        return http(self.office, (self.folder / "data" / "admin-token").read_text().strip())

    def kept(self) -> set[str]:
        """The ids of all occurrences in the store."""
        with contextlib.closing(sqlite3.connect(self.folder / "data" / "solvent.db")) as store:
            return {row[0] for row in store.execute("select id from occurrences")}


@contextlib.contextmanager
def public_desk(folder: Path, more: str = "", hosts: str = "") -> Iterator[PublicDesk]:
    """Serves with these further lines in `[desk]`."""
    (folder / "solvent.toml").write_text(f'{CONFIG}hosts = ["localhost"{hosts}]\n{more}')
    program = Program(folder, ("serve", "--config", "solvent.toml", "--data", "data"), "No caller")
    try:
        said = program.start()
        found = [re.search(rf"^  {words} +(http://\S+?)/", said, re.MULTILINE) for words in ("public desk", "console")]
        assert None not in found, said
        yield PublicDesk(folder, program, *(one[1] for one in found if one is not None))
    finally:
        program.end()


@dataclass(frozen=True)
class Filed:
    """A paste that was answered: its id, and how long that took since it was due."""

    id: str
    seconds: float


def flood(url: str, count: int, per_second: float | None = None) -> list[Filed]:
    """Files so many pastes, each when it is due whatever became of those before; without a rate, all at once."""
    return asyncio.run(_flood(url, count, per_second))


async def _flood(url: str, count: int, per_second: float | None) -> list[Filed]:
    loop = asyncio.get_running_loop()
    start = loop.time()
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=120, limits=limits) as client, asyncio.TaskGroup() as tasks:

        async def paste(number: int) -> Filed:
            due = start if per_second is None else start + number / per_second
            await _at(loop, due)
            answer = await client.post("/e", data={"raw": f"{EXAMPLES[number % len(EXAMPLES)].text}\nno. {number}"})
            assert answer.status_code == 303, answer.text
            return Filed(answer.headers["location"].removeprefix("/e/"), loop.time() - due)

        made = [tasks.create_task(paste(number)) for number in range(count)]
    return [task.result() for task in made]


async def _at(loop: asyncio.AbstractEventLoop, when: float) -> None:
    due = loop.create_future()
    loop.call_at(when, due.set_result, None)
    await due


def share(filed: list[Filed], percent: int) -> float:
    """The time within which so many per cent were answered, in milliseconds."""
    times = sorted(one.seconds for one in filed)
    return round(times[min(len(times) * percent // 100, len(times) - 1)] * 1_000, 1)
