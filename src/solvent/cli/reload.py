"""`solvent reload`: the changed config comes into force at every worker without a dropped request, or is refused whole."""

from __future__ import annotations

from typing import Any

import click

from solvent.cli.columns import clean
from solvent.cli.office_client import FailedError, Office, Shown, admin


@click.command(name="reload")
@admin
def command(office: Office) -> Shown:
    """Take the changed config; a bad one is refused with its mistakes, and the old one stays."""
    try:
        answer = office.ask("POST", "/api/reload", {})
    except FailedError as problem:
        message = f"the changed config is refused. {problem}; mend it and run `solvent reload` again"
        raise FailedError(message) from problem
    return answer, _told


def _told(answer: dict[str, Any]) -> list[str]:
    waiting = [f"`{clean(setting)}` was changed, too, which counts only after a restart." for setting in answer.get("after_restart") or ()]
    return ["The changed config is in force at every worker.", *waiting]
