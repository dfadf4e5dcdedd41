"""`solvent serve`: the office, with the error desk at `/e`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from solvent import bootstrap, settings
from solvent.bootstrap import Started
from solvent.cli import options


@click.command(name="serve")
@click.option(
    "--config", "config", type=click.Path(path_type=Path), help="Settings file; by default solvent.toml here, where there is one."
)
@options.data
def command(config: Path | None, data: Path) -> None:
    """Serve the error desk until stopped."""
    if config is None and Path("solvent.toml").exists():
        config = Path("solvent.toml")
    bootstrap.run_office(settings.load(config, os.environ), data, announce)


def announce(started: Started) -> None:
    """Prints where the desk answers, its address first."""
    click.echo(f"{started.address}/e")
    click.echo(f"  error desk   {started.address}/e   (POST /api/explain for programs)")
    click.echo(f"  admin token  {started.data_dir / 'admin-token'}")
    click.echo("  stop         Ctrl-C")
