"""Minutes of texts that nobody planned, and texts that grow: what is done for them grows no faster than they do.

The growth is a ratio of two measurements of one process's own time, each the least of several; no span is judged by itself.
"""

from __future__ import annotations

import gc
import json
import os
import time
from random import Random

import pytest

from solvent.diagnosis import desk, engine
from tests import mutations
from tests.conftest import ROOT

pytestmark = pytest.mark.torture
MANY = 20_000
SMALL, TIMES = 24_000, 8
# Eight times the text may take eight times the work; work that grew with the square would take sixty-four times as much.
RATIO_MAX = 24


def test_any_mutation_is_explained() -> None:
    first = int(os.environ.get("SOLVENT_SEED", "100000"))
    for seed in range(first, first + MANY // 50):
        for number, text in enumerate(mutations.pastes(seed, 50)):
            mutations.hold(text, "en" if number % 2 else "zh")


def pieces() -> list[str]:
    """What is repeated to make a text grow: every sign that opens something, words that expressions begin with, pieces of examples."""
    random = Random(20261129)
    words = [
        "{",
        '{"error":',
        "[",
        '"',
        "\\",
        "'",
        "<",
        "<pre>",
        "&amp;",
        "%25",
        "\\u0041",
        "(request id: ",
        "sk-",
        "eyJ",
        "Bearer ",
        "-----BEGIN ",
    ]
    words += [
        "Traceback (most recent call last):\n",
        "HTTP 429\n",
        "data: {}\n\n",
        "key: ",
        "cookie: a=",
        "://a:",
        "a@b.",
        "1",
        "a",
        " ",
        "\n",
        "\t",
        "余",
        "💸",
    ]
    words += [
        "try again in 1",
        "retry-after: 1\n",
        "20260126",
        "req_",
        "code: ",
        "error: ",
        "\x1b[31m",
        "\u202e",
        "a.",
        "a-",
        "a_",
        "/a",
        "1,",
        "0.",
    ]
    texts = random.sample(mutations.examples(), 60)
    return words + [text[at : at + random.choice([9, 30, 90, 400])] for text in texts for at in [random.randrange(max(len(text) - 9, 1))]]


def least_ns(text: str, times: int) -> int:
    packaged = engine.packaged()
    spans = []
    for _ in range(times):
        gc.collect()
        began = time.process_time_ns()
        desk.explain(text, packaged, "en")
        spans.append(time.process_time_ns() - began)
    return min(spans)


def test_work_grows_no_faster_than_the_text() -> None:
    grown: dict[str, float] = {}
    for piece in pieces():
        small = (piece * (SMALL // len(piece) + 1))[:SMALL]
        large = (piece * (SMALL * TIMES // len(piece) + 1))[: SMALL * TIMES]
        grown[piece] = least_ns(large, 2) / least_ns(small, 3)
        if grown[piece] > RATIO_MAX:
            grown[piece] = min(grown[piece], least_ns(large, 3) / least_ns(small, 3))
    (ROOT / "artifacts").mkdir(exist_ok=True)
    told = sorted(((round(ratio, 1), piece[:60]) for piece, ratio in grown.items()), reverse=True)
    (ROOT / "artifacts" / "growth.json").write_text(
        json.dumps({"times": TIMES, "ratios": told}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    assert [one for one in told if one[0] > RATIO_MAX] == []
