from __future__ import annotations

import json
from pathlib import Path

import pytest

from solvent.settings import Address
from tests.unit.cli.conftest import Run
from tests.unit.cli.gateway_twin import KEY, TOKEN, Twin, twin

__all__ = ["twin"]
NONE: dict[str, object] = {"items": [], "next": None}
MADE = {"id": "k", "name": "first", "key": KEY}


@pytest.fixture
def first(twin: Twin) -> Twin:
    """An office that has no key yet."""
    twin.tells |= {"GET /api/keys": NONE, "POST /api/keys": MADE}
    return twin


def config(folder: Path, text: str = '[office]\nlisten = "127.0.0.1:9000"\n') -> None:
    (folder / "solvent.toml").write_text(text)


@pytest.mark.parametrize("arguments", [[], ["--config", "solvent.toml"]])
def test_a_config_that_lies_here_is_taken(run: Run, first: Twin, tmp_path: Path, arguments: list[str]) -> None:
    config(tmp_path)
    ran = run("serve", *arguments, "--data", "elsewhere")
    assert (ran.code, ran.err, ran.out.splitlines()[0]) == (0, "", "http://127.0.0.1:8401/e")
    (plan,) = first.plans
    assert (plan.settings.office_listen, plan.data, plan.config) == (Address("127.0.0.1", 9000), Path("elsewhere"), Path("solvent.toml"))
    assert (plan.or_free_port, plan.written, plan.sandbox) == (False, None, None)


def test_with_a_config_it_says_what_is_served_and_how_a_caller_gets_a_key(run: Run, first: Twin, tmp_path: Path) -> None:
    account = '[[account]]\nname = "main"\nprovider = "openai"\napi_key = "sk-literal"\n'
    config(tmp_path, account + '[[model]]\nname = "gpt-*"\nroutes = [{ account = "main" }]\n')
    shown = run("serve", "--data", "elsewhere").out
    assert "  accounts     main\n  models       gpt-*\n" in shown
    assert "No caller has a key yet: `solvent keys create NAME --data elsewhere` makes one.\n" in shown
    assert "Nothing is served yet" not in shown
    assert first.asked("POST", "/api/keys") == []
    first.tells["GET /api/keys"] = {"items": [{"id": "d", "name": "desk: model-assisted answers"}], "next": None}
    assert "No caller has a key" in run("serve").out, "the desk's own key is no caller's"
    first.tells["GET /api/keys"] = {"items": [{"id": "k", "name": "first"}], "next": None}
    assert "No caller has a key" not in run("serve").out


def test_with_a_config_that_serves_nothing_it_says_what_to_add(run: Run, first: Twin, tmp_path: Path) -> None:
    config(tmp_path)
    assert "Nothing is served yet: add an [[account]] and a [[model]] to solvent.toml and run `solvent reload`.\n" in run("serve").out


def test_a_config_that_is_asked_for_must_exist(run: Run, twin: Twin) -> None:
    ran = run("serve", "--config", "none.toml")
    assert (ran.code, twin.plans) == (2, [])
    assert "none.toml" in ran.err


def test_what_should_be_changed_is_a_warning_beside_the_output(run: Run, first: Twin, tmp_path: Path) -> None:
    config(tmp_path, "[desk]\npublic = true\n")
    ran = run("serve")
    assert ran.code == 0
    assert ran.err.startswith("solvent: warning: solvent.toml: line 2: ")


def test_where_strangers_reach_the_desk_is_told_where_they_do(run: Run, first: Twin, tmp_path: Path) -> None:
    config(tmp_path, '[desk]\npublic = true\npublic_url = "https://desk.example.org"\n')
    assert "public desk" not in run("serve").out
    first.desk = "http://127.0.0.1:8402"
    ran = run("serve")
    assert "  public desk  http://127.0.0.1:8402/e   (for strangers, as https://desk.example.org/e)\n" in ran.out
    assert ran.err == ""


def test_serving_shows_where_the_token_lies_and_not_the_token(run: Run, first: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("serve").out
    assert "admin token  solvent-data/admin-token\n" in shown
    monkeypatch.setenv("SOLVENT_ADMIN_TOKEN", "from-outside")
    assert "admin token  the one in SOLVENT_ADMIN_TOKEN\n" in run("serve").out
    assert first.plans[1].settings.admin_token == "from-outside"
    assert TOKEN not in shown


def test_without_a_config_the_keys_of_the_environment_open_their_accounts_and_a_first_key_is_made(
    run: Run, first: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant")
    ran = run("serve")
    assert ran.out.splitlines()[0] == "http://127.0.0.1:8401/e"
    (plan,) = first.plans
    assert (plan.config, list(plan.settings.routebook.accounts), plan.data) == (None, ["anthropic"], Path("solvent-data"))
    (made,) = first.asked("POST", "/api/keys")
    assert made.headers["Authorization"] == f"Bearer {TOKEN}"
    assert made.headers["Idempotency-Key"]
    assert json.loads(made.body or b"")["name"] == "first"
    for words in (
        "accounts     anthropic",
        KEY,
        "curl -s http://127.0.0.1:8400/v1/chat/completions",
        "from openai import OpenAI",
        "ANTHROPIC_BASE_URL=",
    ):
        assert words in ran.out
    assert "sk-ant" not in ran.out + ran.err


def test_a_start_that_is_repeated_asks_for_the_same_first_key(run: Run, first: Twin) -> None:
    run("serve")
    run("serve")
    one, other = first.asked("POST", "/api/keys")
    assert (one.headers["Idempotency-Key"], one.body) == (other.headers["Idempotency-Key"], other.body)


def test_a_second_start_makes_no_other_key_and_shows_none(run: Run, twin: Twin) -> None:
    twin.tells["GET /api/keys"] = {"items": [{"id": "k", "name": "first"}], "next": None}
    shown = run("serve").out
    assert twin.asked("POST", "/api/keys") == []
    assert "`solvent keys create NAME` makes another" in shown
    assert "Bearer KEY" in shown


def test_without_any_provider_key_it_says_which_would_do(run: Run, first: Twin) -> None:
    ran = run("serve")
    assert ran.code == 0
    assert "No provider key is in the environment: set one of ANTHROPIC_API_KEY, " in ran.out
    assert "OPENAI_API_KEY" in ran.out
