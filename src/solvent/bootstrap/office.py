"""The composition root: the only module that builds adapters and hands them to those who need them."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.routing import Router
from starlette.types import ASGIApp

from solvent.access.ratelimit import Rate
from solvent.adapters.clock import SystemClock
from solvent.adapters.datadir import DataDir
from solvent.adapters.listening import bind, web_address
from solvent.adapters.store.cases import SqlCaseStore
from solvent.adapters.store.database import database_url, open_database
from solvent.base import ids
from solvent.console.app import pages
from solvent.console.csrf import Csrf
from solvent.diagnosis import engine
from solvent.office import api, server
from solvent.office.guard import Guard
from solvent.operations.cases import Desk
from solvent.settings import Settings


@dataclass(frozen=True, slots=True)
class Started:
    """What a running office tells those who started it."""

    address: str
    admin_token: str
    data_dir: Path
    taken_port: int | None = None  # the port that was wanted where another program has it


def run_office(settings: Settings, data: Path, on_ready: Callable[[Started], None], *, or_free_port: bool = False) -> None:
    """Serves until a signal. Raises `StartError` where the directory, the store or the address cannot be had."""
    # Whatever this process makes, the store's own files included, is its owner's alone.
    os.umask(0o077)
    directory = DataDir(data)
    try:
        asyncio.run(_office(settings, directory, on_ready, or_free_port=or_free_port))
    finally:
        directory.close()


async def _office(settings: Settings, directory: DataDir, on_ready: Callable[[Started], None], *, or_free_port: bool) -> None:
    database = await open_database(database_url(settings.store_url, directory.path))
    try:
        token = settings.admin_token or directory.secret("admin-token")
        desk = Desk(engine.packaged(), SqlCaseStore(database), SystemClock(), os.urandom, time.perf_counter_ns)
        app = build_app(settings, desk, token, directory.secret("form-secret").encode())
        wanted = settings.office_listen.port
        cure = "stop it, or set another address in `[office] listen`"
        listener = bind(settings.office_listen.host, wanted, cure=cure, or_free=or_free_port)
        address = web_address(listener)
        taken = wanted if wanted not in (0, listener.getsockname()[1]) else None
        await server.serve(app, listener, lambda: on_ready(Started(address, token, directory.path, taken)))
    finally:
        await database.dispose()


def build_app(settings: Settings, desk: Desk, admin_token: str, form_secret: bytes) -> ASGIApp:
    """The office's application behind its guard."""
    hosts = {"localhost", settings.office_listen.host.lower()}
    if settings.office_public_url is not None:
        hosts.add((urlsplit(settings.office_public_url).hostname or "").lower())
    routes = [
        *api.routes(desk, admin_token, public_url=settings.office_public_url),
        *pages(desk, Csrf(form_secret), public_url=settings.office_public_url),
    ]
    return Guard(
        # A bare router: an application's own error page would answer before the guard could.
        Router(routes=routes, redirect_slashes=False),
        hosts=frozenset(hosts),
        posts=Rate(settings.desk_posts_per_minute, max(settings.desk_posts_per_minute // 2, 1)),
        reads=Rate(settings.desk_reads_per_minute, max(settings.desk_reads_per_minute // 2, 1)),
        now_ns=time.monotonic_ns,
        incident=lambda: ids.occurrence_id(secrets.token_bytes)[:12],
    )
