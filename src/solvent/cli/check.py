"""`solvent check`: what is wrong with a config, before anything is started with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from solvent import settings
from solvent.adapters.clock import SystemClock
from solvent.catalogue.vendors import vendor_of
from solvent.model.route import Routebook
from solvent.pricing.book import price_of
from solvent.settings import Mistake, Settings, SettingsError


@click.command(name="check")
@click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path),
    default=Path("solvent.toml"),
    show_default=True,
    help="Settings file to check.",
)
def command(config: Path) -> int:
    """Tell every problem of a config with its line and its fix; exit with 1 if there is any.

    The environment variables and files that it names are looked up; nothing is called.
    """
    try:
        found = settings.load(config, os.environ)
    except SettingsError as problem:
        for mistake in problem.mistakes:
            click.echo(_told(config, mistake))
        click.echo(
            f"{config}: {_many(len(problem.mistakes), 'problem')}; mend {'it' if len(problem.mistakes) == 1 else 'them'} and check again",
            err=True,
        )
        return 1
    for warning in found.warnings:
        click.echo(_told(config, warning, "warning: "))
    for words in _unpriced(found.routebook):
        click.echo(f"{config}: warning: {words}")
    click.echo(f"{config}: no problems; {_served(found)}")
    return 0


def _unpriced(book: Routebook) -> Iterator[str]:
    """The models that keys with a balance or a budget cannot ask for: one of their routes has no price. A pattern is not looked at."""
    today = SystemClock().now().date()
    for model in book.models:
        if model.price is not None or "*" in model.name:
            continue
        for route in model.routes:
            upstream, name = book.accounts[route.account], route.model or model.name
            if price_of(upstream.provider, name, today, upstream.vendor or vendor_of(name)) is None:
                yield (
                    f"no price is known for `{name}` at account `{route.account}`, so keys with a balance or a budget cannot ask for "
                    f'`{model.name}`; give the model a price = {{ input = "3.00", output = "15.00" }}'
                )


def _told(config: Path, mistake: Mistake, kind: str = "") -> str:
    place = f"{config}" if mistake.line is None else f"{config}:{mistake.line}"
    return f"{place}: {kind}{mistake.message}"


def _served(found: Settings) -> str:
    book = found.routebook
    return f"{_many(len(book.accounts), 'account')}, {_many(len(book.models), 'model')}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
