from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from solvent.bootstrap.children import Program
from tests.conftest import ROOT

Twin = Callable[..., Program]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What twins wrote of themselves."""
    return tmp_path / "log"


@pytest.fixture
def twin(log: Path, monkeypatch: pytest.MonkeyPatch) -> Twin:
    """`twin("office", "serve")` is a program that behaves so."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT / "src"), str(ROOT))))

    def made(name: str, does: str = "serve") -> Program:
        return Program(name, "tests.unit.bootstrap.twin", ("--name", name, "--does", does, "--log", str(log)), ())

    return made
