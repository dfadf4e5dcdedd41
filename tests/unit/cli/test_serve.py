from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from solvent import bootstrap
from solvent.bootstrap import Started
from solvent.cli import serve
from solvent.settings import Address, Settings
from tests.unit.cli.conftest import Run

STARTED = Started("http://127.0.0.1:8401", "t0ken-t0ken", Path("data"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Settings, Path, dict[str, bool]]]:
    """What the commands ask the composition root to run; it announces itself and ends at once."""
    calls: list[tuple[Settings, Path, dict[str, bool]]] = []

    def run_office(settings: Settings, data: Path, on_ready: Callable[[Started], None], **more: bool) -> None:
        calls.append((settings, data, more))
        on_ready(STARTED)

    monkeypatch.setattr(bootstrap, "run_office", run_office)
    monkeypatch.chdir(tmp_path)
    return calls


def test_the_first_line_is_the_address_of_the_desk(run: Run, asked: list[tuple[Settings, Path, dict[str, bool]]]) -> None:
    assert run("serve").out.splitlines()[0] == "http://127.0.0.1:8401/e"


def test_serving_shows_where_the_token_lies_and_not_the_token(capsys: pytest.CaptureFixture[str]) -> None:
    serve.announce(STARTED)
    shown = capsys.readouterr().out
    assert "admin-token" in shown
    assert STARTED.admin_token not in shown


def test_without_a_config_the_defaults_hold(run: Run, asked: list[tuple[Settings, Path, dict[str, bool]]]) -> None:
    assert run("serve").code == 0
    ((settings, data, more),) = asked
    assert (settings.office_listen, data, more) == (Address("127.0.0.1", 8401), Path("solvent-data"), {})


@pytest.mark.parametrize("arguments", [[], ["--config", "solvent.toml"]])
def test_a_config_that_lies_here_is_taken(
    run: Run, asked: list[tuple[Settings, Path, dict[str, bool]]], tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "solvent.toml").write_text('[office]\nlisten = "127.0.0.1:9000"\n')
    assert run("serve", *arguments, "--data", "elsewhere").code == 0
    ((settings, data, _),) = asked
    assert (settings.office_listen.port, data) == (9000, Path("elsewhere"))


def test_a_config_that_is_asked_for_must_exist(run: Run, asked: list[tuple[Settings, Path, dict[str, bool]]]) -> None:
    ran = run("serve", "--config", "none.toml")
    assert (ran.code, asked) == (2, [])
    assert "none.toml" in ran.err


def test_the_admin_token_is_taken_from_the_environment(
    run: Run, asked: list[tuple[Settings, Path, dict[str, bool]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLVENT_ADMIN_TOKEN", "from-outside")
    run("serve")
    assert asked[0][0].admin_token == "from-outside"
