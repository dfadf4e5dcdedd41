"""`solvent audit`: replays the books and the journals, while the office runs or when it is stopped."""

from __future__ import annotations

from pathlib import Path

import click

from solvent import settings
from solvent.bootstrap.audit import audit
from solvent.cli import options
from solvent.cli.columns import clean


@click.command(name="audit")
@options.config
@options.data
def command(config: Path | None, data: Path) -> int:
    """Replay the books and the journals; exit with 1 and tell every discrepancy if there is any."""
    found = audit(settings.store_url(options.config_here(config)), data)
    for one in found:
        click.echo(clean(f"{one.finding}: {one.subject}" + (f": {one.detail}" if one.detail else "")))
    if found:
        return 1
    click.echo("books balance")
    return 0
