"""The command line's front door: finds the command, and turns every failure into one line with the next step.

Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 cannot reach or start.
"""

from __future__ import annotations

import difflib
import os
import sys
from importlib import import_module

import click

from solvent import __version__
from solvent.base.errors import SolventError, UsageError, raised_at

# Imported only when asked for, so that `explain` does not pay for the web server.
_COMMANDS = {
    "explain": "solvent.cli.explain",
    "serve": "solvent.cli.serve",
    "demo": "solvent.cli.demo",
    "check": "solvent.cli.check",
    "reload": "solvent.cli.reload",
    "keys": "solvent.cli.keys",
    "accounts": "solvent.cli.accounts",
    "topup": "solvent.cli.topup",
    "requests": "solvent.cli.requests",
    "cases": "solvent.cli.cases",
    "audit": "solvent.cli.audit",
    "drill": "solvent.cli.drill",
    "sandbox": "solvent.cli.sandbox",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in _COMMANDS:
            near = difflib.get_close_matches(cmd_name, _COMMANDS, 1)
            ctx.fail(f"No such command '{cmd_name}'" + (f", did you mean '{near[0]}'" if near else ""))
        command: click.Command = import_module(_COMMANDS[cmd_name]).command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.version_option(__version__, prog_name="solvent")
def main() -> None:
    """A gateway, an error desk and books for prepaid accounts at LLM APIs: answers although one account is dry, and says why it was."""


def run(arguments: list[str] | None = None) -> None:
    """Runs one command and ends the process with its exit code."""
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: list[str]) -> int:
    try:
        # Not `main.main()`: that one would turn a reader who left into an exit of its own.
        with main.make_context("solvent", list(arguments), color=False if os.environ.get("NO_COLOR") else None) as context:
            result = main.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.NoArgsIsHelpError as problem:
        click.echo(problem.ctx.get_help() if problem.ctx else "")
        return 0
    except click.UsageError as problem:
        command = "solvent" if problem.ctx is None else problem.ctx.command_path
        return _complain(f"{problem.format_message().rstrip('.?')}; `{command} --help` lists what it takes", 2)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except UsageError as problem:
        return _complain(str(problem), 2)
    except SolventError as problem:
        return _complain(str(problem), 3)
    except BrokenPipeError:
        # The reader of our output left (`solvent explain … | head`): nothing is wrong, and nobody is left to tell.
        sys.stderr.close()
        return 0
    except Exception as problem:  # the command's boundary: a person sees one line, a developer may ask for the rest
        if os.environ.get("SOLVENT_DEBUG"):
            raise
        return _complain(
            f"failed unexpectedly ({type(problem).__name__} at {raised_at(problem)}); run it again with SOLVENT_DEBUG=1 to see more", 3
        )
    return result if isinstance(result, int) else 0


def _complain(message: str, code: int) -> int:
    click.echo(f"solvent: {' '.join(message.split())}", err=True)
    return code
