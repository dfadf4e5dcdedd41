"""`solvent serve`: the gateway, and the office with the console and the error desk; without a config from the keys in the environment."""

from __future__ import annotations

import os
from pathlib import Path

import click

from solvent import settings
from solvent.bootstrap import supervisor
from solvent.bootstrap.supervisor import Plan, Started
from solvent.catalogue.vendors import callable_parties
from solvent.cli import office_client, options, snippets
from solvent.cli.office_client import Office
from solvent.model.route import Routebook
from solvent.operations import desk_key
from solvent.settings import Settings

FIRST_KEY = {"name": "first", "reveal": True}
# Of the installation: a start that is repeated because the first was cut off makes no second key.
_ONCE = "solvent serve: the first key"


@click.command(name="serve")
@options.config
@options.data
def command(config: Path | None, data: Path) -> None:
    """Serve the gateway, the console and the error desk until stopped.

    Without a config, and no solvent.toml here, the provider keys in the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, ...) open their
    accounts, and their models are served under their own names.
    """
    path = options.config_here(config)
    if path is None:
        found = settings.from_environment(os.environ)
        supervisor.supervise(Plan(found, data), lambda started: welcome(started, found))
        return
    found = settings.load(path, os.environ)
    for warning in found.warnings:
        click.echo(f"solvent: warning: {path}: {warning}", err=True)
    supervisor.supervise(Plan(found, data, path), lambda started: configured(started, found, path))


def announce(started: Started, found: Settings) -> None:
    """Prints where everything answers, the desk's address first, and at once: a script may wait for it."""
    click.echo(f"{started.office}/e")
    token = f"{started.data / 'admin-token'}" if found.admin_token is None else "the one in SOLVENT_ADMIN_TOKEN"
    for line in (
        f"  gateway      {started.gateway}/v1 (OpenAI), {started.gateway} (Anthropic)",
        f"  console      {started.office}/   (sign in with the admin token)",
        f"  error desk   {started.office}/e   (POST /api/explain for programs)",
        *public_desk(started, found),
        f"  admin token  {token}",
        "  stop         Ctrl-C",
    ):
        click.echo(line)


def public_desk(started: Started, found: Settings) -> list[str]:
    """Where strangers reach the desk, if they do."""
    if not started.desk:
        return []
    named = f", as {found.desk_public_url}/e" if found.desk_public_url else ""
    return [f"  public desk  {started.desk}/e   (for strangers{named})"]


def configured(started: Started, found: Settings, path: Path) -> None:
    """The start with a config: what it serves, and what is still missing before a caller gets an answer."""
    announce(started, found)
    book = found.routebook
    click.echo(f"  accounts     {', '.join(book.accounts) or 'none yet'}")
    click.echo(f"  models       {', '.join(model.name for model in book.models) or 'none yet'}")
    if not book.models:
        click.echo(f"Nothing is served yet: add an [[account]] and a [[model]] to {path} and run `solvent reload`.")
    if not _callers_have_keys(_office(started)):
        where = "" if started.data == options.DATA else f" --data {started.data}"
        click.echo(f"No caller has a key yet: `solvent keys create NAME{where}` makes one.")


def welcome(started: Started, found: Settings) -> None:
    """The start without a config: the accounts that the environment opened, a first key, and what to do with it."""
    announce(started, found)
    book = found.routebook
    click.echo(f"  accounts     {', '.join(book.accounts) or 'none yet'}")
    if not book.accounts:
        known = ", ".join(sorted(party.api.env for party in callable_parties().values() if party.api is not None and party.api.env))
        click.echo(f"No provider key is in the environment: set one of {known} and start again, or write a solvent.toml.")
    for line in _first_key(_office(started), started.gateway, book):
        click.echo(line)


def _office(started: Started) -> Office:
    return Office(started.office, started.admin_token, "the start", office_client.outside())


def _callers_have_keys(office: Office) -> bool:
    """Whether there is a key besides the desk's own."""
    return any(key["name"] != desk_key.NAME for key in office.items("/api/keys", 2)["items"])


def _first_key(office: Office, gateway: str, book: Routebook) -> list[str]:
    """Makes the first key where there is none yet, and shows it this once."""
    if _callers_have_keys(office):
        told = "Keys were made before: `solvent keys list` shows them, `solvent keys create NAME` makes another."
        return ["", told, "", *snippets.lines(gateway, "KEY", book)]
    made = office.ask("POST", "/api/keys", FIRST_KEY, idempotency_key=_ONCE)
    key = made["key"]
    return ["", f"A first key, shown this once: {key}", "", *snippets.lines(gateway, key, book)]
