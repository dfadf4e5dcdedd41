"""The labelled corpora, judged by the program itself: no figure may fall below its floor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import PROGRAM

FOLDER = os.environ.get("SOLVENT_CORPUS")
# What the program reached, less what a better judgement elsewhere may cost.
FLOORS = {
    "dev": {"category": 97, "wallet": 98, "wallet_of_money_errors": 95, "no_false_money_alarm": 99, "retryable": 97, "provider": 95},
    "dev-wallets": {"category": 97, "wallet": 97, "wallet_of_money_errors": 97, "no_false_money_alarm": 99, "provider": 97},
    "dev-clients": {"category": 97, "wallet": 97, "no_false_money_alarm": 99, "provider": 95},
}

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(FOLDER is None, reason="SOLVENT_CORPUS names no folder with labelled pastes")]


@pytest.mark.parametrize("corpus", FLOORS)
def test_no_figure_falls_below_its_floor(corpus: str) -> None:
    assert FOLDER is not None
    folder = Path(FOLDER)
    done = subprocess.run(
        [sys.executable, str(folder / "score.py"), str(folder / f"{corpus}.jsonl"), "--show", "5", "--", PROGRAM, "explain", "--jsonl"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    percent = json.loads(done.stdout.splitlines()[0])["percent"]
    below = {field: (percent[field], floor) for field, floor in FLOORS[corpus].items() if percent[field] < floor}
    assert not below, done.stdout
    assert percent["http_status"] == percent["request_id"] == 100, done.stdout
