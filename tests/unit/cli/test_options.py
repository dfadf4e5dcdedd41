from __future__ import annotations

from pathlib import Path

import pytest

from solvent.cli import options
from tests.unit.cli.conftest import Run


@pytest.mark.parametrize("command", ["demo", "serve", "audit"])
def test_where_the_desk_keeps_things_is_asked_and_explained_alike(run: Run, command: str) -> None:
    # Help wraps inside words where a line ends at a hyphen.
    words = "".join(run(command, "--help").out.split())
    assert "--dataPATHDatadirectory:thebooks,thejournals,whatthedeskisgiven,andthesecrets.[default:solvent-data]" in words


def test_the_config_that_lies_here_counts_where_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert options.config_here(None) is None
    assert options.config_here(Path("other.toml")) == Path("other.toml")
    (tmp_path / "solvent.toml").touch()
    assert options.config_here(None) == Path("solvent.toml")
    assert options.config_here(Path("other.toml")) == Path("other.toml")
