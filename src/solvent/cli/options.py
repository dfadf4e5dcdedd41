"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path

import click

data = click.option(
    "--data",
    "data",
    type=click.Path(path_type=Path),
    default=Path("solvent-data"),
    show_default=True,
    help="Where the desk keeps what it is given.",
)
