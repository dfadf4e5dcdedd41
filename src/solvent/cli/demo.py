"""`solvent demo`: the desk with nothing to set up, on free ports where its own are taken."""

from __future__ import annotations

import os
from pathlib import Path

import click

from solvent import bootstrap, settings
from solvent.bootstrap import Started
from solvent.cli import options


@click.command(name="demo")
@options.data
def command(data: Path) -> None:
    """Start the error desk to try it out, and print what to try."""
    bootstrap.run_office(settings.load(None, os.environ), data, announce, or_free_port=True)


def announce(started: Started) -> None:
    """Prints the addresses, the desk's first, and what to try."""
    click.echo(f"{started.address}/e")
    if started.taken_port is not None:
        click.echo(f"Port {started.taken_port} is taken by another program, so the desk is on the port above.")
    for line in (
        "",
        "The error desk is open: it shows a solved error, and a dozen more to click.",
        f"  read it in Chinese    {started.address}/e?lang=zh",
        "  in the terminal       echo '402 Insufficient Balance' | .venv/bin/solvent explain",
        f"  for programs          curl -s {started.address}/api/explain -H 'Content-Type: application/json' \\",
        """                          -d '{"raw": "402 Insufficient Balance"}'""",
        f"  admin token           {started.admin_token}",
        "Ctrl-C stops it.",
    ):
        click.echo(line)
