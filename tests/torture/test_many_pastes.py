"""Ten thousand pastes, a hundred a second: none may be lost. How long each took is written down and judged by nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.strangers import UNLIMITED, flood, public_desk, share

pytestmark = pytest.mark.torture
MANY, PER_SECOND, OPENED = 10_000, 100, 97


def test_ten_thousand_pastes_at_a_hundred_a_second_are_all_kept(tmp_path: Path) -> None:
    with public_desk(tmp_path, UNLIMITED) as desk:
        filed = flood(desk.url, MANY, PER_SECOND)
        ids = {one.id for one in filed}
        assert len(ids) == MANY
        assert desk.kept() == ids
        with desk.client() as client:
            for one in filed[::OPENED]:
                assert client.get(f"/e/{one.id}.json").json()["id"] == one.id
        assert desk.program.complaints() == ""
    answered_ms = {f"p{percent}": share(filed, percent) for percent in (50, 90, 99, 100)}
    told = {"pastes": MANY, "per_second": PER_SECOND, "answered_ms": answered_ms}
    (ROOT / "artifacts").mkdir(exist_ok=True)
    (ROOT / "artifacts" / "many-pastes.json").write_text(json.dumps(told, indent=1) + "\n")
