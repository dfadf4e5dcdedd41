from __future__ import annotations

from pathlib import Path

import pytest

from solvent.base.errors import StartError
from solvent.cli import audit
from solvent.ledger.audit import Discrepancy, Finding
from tests.unit.cli.conftest import Run


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Discrepancy]:
    """What the audit finds; it fails where it is asked for anything but this store and directory."""
    discrepancies: list[Discrepancy] = []

    def look(store_url: str, data: Path) -> tuple[Discrepancy, ...]:
        assert (store_url, data) == ("sqlite:///other.db", Path("elsewhere"))
        return tuple(discrepancies)

    monkeypatch.setattr(audit, "audit", look)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "solvent.toml").write_text('[store]\nurl = "sqlite:///other.db"\n')
    return discrepancies


def test_books_that_balance(run: Run, found: list[Discrepancy]) -> None:
    ran = run("audit", "--data", "elsewhere")
    assert (ran.code, ran.out, ran.err) == (0, "books balance\n", "")


def test_each_discrepancy_is_a_line(run: Run, found: list[Discrepancy]) -> None:
    found += [Discrepancy(Finding.BALANCE_DIFFERS, "key:k", "0.01"), Discrepancy(Finding.ENTRY_WITHOUT_RECORD, "hold:\x1b[2Jh")]
    ran = run("audit", "--config", "solvent.toml", "--data", "elsewhere")
    assert (ran.code, ran.out) == (1, "balance_differs: key:k: 0.01\nentry_without_record: hold:�[2Jh\n")


def test_a_directory_that_is_not_there_is_3(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("audit", "--data", "none")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "solvent: there is no data directory `none`; name the one that an office ran in with --data\n"


def test_a_config_that_cannot_be_read_is_wrong_usage(run: Run, found: list[Discrepancy]) -> None:
    assert run("audit", "--config", "none.toml", "--data", "elsewhere").code == 2


def test_what_the_audit_cannot_open_is_3(run: Run, found: list[Discrepancy], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> tuple[Discrepancy, ...]:
        raise StartError("there is no store")

    monkeypatch.setattr(audit, "audit", refuse)
    assert run("audit", "--data", "elsewhere").code == 3
