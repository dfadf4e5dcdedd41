"""How many verdicts a second one core gives, and how long the worst texts take.

Typical pastes are the examples of the catalogue's own rules, wrapped as clients print them. Hostile ones are 64 KiB built to make a
careless reader slow. Every figure is a median over rounds on one pinned core.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import string
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from solvent.diagnosis import desk, engine, judge
from solvent.diagnosis.paste import reader

ROUNDS = 7
HOSTILE_CHARS = 64 * 1024


def typical() -> list[str]:
    """The examples of all rules, each bare, as an SDK prints it, as a log line, and after a traceback."""
    frames = 'Traceback (most recent call last):\n  File "/srv/app/main.py", line 21, in <module>\n    print(ask("hello"))\n'
    pastes = []
    for rule in engine.packaged().catalogue.rules.values():
        for example in rule.examples:
            pastes += [
                example.text,
                f"Error code: {rule.status or 400} - {example.text}",
                f"2026-11-25 13:15:26,851 ERROR [llm.client] POST /chat -> {rule.status or 400} body={example.text}",
                f"{frames}openai.APIStatusError: {example.text}",
            ]
    return pastes


def hostile() -> dict[str, str]:
    """Texts of 64 KiB that bait backtracking, nesting, unbounded lists and quadratic joins."""
    chance = random.Random(7)
    seeds = {
        "braces": "{",
        "brackets": "[",
        "nested objects": '{"a":[',
        "nested strings": '{"e":"{\\"e\\":\\"',
        "double quotes": '"',
        "single quotes": "'",
        "backslashes": "\\",
        "escaped quotes": '\\"',
        "blank lines": " \n",
        "one word": "A",
        "dotted names": "A.",
        "digits": "1",
        "request ids": "(request id: 20260126100910722614337HsQybcmN) ",
        "statuses": "HTTP 500 ",
        "exceptions": "XError\n",
        "entities": "&quot;",
        "unicode escapes": "\\u003c",
        "key values": "code: a,",
        "messages": 'message: "',
        "Chinese": "余额不足",
        "table rows": "| 400 |\n",
        "errors": '{"error":{"message":"x","type":"y"}}',
        "keys": "sk-",
        "addresses": "https://a:b@",
    }
    texts = {name: (seed * (HOSTILE_CHARS // len(seed) + 1))[:HOSTILE_CHARS] for name, seed in seeds.items()}
    texts["random characters"] = "".join(chance.choice(string.printable) for _ in range(HOSTILE_CHARS))
    texts["random bytes as hex"] = "".join(chance.choice("0123456789abcdef") for _ in range(HOSTILE_CHARS))
    return texts


def rate(work: Callable[[str], object], pastes: list[str]) -> float:
    """Pastes a second, the median over the rounds after one to warm up."""
    figures = []
    for round_number in range(ROUNDS + 1):
        started = time.process_time()
        for paste in pastes:
            work(paste)
        if round_number:
            figures.append(len(pastes) / (time.process_time() - started))
    return statistics.median(figures)


def worst_ms(work: Callable[[str], object], texts: dict[str, str]) -> list[tuple[float, str]]:
    """Milliseconds for each text, the median of three, slowest first."""
    found = []
    for name, text in texts.items():
        figures = []
        for _ in range(3):
            started = time.process_time()
            work(text)
            figures.append((time.process_time() - started) * 1000)
        found.append((statistics.median(figures), name))
    return sorted(found, reverse=True)


def measure() -> tuple[list[tuple[str, ...]], dict[str, Any]]:
    """The table's rows, and the same for machines."""
    with _one_core():
        return _measure()


@contextlib.contextmanager
def _one_core() -> Iterator[None]:
    """Stays on one core, where the system lets a program choose."""
    if sys.platform != "linux":
        yield
        return
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(everywhere)})
    yield
    os.sched_setaffinity(0, everywhere)


def _measure() -> tuple[list[tuple[str, ...]], dict[str, Any]]:
    started = time.process_time()
    packaged = engine.packaged()
    start_ms = (time.process_time() - started) * 1000
    pastes, texts = typical(), hostile()
    verdicts = rate(lambda text: judge.judge_reading(reader.read(text), packaged), pastes)
    reports = rate(lambda text: desk.explain(text, packaged, "zh"), pastes)
    slowest = worst_ms(lambda text: desk.explain(text, packaged, "zh"), texts)
    length = statistics.mean(map(len, pastes))
    rows: list[tuple[str, ...]] = [
        ("rules in the catalogue", f"{len(packaged.catalogue.rules)}"),
        ("engine ready after", f"{start_ms:.0f} ms"),
        (f"verdicts a second ({len(pastes)} pastes, {length:.0f} characters on average)", f"{verdicts:,.0f}"),
        ("redacted, judged and reported a second", f"{reports:,.0f}"),
        *((f"64 KiB of {name}", f"{figure:.1f} ms") for figure, name in slowest[:5]),
    ]
    found = {
        "rules": len(packaged.catalogue.rules),
        "engine_ready_ms": round(start_ms),
        "verdicts_per_second": round(verdicts),
        "reports_per_second": round(reports),
        "hostile_64k_ms": {name: round(figure, 1) for figure, name in slowest},
    }
    return rows, found
