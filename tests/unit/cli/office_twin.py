"""A running office for the commands' tests: it answers from a table, without sockets, and remembers what it was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from solvent.adapters.wire import Call, Reply
from solvent.cli import main, office_client
from solvent.cli.office_client import Outside
from tests.unit.cli.conftest import Ran, Run

TOKEN = "t0ken-that-nobody-must-see-in-any-output"
URL = "http://127.0.0.1:8401"
COMMANDS = ("keys", "accounts", "topup", "requests", "cases", "drill", "reload")


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass
class OfficeTwin:
    """`tells` maps `GET /api/keys` to what is answered: JSON with 200, an `Reply`, or an exception; a list answers one by one."""

    command: Run
    data: Path
    tells: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    living: set[int] = field(default_factory=lambda: {123})
    draws: int = 0

    def run(self, *arguments: str) -> Ran:
        """Runs `solvent ...` against this office; whatever it prints must not hold the token."""
        ran = self.command(*arguments, "--data", str(self.data))
        assert TOKEN not in ran.out + ran.err
        return ran

    def send(self, url: str, call: Call) -> Reply:
        parts = urlsplit(call.path)
        body = None if call.body is None else json.loads(call.body)
        self.urls.append(url)
        self.asked.append(Asked(call.method, parts.path, dict(parse_qsl(parts.query)), body, dict(call.headers)))
        told = self.tells[f"{call.method} {parts.path}"]
        if isinstance(told, list):
            told = told.pop(0)
        if isinstance(told, Exception):
            raise told
        return told if isinstance(told, Reply) else Reply(200, "application/json", json.dumps(told).encode())

    def random_bytes(self, count: int) -> bytes:
        self.draws += 1
        return bytes([self.draws]) * count

    def outside(self) -> Outside:
        return Outside(self.environ, self.send, self.living.__contains__, self.random_bytes)


def page(*items: dict[str, Any], next_: str | None = None) -> dict[str, Any]:
    return {"items": list(items), "next": next_}


def problem(status: int, detail: str, **more: Any) -> Reply:
    told = {"type": "about:blank", "title": "Refused", "status": status, "detail": detail} | more
    return Reply(status, "application/problem+json", json.dumps(told).encode())


@pytest.fixture
def office(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OfficeTwin:
    """An office that runs as process 123 in a data directory of its own."""
    (tmp_path / "office.json").write_text(json.dumps({"url": URL, "pid": 123}))
    (tmp_path / "admin-token").write_text(TOKEN + "\n")
    for name in COMMANDS:
        monkeypatch.setitem(main._COMMANDS, name, f"solvent.cli.{name}")
    twin = OfficeTwin(run, tmp_path)
    monkeypatch.setattr(office_client, "outside", twin.outside)
    return twin
