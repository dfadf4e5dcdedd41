"""How the commands reach a running office: found through its data directory (or `--url`), asked over plain `http.client`.

Invariants: no proxy of the environment and no redirect is followed, so the admin token goes to the office alone; the token is in no
message, repr or output; a refusal of the office becomes one line with the next step and the exit code of its kind.
"""

from __future__ import annotations

import functools
import http.client
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import click

from solvent import __version__
from solvent.adapters import wire
from solvent.adapters.wire import Call, Reply
from solvent.base.errors import SolventError, StartError, UsageError
from solvent.cli.columns import clean

PAGE_LENGTH = 100
_TOKEN_NAME = "SOLVENT_ADMIN_TOKEN"  # noqa: S105 - the variable's name
_START = "start it with `solvent serve`, or name another with --data"
_LOOK = "look at its log, or start it anew"


class FailedError(SolventError):
    """The office does not know what was asked for, or refused it as it is: exit code 1."""


class UnansweredError(StartError):
    """No answer came, or one that leaves open what was done."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the commands need from outside: the environment, the wire, whether a process lives, and randomness.

    `send` takes an address and a call, and raises `OSError` or `http.client.HTTPException` where no whole answer comes.
    """

    environ: Mapping[str, str] = field(repr=False)
    send: Callable[[str, Call], Reply]
    alive: Callable[[int], bool]
    random_bytes: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Office:
    """A running office. `token_from` says in words where its token was found."""

    url: str
    token: str = field(repr=False)
    token_from: str
    outside: Outside = field(repr=False)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a page; queries that are None are left out. Raises as `ask` does."""
        asked = urlencode({name: value for name, value in query.items() if value is not None}, errors="replace")
        return self.ask("GET", f"{path}?{asked}" if asked else path)

    def items(self, path: str, limit: int | None = None, **query: Any) -> dict[str, Any]:
        """A list over all its pages, or up to `limit` items, as `{"items": [...], "next": ...}`."""
        found: list[dict[str, Any]] = []
        after, seen = None, set[str]()
        while True:
            wanted = PAGE_LENGTH if limit is None else min(PAGE_LENGTH, limit - len(found))
            page = self.get(path, **query, limit=wanted, after=after)
            items = page.get("items") if isinstance(page, dict) else None
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise StartError(_foreign(self.url, f"no list at `{path}`"))
            found += items
            after = page.get("next")
            if after is None or (limit is not None and len(found) >= limit):
                return {"items": found[:limit], "next": after}
            if not isinstance(after, str) or after in seen:
                raise StartError(_foreign(self.url, f"a list at `{path}` that does not end"))
            seen.add(after)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, *, idempotency_key: str | None = None) -> Any:
        """The JSON of the answer, `{}` where it is empty.

        Raises `UnansweredError`, `FailedError` (it does not exist, or not like this), `UsageError` (a value is wrong) or `StartError`.
        """
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "User-Agent": f"solvent/{__version__}"}
        if method != "GET":
            headers["Content-Type"] = "application/json"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        sent = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        try:
            answer = self.outside.send(self.url, Call(method, path, headers, sent))
        except (OSError, http.client.HTTPException) as problem:
            raise UnansweredError(f"cannot reach the office at `{self.url}`: {_why(problem)}") from problem
        return self._read(answer)

    def _read(self, answer: Reply) -> Any:
        try:
            told = json.loads(answer.body) if answer.body.strip() else {}
        except (ValueError, RecursionError):
            told = None
        if 200 <= answer.status < 300:
            if told is None:
                raise UnansweredError(_foreign(self.url, "something that is not JSON"))
            return told
        problem = told if isinstance(told, dict) else {}
        sentence = _sentence(problem)
        if answer.status == 401:
            message = f"the office at `{self.url}` does not take the admin token from {self.token_from}; {self._other_token()}"
            raise StartError(message)
        if answer.status >= 500:
            message = f"the office at `{self.url}` failed ({answer.status}): {sentence or 'it gave no reason'}; its log says more"
            raise UnansweredError(message)
        if not sentence or answer.kind != "application/problem+json":
            raise StartError(_foreign(self.url, f"{answer.status} without a reason"))
        if answer.status in (404, 409) or problem.get("mistakes"):
            raise FailedError(sentence)
        if answer.status in (400, 413, 422):
            raise UsageError(sentence)
        raise StartError(f"the office at `{self.url}` refused this ({answer.status}): {sentence}")

    def _other_token(self) -> str:
        if self.token_from == _TOKEN_NAME:
            return f"unset {_TOKEN_NAME} to use the one in the data directory, or set it to this office's"
        return f"set {_TOKEN_NAME} to the one that the office was started with"


Shown = tuple[Any, Callable[[Any], list[str]]]
"""An answer of the office, and what makes the lines of it that a person reads."""


def admin(function: Callable[..., Shown]) -> Callable[..., int]:
    """Makes a command of a running office: adds `--data`, `--url` and `--json`, hands the `Office` in first, prints what comes back."""

    @click.option(
        "--data",
        type=click.Path(path_type=Path),
        default=Path("solvent-data"),
        show_default=True,
        help="Data directory of the running office.",
    )
    @click.option("--url", help=f"Address of the office instead, https:// outside this machine; its token is then in {_TOKEN_NAME}.")
    @click.option("--json", "as_json", is_flag=True, help="Print the office's answer as JSON.")
    @functools.wraps(function)
    def run(*values: Any, data: Path, url: str | None, as_json: bool, **options: Any) -> int:
        context = click.get_current_context()
        named = context.get_parameter_source("data") is not click.core.ParameterSource.DEFAULT
        try:
            answer, lines = function(find(outside(), data, url, data_named=named), *values, **options)
        except FailedError as problem:
            click.echo(f"solvent: {' '.join(str(problem).split())}", err=True)
            return 1
        click.echo(as_text(answer) if as_json else "\n".join(lines(answer)))
        return 0

    return run


def as_text(answer: Any) -> str:
    """The JSON to print; a lone surrogate, which no terminal takes, stays an escape."""
    return json.dumps(answer, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode()


def segment(text: str, what: str) -> str:
    """A name or id as one part of a path. Raises `UsageError` where it is empty or could be read as a way through folders."""
    if text.strip() in ("", ".", ".."):
        raise UsageError(f"`{text}` is no {what}; give one that the list shows")
    return quote(text.strip().encode("utf-8", "replace"), safe="")


def find(outside: Outside, data: Path, url: str | None, *, data_named: bool) -> Office:
    """The office at `url`, else the one that runs in `data`. The token of the environment goes first.

    With a `url`, the token of a directory is used only where the directory was named: a default must not send it to strangers.
    Raises `StartError` where no office runs or its files cannot be read, `UsageError` where an option is wrong.
    """
    given = outside.environ.get(_TOKEN_NAME, "").strip()
    if url is not None:
        address = _address(url)
        if not given and not data_named:
            raise UsageError(f"`--url` needs the office's admin token in {_TOKEN_NAME}; it is in `admin-token` of its data directory")
    else:
        address = _running(outside, data)
    token, token_from = (given, _TOKEN_NAME) if given else (_kept_token(data), f"`{data / 'admin-token'}`")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise StartError(f"the admin token from {token_from} is empty or holds signs that no token has; set {_TOKEN_NAME} to the right one")
    return Office(address, token, token_from, outside)


def _running(outside: Outside, data: Path) -> str:
    """The address that the office of this directory wrote down."""
    start = f"start it with `solvent serve --data {data}`, or name the directory of a running office with --data"
    text = _file(data / "office.json", f"no office is running in `{data}`: it has no `office.json`; {start}")
    try:
        told = json.loads(text)
        address, pid = _address(told["url"]), int(told["pid"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UsageError) as problem:
        raise StartError(f"`{data / 'office.json'}` is not what an office writes; stop the office and {start}") from problem
    if not outside.alive(pid):
        # Another program may have the port by now, and must not be sent the token.
        raise StartError(f"the office of `{data}` is not running: its process {pid} has ended; {start}")
    return address


def _kept_token(data: Path) -> str:
    missing = f"`{data / 'admin-token'}` is missing; set {_TOKEN_NAME} to the token that the office was started with"
    return _file(data / "admin-token", missing).strip()


def _file(path: Path, missing: str) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError) as problem:
        raise StartError(missing) from problem
    except OSError as problem:
        raise StartError(f"cannot read `{path}`: {problem.strerror}; run this as the user who runs the office") from problem


def _address(url: str) -> str:
    """The address without a closing slash. Raises `UsageError`, which does not quote it: it may hold a password."""
    wrong = "`--url` is not the address of an office; give one such as http://127.0.0.1:8401"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise UsageError(wrong) from problem
    plain = url.isascii() and url.isprintable() and " " not in url
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise UsageError(wrong)
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError(f"`--url` takes only scheme, host, port and path; the admin token comes from {_TOKEN_NAME}")
    if parts.scheme == "http" and not wire.is_here(parts.hostname):
        raise UsageError("over http everybody on the way could read the admin token; give `--url` an https:// address, or one of 127.0.0.1")
    return url.rstrip("/")


def _why(problem: Exception) -> str:
    words, step = wire.why(problem)
    began = isinstance(problem, (TimeoutError, ConnectionError)) and not isinstance(problem, ConnectionRefusedError)
    return f"{words}; {step or (_LOOK if began else _START)}"


def _foreign(url: str, what: str) -> str:
    return f"`{url}` answered {what}, as no office of this version does; check the address, and that office and command are one version"


def _sentence(problem: dict[str, Any]) -> str:
    """Problem details as one sentence without its full stop; every mistake of a config is in it."""
    mistakes = problem.get("mistakes")
    said = [problem.get("detail") or problem.get("title") or "", *(mistakes if isinstance(mistakes, list) else ())]
    return "; ".join(text for one in said if (text := clean(one).strip().rstrip(".")))


def outside() -> Outside:
    """The machine that the command runs on."""
    return Outside(os.environ, wire.send, _alive, os.urandom)


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError, OverflowError):
        # Not permitted: the number belongs to somebody else's process now, for the office's files are its owner's alone.
        return False
    return True
