"""Hears a model out: takes its JSON apart while it comes and lets a sentence through once it is whole and checked.

Models wrap JSON into prose and fences, leave it unfinished, or write headings instead; all of that is read, and what is none of it is
no opinion. Nothing of an answer but the fields of a report is ever read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from solvent.base.secret import redact
from solvent.diagnosis.opinion.grounding import Checked, Checker, sentences
from solvent.model.opinion import LISTS, TEXTS, Opinion
from solvent.model.verdict import Category, Wallet

ANSWER_CHARS_MAX = 24_000
TEXT_MAX, STEPS_MAX = 1_600, 8
_ADVICE = frozenset({"solution", "prevention", "who_acts"})

_BODY = r'"((?:[^"\\]|\\.)*)("?)'
_TEXT = re.compile(rf'"({"|".join(TEXTS + LISTS)})"\s*:\s*{_BODY}', re.DOTALL)
_LIST = re.compile(rf'"({"|".join(LISTS)})"\s*:\s*\[')
_ITEM = re.compile(rf"[\s,]*{_BODY}", re.DOTALL)
_CODE_FIELD = re.compile(r'"(category|wallet)"\s*:\s*"([a-z_]{1,40})"')
_UNFINISHED = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?\Z")
_HEADING = re.compile(rf"^[\s#*_>-]*({'|'.join(TEXTS + LISTS)})[\s*_]*[:：][\s*_]*(.*)$", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)、])\s+(.+)$")
# Only these can end a sentence or a passage.
_ENDS = re.compile(r'[.!?。！？"\]\n]')


class Piece(NamedTuple):
    """One checked sentence of a field; `step` counts those of a list and is 0 in a text."""

    field: str
    step: int
    text: str


class _Passage(NamedTuple):
    """A text, or one step of a list, as far as it has come; `whole`: nothing of it is to come."""

    field: str
    step: int
    text: str
    whole: bool


class Hearing:
    """One answer. `feed` takes its text as it comes, `end` what there is of it when it is over."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._raw = ""
        self._heard: dict[tuple[str, int], list[Checked]] = {}

    @property
    def too_long(self) -> bool:
        """Whether more came than any answer needs."""
        return len(self._raw) > ANSWER_CHARS_MAX

    def feed(self, text: str) -> tuple[Piece, ...]:
        """The sentences that are whole now."""
        self._raw += text
        return tuple(self._take(_passages(self._raw))) if _ENDS.search(text) else ()

    def end(self) -> tuple[tuple[Piece, ...], Opinion | None]:
        """The last sentences, and the opinion; None where this was none."""
        passages = [passage._replace(whole=True) for passage in _passages(self._raw)] or list(_headed(self._raw))
        last = tuple(self._take(iter(passages)))
        codes = {found[1]: found[2] for found in _CODE_FIELD.finditer(self._raw)}
        texts = {field: self._text(field, 0) for field in TEXTS}
        lists = {field: tuple(filter(None, (self._text(field, index) for index in range(STEPS_MAX)))) for field in LISTS}
        checks = [check for heard in self._heard.values() for check in heard]
        if not (texts["cause"] or texts["summary"]) or not any(self._checker.says_anything(check.text) for check in checks):
            return last, None
        category, wallet = codes.get("category", ""), codes.get("wallet", "")
        return last, Opinion(
            **texts,
            solution=lists["solution"],
            prevention=lists["prevention"],
            category=Category(category) if category in set(Category) else None,
            wallet=Wallet(wallet) if wallet in set(Wallet) else None,
            struck=sum(check.struck for check in checks),
            quoted=sum(check.quoted for check in checks),
        )

    def _take(self, passages: Iterator[_Passage]) -> Iterator[Piece]:
        for passage in passages:
            heard = self._heard.setdefault((passage.field, passage.step), [])
            for sentence in sentences(passage.text[:TEXT_MAX], whole=passage.whole)[len(heard) :]:
                checked = self._checker.sentence(redact(sentence).text, advice=passage.field in _ADVICE)
                heard.append(checked)
                yield Piece(passage.field, passage.step, checked.text)

    def _text(self, field: str, index: int) -> str:
        return self._checker.joined(check.text for check in self._heard.get((field, index), ()))


def _passages(raw: str) -> Iterator[_Passage]:
    """The fields of a report in JSON that may be unfinished; the first of each name counts."""
    seen: set[str] = set()
    for found in _TEXT.finditer(raw):
        if found[1] not in seen:
            seen.add(found[1])
            yield _Passage(found[1], 0, _decoded(found[2]), bool(found[3]))
    for found in _LIST.finditer(raw):
        if found[1] in seen:
            continue
        seen.add(found[1])
        place = found.end()
        for index in range(STEPS_MAX):
            item = _ITEM.match(raw, place)
            if item is None:
                break
            place = item.end()
            yield _Passage(found[1], index, _decoded(item[1]), bool(item[2]))


def _decoded(body: str) -> str:
    try:
        return str(json.loads(f'"{_UNFINISHED.sub("", body)}"', strict=False))
    except ValueError:
        # An escape that JSON does not have: its characters stand as they are.
        return body


def _headed(raw: str) -> Iterator[_Passage]:
    """The fields of a report that was written under headings."""
    field, steps = "", 0
    for line in raw.splitlines():
        heading = _HEADING.match(line)
        bullet = _BULLET.match(line)
        if heading is not None:
            field, steps = heading[1].lower(), 0
            if heading[2].strip():
                yield _Passage(field, 0, heading[2], whole=True)
                steps = 1
        elif field in LISTS and bullet is not None and steps < STEPS_MAX:
            yield _Passage(field, steps, bullet[1], whole=True)
            steps += 1
        elif field in TEXTS and line.strip() and not steps:
            yield _Passage(field, 0, line.strip(), whole=True)
            steps = 1
