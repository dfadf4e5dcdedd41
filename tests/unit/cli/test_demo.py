from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solvent.cli import demo
from tests.unit.cli.conftest import Run
from tests.unit.cli.gateway_twin import GATEWAY, KEY, TOKEN, Twin, twin

__all__ = ["twin"]
DONE: dict[str, Any] = {
    "id": "slv-1",
    "status": 200,
    "ms": 12,
    "cost_usd": "0.000357",
    "attempts": [
        {"account": "anthropic-main", "status": 400, "category": "credit_exhausted", "text": "400 Your credit\x1b[2J balance is too low"},
        {"account": "relay", "status": None, "category": "network", "text": None},
        {"account": "anthropic-spare", "status": 200, "category": None, "text": None},
    ],
}


@pytest.fixture
def started(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twin]:
    """A demo whose first request is in the books at once; its sandbox listens on a Unix socket."""
    pair = socket.socketpair()
    monkeypatch.setattr(demo, "bind", lambda *_, **__: pair[0])
    monkeypatch.setattr(demo, "web_address", lambda _: "http://127.0.0.1:8409")
    monkeypatch.setattr(demo, "_SHOWN_S", 0.05)
    monkeypatch.setattr(demo, "_AGAIN_S", 0.001)
    twin.tells |= {
        "POST /api/keys": {"id": "k", "name": "demo", "key": KEY},
        "POST /v1/messages": {"type": "message"},
        "GET /api/requests": [{"items": [], "next": None}, {"items": [], "next": None}, {"items": [DONE], "next": None}],
    }
    yield twin
    for end in pair:
        end.close()


def test_the_first_line_is_the_address_of_the_desk_and_the_rest_is_to_try(run: Run, started: Twin) -> None:
    ran = run("demo")
    shown = ran.out.splitlines()
    assert (ran.code, ran.err, shown[0]) == (0, "", "http://127.0.0.1:8401/e")
    for words in (f"gateway      {GATEWAY}", f"key          {KEY}", f"admin token  {TOKEN}", f"curl -si {GATEWAY}/v1/messages"):
        assert any(words in line for line in shown), words
    for command in ("solvent requests list", "solvent drill exhaust anthropic-spare", "solvent audit"):
        assert any(command in line for line in shown), command


def test_a_failover_is_seen_at_once(run: Run, started: Twin) -> None:
    shown = run("demo").out
    assert "  1. anthropic-main   400 Your credit�[2J balance is too low\n" in shown
    assert "  2. relay            no answer network\n" in shown
    assert "  3. anthropic-spare  200, which answered\n" in shown
    assert "  the caller saw 200 after 12 ms, for 0.000357 USD: slv-1\n" in shown
    (sent,) = started.asked("POST", "/v1/messages")
    assert (sent.headers["x-api-key"], json.loads(sent.body or b"")["model"]) == (KEY, "claude-sonnet-4-6")


def test_an_older_request_is_not_taken_for_the_new_one(run: Run, started: Twin) -> None:
    old = {"items": [DONE | {"id": "slv-0"}], "next": None}
    started.tells["GET /api/requests"] = [old, old]
    assert "it was answered with 200; `solvent requests list` will show it in a moment" in run("demo").out


def test_a_gateway_that_does_not_answer_is_told_and_the_rest_is_shown(run: Run, started: Twin) -> None:
    started.tells["POST /v1/messages"] = ConnectionResetError()
    shown = run("demo").out
    assert "no answer came (ConnectionResetError); try the curl below" in shown
    assert "What to try next" in shown


def test_the_demo_takes_free_ports_a_sandbox_and_no_config_of_yours(run: Run, started: Twin, tmp_path: Path) -> None:
    (tmp_path / "solvent.toml").write_text('[office]\nlisten = "127.0.0.1:9000"\n')
    started.taken = (8401,)
    shown = run("demo", "--data", "elsewhere").out
    (plan,) = started.plans
    assert (plan.data, plan.config, plan.or_free_port, plan.settings.office_listen.port) == (Path("elsewhere"), None, True, 8401)
    assert plan.sandbox is not None
    assert 'base_url = "http://127.0.0.1:8409"' in (plan.written or "")
    assert "Port 8401 is taken by another program" in shown
    assert "solvent audit --data elsewhere" in shown


def test_the_demo_has_a_desk_for_strangers_that_only_this_machine_reaches(run: Run, started: Twin) -> None:
    started.desk = "http://127.0.0.1:8402"
    assert "  public desk  http://127.0.0.1:8402/e   (what strangers would see" in run("demo").out
    settings = started.plans[0].settings
    assert (settings.desk_public, str(settings.desk_listen)) == (True, "127.0.0.1:8402")
    assert not [warning for warning in settings.warnings if "desk" in warning.message]


def test_a_demo_on_the_same_directory_has_the_same_key(run: Run, started: Twin) -> None:
    run("demo")
    run("demo")
    one, other = started.asked("POST", "/api/keys")
    assert (one.headers["Idempotency-Key"], one.body) == (other.headers["Idempotency-Key"], other.body)
