"""`solvent reload`: the changed config comes into force at every worker without a dropped request, or is refused whole."""

from __future__ import annotations

import click

from solvent.cli.office_client import FailedError, Office, Shown, admin


@click.command(name="reload")
@admin
def command(office: Office) -> Shown:
    """Take the changed config; a bad one is refused with its mistakes, and the old one stays."""
    try:
        answer = office.ask("POST", "/api/reload", {})
    except FailedError as problem:
        message = f"the changed config is refused and the old one stays in force: {problem}; mend it and run `solvent reload` again"
        raise FailedError(message) from problem
    return answer, lambda _: ["The changed config is in force at every worker."]
