from __future__ import annotations

import stat
from pathlib import Path

import pytest

from solvent.adapters.datadir import DataDir, kept_secret
from solvent.base.errors import StartError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_directory_is_made_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "down"
    DataDir(path).close()
    assert mode(path) == 0o700


def test_a_directory_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    DataDir(tmp_path).close()
    assert mode(tmp_path) == 0o700


def test_a_secret_is_its_owners_alone(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)
    secret = directory.secret("admin-token")
    directory.close()
    assert mode(tmp_path / "admin-token") == 0o600
    assert (tmp_path / "admin-token").read_text() == secret + "\n"
    assert len(secret) >= 43


def test_a_secret_stays_the_same_over_restarts(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        directory = DataDir(tmp_path)
        found.append((directory.secret("admin-token"), directory.secret("form-secret")))
        directory.close()
    assert found[0] == found[1]
    assert found[0][0] != found[0][1]


def test_a_second_user_of_the_directory_is_refused_until_the_first_has_left(tmp_path: Path) -> None:
    first = DataDir(tmp_path)
    with pytest.raises(StartError, match="in use by another solvent"):
        DataDir(tmp_path)
    first.close()
    DataDir(tmp_path).close()


def test_a_path_that_cannot_be_a_directory_is_refused_by_name(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(StartError, match=r"cannot use the data directory `.*file`: .*--data"):
        DataDir(blocked)


def test_another_process_reads_a_secret_that_is_kept_already(tmp_path: Path) -> None:
    directory = DataDir(tmp_path)
    made = directory.secret("admin-token")
    assert kept_secret(tmp_path, "admin-token") == made
    directory.close()
    with pytest.raises(StartError, match=r"cannot read the secret in `.*other`: .*; start with `solvent serve`"):
        kept_secret(tmp_path, "other")
    (tmp_path / "other").write_text("short\n")
    with pytest.raises(StartError, match="too short to be one"):
        kept_secret(tmp_path, "other")
