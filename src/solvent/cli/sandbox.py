"""`solvent sandbox`: the simulated provider alone, to be called by any client that lets its base address be set."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from contextlib import suppress

import click
import uvloop

from solvent.adapters.clock import SystemClock
from solvent.adapters.listening import bind, web_address
from solvent.sandbox.sandbox import Sandbox
from solvent.sandbox.server import serve

_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>[0-9]{1,5})")


@click.command(name="sandbox")
@click.option(
    "--listen",
    "address",
    default="127.0.0.1:8409",
    show_default=True,
    metavar="HOST:PORT",
    help="Where it answers; port 0 takes a free one.",
)
def command(address: str) -> None:
    """Serve a simulated provider, whose keys name accounts that run dry, until stopped."""
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found["port"]) > 65_535:
        raise click.BadParameter(f"`{address}` is not HOST:PORT; write 127.0.0.1:8409", param_hint="--listen")
    listener = bind(found["six"] or found["host"], int(found["port"]), cure="name another address with `--listen`")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(listener))


async def _run(listener: socket.socket) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    sandbox = Sandbox(SystemClock(), os.urandom)
    # Cancelling is how it is stopped: the signal's doing, and no failure.
    with suppress(asyncio.CancelledError):
        await serve(listener, sandbox, lambda: announce(listener))


def announce(listener: socket.socket) -> None:
    """Prints where the sandbox answers, its address first, and what to try."""
    address = web_address(listener)
    for line in (
        address,
        "",
        "A key names its account: sk-sandbox-<manner>-<name>-<usd>, with anthropic, openai, deepseek, openrouter or new-api as manner.",
        f"  OpenAI dialect       curl -s {address}/v1/chat/completions -H 'Authorization: Bearer sk-sandbox-openai-main-1.00' \\",
        """                         -d '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "write 20 words"}]}'""",
        f"  Anthropic dialect    curl -s {address}/v1/messages -H 'x-api-key: sk-sandbox-anthropic-main-1.00' \\",
        """                         -d '{"model": "claude-haiku-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}'""",
        "  a dry account        the same with sk-sandbox-anthropic-dry-0",
        "  a relay's dry wallet sk-sandbox-new-api-club-5.00+anthropic-0 with the Anthropic dialect",
        f"  what was spent       curl -s {address}/_sandbox/accounts",
        "  a fault              -H 'x-sandbox-fault: rate-limit=20' with any call",
        "  stop                 Ctrl-C",
    ):
        click.echo(line)
