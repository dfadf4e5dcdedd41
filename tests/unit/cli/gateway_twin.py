"""What `serve` and `demo` start, played without processes: the supervisor announces itself, and its office and gateway answer from a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from solvent.adapters.wire import Call, Reply
from solvent.bootstrap import supervisor
from solvent.bootstrap.supervisor import Plan, Started
from solvent.cli import office_client
from solvent.cli.office_client import Outside

OFFICE, GATEWAY, TOKEN, KEY = "http://127.0.0.1:8401", "http://127.0.0.1:8400", "t0ken-t0ken", "sk-slv-the-only-one"


@dataclass
class Twin:
    """`tells` maps `GET /api/keys` to its JSON, or to several that are told one after the other. `plans`: what was to be run."""

    tells: dict[str, Any] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)
    calls: list[tuple[str, Call]] = field(default_factory=list)
    taken: tuple[int, ...] = ()
    desk: str = ""

    def supervise(self, plan: Plan, on_ready: Callable[[Started], None]) -> None:
        self.plans.append(plan)
        on_ready(Started(OFFICE, GATEWAY, TOKEN, plan.data, self.taken, self.desk))

    def send(self, url: str, call: Call) -> Reply:
        self.calls.append((url, call))
        told = self.tells[f"{call.method} {urlsplit(call.path).path}"]
        if isinstance(told, list):
            told = told.pop(0) if len(told) > 1 else told[0]
        if isinstance(told, Exception):
            raise told
        return Reply(200, "application/json", json.dumps(told).encode())

    def asked(self, method: str, path: str) -> list[Call]:
        return [call for _, call in self.calls if (call.method, urlsplit(call.path).path) == (method, path)]


@pytest.fixture
def twin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Twin:
    found = Twin()
    monkeypatch.setattr(supervisor, "supervise", found.supervise)
    monkeypatch.setattr(office_client, "outside", lambda: Outside({}, found.send, lambda _: True, bytes))
    monkeypatch.chdir(tmp_path)
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "SOLVENT_ADMIN_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return found
