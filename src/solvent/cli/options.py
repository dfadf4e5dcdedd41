"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path

import click

_CONFIG = Path("solvent.toml")
DATA = Path("solvent-data")

config = click.option(
    "--config", "config", type=click.Path(path_type=Path), help="Settings file; by default solvent.toml here, where there is one."
)
data = click.option(
    "--data",
    "data",
    type=click.Path(path_type=Path),
    default=DATA,
    show_default=True,
    help="Data directory: the books, the journals, what the desk is given, and the secrets.",
)


def config_here(given: Path | None) -> Path | None:
    """The config that was named, else the one that lies here, else None."""
    return _CONFIG if given is None and _CONFIG.exists() else given
