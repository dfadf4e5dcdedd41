from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from solvent import bootstrap
from solvent.bootstrap import Started
from solvent.settings import Settings
from tests.unit.cli.conftest import Run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[Settings, Path, dict[str, bool]]]:
    calls: list[tuple[Settings, Path, dict[str, bool]]] = []

    def run_office(settings: Settings, data: Path, on_ready: Callable[[Started], None], **more: bool) -> None:
        calls.append((settings, data, more))
        on_ready(Started("http://127.0.0.1:49152", "t0ken-t0ken", data))

    monkeypatch.setattr(bootstrap, "run_office", run_office)
    monkeypatch.chdir(tmp_path)
    return calls


def test_the_first_line_is_the_address_of_the_desk_and_the_rest_is_to_try(
    run: Run, asked: list[tuple[Settings, Path, dict[str, bool]]]
) -> None:
    ran = run("demo")
    shown = ran.out.splitlines()
    assert (ran.code, ran.err, shown[0]) == (0, "", "http://127.0.0.1:49152/e")
    assert any("http://127.0.0.1:49152/api/explain" in line for line in shown)
    assert any("t0ken-t0ken" in line for line in shown)


def test_the_demo_takes_free_ports_and_no_config(run: Run, asked: list[tuple[Settings, Path, dict[str, bool]]], tmp_path: Path) -> None:
    (tmp_path / "solvent.toml").write_text('[office]\nlisten = "127.0.0.1:9000"\n')
    run("demo", "--data", "elsewhere")
    assert asked == [(Settings(), Path("elsewhere"), {"or_free_port": True})]
