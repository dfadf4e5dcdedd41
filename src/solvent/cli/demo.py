"""`solvent demo`: everything with a simulated provider and nothing to set up, on free ports where its own are taken."""

from __future__ import annotations

import http.client
import json
import os
import textwrap
import time
from pathlib import Path
from typing import Any

import click

from solvent import settings
from solvent.adapters.listening import bind, web_address
from solvent.adapters.wire import Call
from solvent.bootstrap import demo, supervisor
from solvent.bootstrap.supervisor import Plan, Started
from solvent.cli import office_client, options
from solvent.cli.columns import clean
from solvent.cli.office_client import Office

SANDBOX_PORT = 8409
KEY = {"name": "demo", "balance_usd": "5.00", "reveal": True}
QUESTION = {"model": demo.MODEL, "max_tokens": 60, "messages": [{"role": "user", "content": "Say hello in five words"}]}
_ONCE = "solvent demo: the key to try with"
_SHOWN_S, _AGAIN_S = 3.0, 0.1


@click.command(name="demo")
@options.data
def command(data: Path) -> None:
    """Start everything with a simulated provider, show a failover, and print what to try."""
    with bind("127.0.0.1", SANDBOX_PORT, cure="stop it", or_free=True) as sandbox:
        text = demo.config_of(web_address(sandbox))
        found = settings.parse(text, "the demo's config", os.environ, settings.secret_files(Path()))
        plan = Plan(found, data, written=text, or_free_port=True, sandbox=sandbox)
        supervisor.supervise(plan, announce)


def announce(started: Started) -> None:
    """Prints the addresses, the desk's first, then sends one request and tells how it was answered, and what to try."""
    click.echo(f"{started.office}/e")
    for port in started.taken:
        click.echo(f"Port {port} is taken by another program, so a free one is used instead.")
    office = Office(started.office, started.admin_token, "the demo", office_client.outside())
    key = office.ask("POST", "/api/keys", KEY, idempotency_key=_ONCE)["key"]
    for line in (
        f"  gateway      {started.gateway}",
        f"  console      {started.office}/   (sign in with the admin token)",
        f"  error desk   {started.office}/e   (a solved error, and a dozen more to click; ?lang=zh for Chinese)",
        *([f"  public desk  {started.desk}/e   (what strangers would see, on a listener of its own)"] if started.desk else []),
        f"  key          {key}",
        f"  admin token  {started.admin_token}",
        *_first_request(office, started.gateway, key),
        *_to_try(started, key),
    ):
        click.echo(line)


def _first_request(office: Office, gateway: str, key: str) -> list[str]:
    """Sends one request through the gateway; how it was answered, attempt by attempt."""
    headers = {"x-api-key": key, "content-type": "application/json", "anthropic-version": "2023-06-01"}
    before = _latest(office)
    lines = ["", f"A first request for `{demo.MODEL}` went through the gateway:"]
    try:
        answer = office.outside.send(gateway, Call("POST", "/v1/messages", headers, json.dumps(QUESTION).encode()))
    except (OSError, http.client.HTTPException) as problem:
        return [*lines, f"  no answer came ({type(problem).__name__}); try the curl below"]
    done = _newer(office, before)
    if done is None:
        return [*lines, f"  it was answered with {answer.status}; `solvent requests list` will show it in a moment"]
    for number, attempt in enumerate(done.get("attempts") or [], 1):
        # The words that are kept of an error begin with its status.
        failed = attempt.get("text") or f"{attempt.get('status') or 'no answer'} {attempt.get('category')}"
        how = failed if attempt.get("category") else f"{attempt.get('status')}, which answered"
        shown = textwrap.shorten(clean(how), 120, placeholder=" …")
        lines.append(f"  {number}. {clean(attempt.get('account')):<16} {shown}")
    return [
        *lines,
        f"  the caller saw {done.get('status')} after {done.get('ms')} ms, for {done.get('cost_usd')} USD: {clean(done.get('id'))}",
    ]


def _latest(office: Office) -> dict[str, Any] | None:
    items = office.items("/api/requests", 1)["items"]
    return dict(items[0]) if items else None


def _newer(office: Office, before: dict[str, Any] | None) -> dict[str, Any] | None:
    """The newest request of the books, once it is another than the one before."""
    ends_s = time.monotonic() + _SHOWN_S
    while time.monotonic() < ends_s:
        found = _latest(office)
        if found is not None and (before is None or found.get("id") != before.get("id")):
            return found
        time.sleep(_AGAIN_S)
    return None


def _to_try(started: Started, key: str) -> list[str]:
    where = "" if started.data == options.DATA else f" --data {started.data}"
    local = Path(".venv/bin/solvent")
    program = str(local) if local.exists() else "solvent"
    commands = (
        ("requests list", "what was answered, by whom, for how much"),
        ("drill exhaust anthropic-spare", "pretend that the last one is dry, too, and send the curl again"),
        ("topup anthropic-main 5.00", "note a payment: the account is tried again, though it stays dry at the sandbox"),
        ("accounts list", "the accounts, and what of them is closed"),
        ("audit", "replay the books"),
    )
    return [
        "",
        "What to try next, in another terminal:",
        f"  curl -si {started.gateway}/v1/messages -H 'x-api-key: {key}' -H 'content-type: application/json' \\",
        f"    -d '{json.dumps(QUESTION)}'",
        "      (x-solvent-account and x-solvent-attempts in its head tell who answered; the dry accounts are not asked again)",
        *(f"  {f'{program} {words}{where}':<{len(program) + len(where) + 34}}{told}" for words, told in commands),
        f"  echo '402 Insufficient Balance' | {program} explain",
        "Ctrl-C stops it.",
    ]
