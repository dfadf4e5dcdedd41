"""Pastes as nobody planned them: the catalogue's examples cut, doubled, wrapped, escaped, mixed and sprinkled; and what must hold of any.

All is drawn from one `Random`, so a failure is replayed by its seed.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from random import Random
from urllib.parse import quote

from solvent.base import paste
from solvent.base.errors import UsageError
from solvent.base.secret import redact
from solvent.console import documents
from solvent.diagnosis import desk, engine

KEY = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3aB4cD5eF6"
TEXT_MAX = 20_000
ODD = [
    chr(code) for code in (0, 1, 7, 8, 11, 12, 27, 0x7F, 0x85, 0xA0, 0xAD, 0x200B, 0x200D, 0x202E, 0x2028, 0x2066, 0xFEFF, 0xFFFD, 0xFFFF)
]
ODD += [
    "\ud800",
    "\U0001f4b8",
    "\U00020000",
    "\U0010ffff",
    "\x1b[31m",
    "\x1b]0;t\x07",
    "\r",
    "\r\n",
    "é",
    "ﬁ",
    "İ",
    "ß",
    "Ａ",
    "４２９",
    "٤٢٩",
]
BRACKETS = [
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "\\",
    "`",
    "<",
    ">",
    "(",
    ")",
    ",",
    ":",
    "\\u",
    "\\x",
    "%",
    "&#",
    "&#x0;",
    "&#99999999;",
    "\\N{",
    "${",
    "{{",
]
Mutation = Callable[[Random, str, str], str]


@cache
def examples() -> tuple[str, ...]:
    """Every example and counterexample of the packaged rules."""
    rules = engine.packaged().catalogue.rules.values()
    return tuple(one.text for rule in rules for one in (*rule.examples, *rule.counterexamples))


def place(random: Random, text: str) -> int:
    return random.randint(0, len(text))


def cut(random: Random, text: str, _: str) -> str:
    start, end = sorted((place(random, text), place(random, text)))
    return random.choice([text[:end], text[start:], text[start:end], text[:start] + text[end:]])


def double(random: Random, text: str, _: str) -> str:
    start, end = sorted((place(random, text), place(random, text)))
    return text[:end] + text[start:end] * random.choice([1, 2, 9, 60]) + text[end:]


def wrap(random: Random, text: str, other: str) -> str:
    columns = random.choice([1, 7, 40, 80])
    return random.choice(
        [
            f"```\n{text}\n```",
            f"<html><body><pre>{text}</pre></body></html>",
            f'Traceback (most recent call last):\n  File "app.py", line 3, in run\nRuntimeError: {text}',
            "\n".join(f"2026-11-29 01:00:00 ERROR [worker-3] {line}" for line in text.splitlines()),
            "\n".join(f"> > {line}" for line in text.splitlines()),
            "\n".join(text[at : at + columns] for at in range(0, min(len(text), 4_000), columns)),
            f"HTTP/1.1 {random.randint(0, 1200)} x\nretry-after: {random.randint(-9, 10**12)}\ndate: {other[:30]}\n\n{text}",
            f'{{"error":{{"message":{json.dumps(text)},"code":{random.randint(-5, 10**20)},"param":{json.dumps(other[:80])}}}}}',
            f"data: {text}\n\ndata: [DONE]",
            '{"a":' * random.choice([3, 40, 700]) + text,
        ]
    )


ESCAPES: list[Callable[[str], str]] = [
    json.dumps,
    repr,
    html.escape,
    lambda text: quote(text, errors="replace"),
    lambda text: json.dumps(text, ensure_ascii=False),
]


def escape(random: Random, text: str, _: str) -> str:
    for _again in range(random.randint(1, 3)):
        text = random.choice(ESCAPES)(text)[:TEXT_MAX]
    return text


def interleave(random: Random, text: str, other: str) -> str:
    one, two = text.splitlines() or [""], other.splitlines() or [""]
    lines = [line for pair in zip(one, two, strict=False) for line in pair] + one[len(two) :] + two[len(one) :]
    if random.random() < 0.3:
        random.shuffle(lines)
    return "\n".join(lines)


def splice(random: Random, text: str, other: str) -> str:
    return text[: place(random, text)] + other[place(random, other) :]


def sprinkle(random: Random, text: str, _: str) -> str:
    signs = random.choice([ODD, BRACKETS, ODD + BRACKETS])
    for _again in range(random.choice([1, 3, 30])):
        at = place(random, text)
        text = text[:at] + random.choice(signs) + text[at + random.choice([0, 0, 1]) :]
    return text


def number(random: Random, text: str, _: str) -> str:
    """Another number in the place of each digit's run, as long as any."""
    huge = [str(random.randint(0, 10 ** random.choice([1, 3, 4, 10, 13, 19, 40, 400]))) for _again in range(4)]
    return "".join(random.choice(huge) if sign.isdigit() and random.random() < 0.2 else sign for sign in text)


def plant(random: Random, text: str, _: str) -> str:
    at = place(random, text)
    shown = random.choice([KEY, f"Authorization: Bearer {KEY}", f'"api_key": "{KEY}"', f"https://api.example/v1?key={KEY}&x=1"])
    return f"{text[:at]} {shown} {text[at:]}"


MUTATIONS: tuple[Mutation, ...] = (cut, double, wrap, escape, interleave, splice, sprinkle, number, plant)


def pastes(seed: int, many: int) -> Iterator[str]:
    """So many mutated pastes, the same for the same seed."""
    random = Random(seed)
    for _ in range(many):
        text, other = random.choice(examples()), random.choice(examples())
        # A key that another mutation takes apart is no key any more: it is planted last.
        acts = random.choices(MUTATIONS[:-1], k=random.randint(1, 4))
        for act in [*acts, plant] if random.random() < 0.2 else acts:
            text = act(random, text, other)[:TEXT_MAX]
        yield text


def hold(raw: str, lang: str) -> None:
    """Whatever was pasted: a verdict that can be told in every form, without a secret, with quotes that are there."""
    packaged = engine.packaged()
    try:
        text = paste.accept(raw)
    except UsageError:
        return
    told = desk.explain(text, packaged, lang)
    verdict, report = told.verdict, told.report
    assert desk.explain(text, packaged, lang) == told
    assert redact(told.text).struck == (), redact(told.text).struck
    body = verdict.as_json(report)
    forms = [
        json.dumps(body, ensure_ascii=False, allow_nan=False),
        documents.markdown(told, packaged.catalogue, lang),
        documents.html(told, packaged.catalogue, lang),
    ]
    for form in forms:
        form.encode("utf-8")
        assert KEY not in form
    assert all((report.title, report.summary, report.cause, report.who_acts, report.solution))
    assert 0 <= verdict.confidence <= 1
    assert verdict.retry_after_s is None or verdict.retry_after_s >= 0
    assert verdict.http_status is None or 100 <= verdict.http_status <= 999
    if verdict.available_at is not None:
        assert datetime.fromisoformat(verdict.available_at).tzinfo is not None
    for found in verdict.request_ids:
        assert all(datetime.fromisoformat(when).tzinfo is not None for when in found.times)
