"""The office's parts, joined: the acts of people over the store, the journals and the workers, and the pages and the API on top."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Scope

from solvent.access.ratelimit import Rate
from solvent.adapters.clock import SystemClock
from solvent.adapters.journals import JournalFolder
from solvent.adapters.store.answers import SqlAnswers
from solvent.adapters.store.cases import SqlCaseStore
from solvent.adapters.store.keys import SqlKeys
from solvent.adapters.store.ledger import SqlLedger
from solvent.adapters.store.opinions import SqlOpinions
from solvent.adapters.store.regrouping import SqlRegrouping
from solvent.adapters.store.requests import SqlRequests
from solvent.adapters.store.transactions import Transactions
from solvent.base import ids
from solvent.bootstrap.config import Config, Reloading
from solvent.bootstrap.stage import ModelStage
from solvent.console.app import operator_pages, pages
from solvent.console.csrf import Csrf
from solvent.console.operator_site import Operations
from solvent.console.proof import Proof
from solvent.console.session import Session
from solvent.console.site import Stage
from solvent.diagnosis import engine
from solvent.model.change import Opening
from solvent.office import api, bearer, endpoints
from solvent.office.admin import account_endpoints, alert_endpoint, key_endpoints, reload_endpoint
from solvent.office.cases import case_endpoints
from solvent.office.complaints import Complaints
from solvent.office.forwarded import Forwarded, peer
from solvent.office.guard import Guard, Limits
from solvent.office.link import WorkerDesk
from solvent.office.opinions import opinion_endpoints
from solvent.office.records import desk_endpoints, ledger_endpoints, request_endpoints
from solvent.operations.accounts import Accounts
from solvent.operations.alerts import Alerts
from solvent.operations.assistance import Opinions
from solvent.operations.attempts import FailedAttempts
from solvent.operations.cases import Desk
from solvent.operations.casework import Casework
from solvent.operations.keys import Keys
from solvent.operations.ledger import Bookkeeper
from solvent.operations.ports import LedgerStore
from solvent.operations.requests import Requests
from solvent.operations.surroundings import Surroundings
from solvent.operations.topups import TopUps
from solvent.settings import Settings

JOURNALS = "journal"
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the office keeps to itself: the admin token, what signs forms and sessions, what keys are hashed with."""

    admin_token: str = field(repr=False)
    form: bytes = field(repr=False)
    pepper: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the office does, joined."""

    config: Config
    desk: Desk
    casework: Casework
    accounts: Accounts
    keys: Keys
    topups: TopUps
    requests: Requests
    ledger: LedgerStore
    workers: WorkerDesk
    bookkeeper: Bookkeeper
    reloading: Reloading
    alerts: Alerts
    opinions: Opinions
    stage: ModelStage | None


def join(database: AsyncEngine, config: Config, data: Path, kept: Secrets, gateway_url: str) -> Parts:
    """The parts over an open store and the journals of a data directory, with the gateway where callers reach it."""
    transactions, clock = Transactions(database), SystemClock()
    cases, ledger = SqlCaseStore(transactions), SqlLedger(transactions)

    async def opening(_worker: str) -> Opening:
        return await bookkeeper.opening(config.text)

    around = Surroundings(
        ledger=ledger,
        keys=SqlKeys(transactions),
        requests=SqlRequests(transactions),
        answers=SqlAnswers(transactions),
        journals=JournalFolder(data / JOURNALS),
        workers=(workers := WorkerDesk(opening)),
        clock=clock,
        random_bytes=os.urandom,
        configured=config.accounts,
        pepper=kept.pepper,
    )
    bookkeeper = Bookkeeper(around, FailedAttempts(cases, kept.pepper).file, Complaints(complain).notice)
    accounts = Accounts(around)
    desk = Desk(engine.packaged(), cases, clock, os.urandom, time.perf_counter_ns)
    opinions, wanted = SqlOpinions(transactions), config.settings.desk_model
    return Parts(
        config=config,
        desk=desk,
        casework=Casework(engine.packaged(), cases, SqlRegrouping(transactions), around.answers),
        accounts=accounts,
        keys=Keys(around),
        topups=TopUps(around),
        requests=Requests(around.requests),
        ledger=ledger,
        workers=workers,
        bookkeeper=bookkeeper,
        reloading=Reloading(config, workers, accounts),
        alerts=Alerts(accounts, config.low_balances, around.now_us),
        opinions=Opinions(opinions),
        stage=None if wanted is None else ModelStage(wanted, desk, opinions, around, gateway_url),
    )


def complain(message: str) -> None:
    """Tells whoever reads the program's errors."""
    sys.stderr.write(f"solvent office: {message}\n")
    sys.stderr.flush()


def incident() -> str:
    """An id by which an operator finds a failure in the log."""
    return ids.occurrence_id(secrets.token_bytes)[:12]


def build_app(parts: Parts, kept: Secrets, gateway_url: str) -> ASGIApp:
    """The office's application behind its guard."""
    settings = parts.config.settings
    hosts = {"localhost", settings.office_listen.host.lower()}
    if settings.office_public_url is not None:
        hosts.add((urlsplit(settings.office_public_url).hostname or "").lower())
    return Guard(
        # A bare router: an application's own error page would answer before the guard could.
        Router(routes=[*_api(parts, kept), *_pages(parts, kept, gateway_url)], redirect_slashes=False),
        hosts=frozenset(hosts),
        limits=_limits(settings),
        trusted=lambda authorization: bearer.carries(authorization, kept.admin_token),
        now_ns=time.monotonic_ns,
        incident=incident,
    )


def build_public_app(parts: Parts, kept: Secrets) -> ASGIApp:
    """The desk for strangers behind a guard of its own: nothing of the operator's is behind it, and no token opens anything."""
    settings, desk = parts.config.settings, parts.desk.for_strangers()
    public_url = settings.desk_public_url
    hosts = {"localhost", settings.desk_listen.host.lower(), *settings.desk_hosts}
    if public_url is not None:
        hosts.add((urlsplit(public_url).hostname or "").lower())
    # What one desk's pages give out is worth nothing at the other.
    csrf = Csrf(hashlib.blake2b(b"public desk", key=kept.form[:64]).digest())
    return Guard(
        Router(
            routes=[*api.routes(desk, None, public_url=public_url), *pages(desk, csrf, public_url=public_url, stage=_stage(parts, kept))],
            redirect_slashes=False,
        ),
        hosts=frozenset(hosts),
        limits=_limits(settings, Forwarded(settings.desk_trusted_proxies), strangers=True),
        trusted=lambda _: False,
        now_ns=time.monotonic_ns,
        incident=incident,
    )


def _limits(settings: Settings, client_of: Callable[[Scope], str] = peer, *, strangers: bool = False) -> Limits:
    posts, reads = settings.desk_posts_per_minute, settings.desk_reads_per_minute
    asks = None if settings.desk_model is None else settings.desk_model.asks_per_minute
    # Strangers share what a day may cost; at the office the operator asks.
    asks_a_day = None if settings.desk_model is None or not strangers else settings.desk_model.asks_per_day
    return Limits(
        posts=Rate(posts, max(posts // 2, 1)),
        reads=Rate(reads, max(reads // 2, 1)),
        asks=None if asks is None else Rate(asks, asks),
        asks_a_day=None if asks_a_day is None else Rate(asks_a_day, asks_a_day, _MINUTES_A_DAY),
        client_of=client_of,
    )


def _stage(parts: Parts, kept: Secrets) -> Stage | None:
    return None if parts.stage is None else Stage(parts.stage.assistance, Proof(kept.form))


def _api(parts: Parts, kept: Secrets) -> list[BaseRoute]:
    admin = [
        *key_endpoints(parts.keys, parts.topups),
        *account_endpoints(parts.accounts, parts.topups),
        alert_endpoint(parts.alerts),
        reload_endpoint(parts.reloading.take),
        *request_endpoints(parts.requests),
        *ledger_endpoints(parts.ledger),
        *case_endpoints(parts.desk, parts.casework),
        *desk_endpoints(parts.desk),
        *opinion_endpoints(parts.opinions),
    ]
    # The admin API ends with a refusal of whatever else begins with `/api/`.
    desk = api.routes(parts.desk, kept.admin_token, public_url=parts.config.settings.office_public_url)
    return [*desk, *endpoints.routes(admin, kept.admin_token)]


def _pages(parts: Parts, kept: Secrets, gateway_url: str) -> list[BaseRoute]:
    public_url, csrf = parts.config.settings.office_public_url, Csrf(kept.form)
    acts = Operations(parts.desk, parts.casework, parts.accounts, parts.keys, parts.topups, parts.requests, parts.opinions, gateway_url)
    session = Session(kept.form, kept.admin_token, random_bytes=os.urandom)
    operator = operator_pages(acts, session, csrf, public_url=public_url)
    # The desk's pages end with one for whatever no other route took.
    return [*operator, *pages(parts.desk, csrf, public_url=public_url, console=True, stage=_stage(parts, kept))]
