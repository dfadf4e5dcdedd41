"""A rule ready to be filled in, from texts that no rule explains: what can be known of it stands there, the rest is marked.

It is the file that the recipe of CONTRIBUTING.md asks for. Until every mark is replaced the catalogue refuses it, so that no guess and
no source that nobody read can slip in.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from solvent.base.patterns import Pattern
from solvent.catalogue.rules import VOICES
from solvent.catalogue.tables import EVIDENCE
from solvent.diagnosis import fingerprint, judge
from solvent.diagnosis.engine import Engine
from solvent.diagnosis.paste import normalise, quote, reader
from solvent.diagnosis.paste.reading import Reading
from solvent.model.verdict import Category, Role, Verdict

MARK = "FILL_IN"
_SENTENCE_MAX, _LETTERS_MIN = 240, 8
# What stands for a mask in the expression, and in the example.
_CLASSES = {"n": r"\S{1,40}", "id": r"\S{1,120}", "host": r"\S{1,300}", "url": r"\S{1,300}", "name": ".{1,122}?", "time": ".{1,60}?"}
_MADE_UP = {
    "n": "7",
    "id": "a1b2c3d4e5f6a7b8c9d0",
    "host": "api.example.com",
    "url": "https://api.example.com/v1",
    "name": "`example`",
    "time": "2026-01-02T03:04:05Z",
}
_MASK = re.compile(rf"<({'|'.join(_CLASSES)})>")
_COUNTED = re.compile(rf"(<n> {fingerprint.COUNTED})\b")
_WORD = re.compile(r"[^\W\d_]+")
_PLURAL = "\x00"
# A structure around the sentence may escape these, once or more.
_ESCAPED = {_PLURAL: "s?", " ": r"\s+", "\\": r"\\+", '"': r'\\*"'}
_META = frozenset(r"\.+*?()|[]{}^$")
_GUESSES = {
    400: Category.INVALID_REQUEST,
    401: Category.AUTH_INVALID,
    402: Category.CREDIT_EXHAUSTED,
    403: Category.PERMISSION_DENIED,
    404: Category.MODEL_NOT_FOUND,
    408: Category.TIMEOUT,
    413: Category.REQUEST_TOO_LARGE,
    429: Category.RATE_LIMITED,
    503: Category.OVERLOADED,
    504: Category.TIMEOUT,
    529: Category.OVERLOADED,
}


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """The text of the file, and where it belongs; `FILL_IN` marks what only a person can know."""

    file: str
    toml: str


def draft(samples: Sequence[str], engine: Engine) -> RuleDraft:
    """A draft from at least one text without secrets, the first of which gives the example."""
    readings = [reader.read(text) for text in samples]
    verdict = judge.judge_reading(readings[0], engine)
    party = engine.catalogue.parties.get(verdict.provider)
    provider = verdict.provider if party is not None and party.role is Role.PROVIDER else None
    expressions = tuple(dict.fromkeys(found for reading in readings if (found := expression(reading)) is not None))
    lines = [
        *_head(verdict, provider),
        "[title]",
        f'en = "{MARK}: the defect in one line, such as: The account behind the key has no credit"',
        f'zh = "{MARK}: 一句话说明缺陷，例如：这个 key 背后的账户没有余额"',
        "",
        "[[match]]",
        "text = [",
        *(f"  '{one}'," for one in expressions or (f"{MARK}: an RE2 expression, in lower case, over the text as one line",)),
        "]",
        "",
        "[source]",
        f'address = "{MARK}: the https address, or the file and version, that you read"',
        f'read = "{MARK}: the day you read it, without quotes, such as 2026-11-28"',
        f'evidence = "{MARK}: one of {", ".join(EVIDENCE)}"',
        "",
        "[[example]]",
        f"text = '''{_example(readings[0], verdict.http_status, expressions)}'''",
        '# wallet = "own_provider_account"  # where the error is about money: whose is empty',
        "",
    ]
    return RuleDraft(f"src/solvent/catalogue/errors/{provider or 'generic'}/{MARK}.toml", "\n".join(lines))


def _head(verdict: Verdict, provider: str | None) -> list[str]:
    status = verdict.http_status
    guess = None if status is None else _GUESSES.get(status, Category.SERVER_ERROR if status >= 500 else None)
    hint = "" if guess is None else f"; the status {status} suggests {guess.value}"
    named = f'provider = "{provider}"' if provider else '# provider = "a name from providers/"  # leave it out where many use the sentence'
    return [
        "# The name of this file is the defect's, in a few words with hyphens. Replace what is marked, then run `make check`.",
        *(f"# {line}" for line in textwrap.wrap(", ".join(item.value for item in Category), 120)),
        f'category = "{MARK}: one of the above{hint}"',
        f'voice = "{MARK}: who speaks, one of {", ".join(VOICES)}"',
        named,
        f"status = {status}" if status is not None else "# status = 400  # what the provider documents",
        "",
    ]


def expression(reading: Reading) -> str | None:
    """An RE2 expression that finds this text and those that differ in what is masked alone; None where it would find anything."""
    template = fingerprint.template(_sentence(reading))
    words = _cut(_MASK.sub(lambda found: found.group(), template))
    runs = sorted((run.strip() for run in _MASK.split(template)[::2]), key=len, reverse=True)
    for wanted in (words, template[:_SENTENCE_MAX], *runs[:3]):
        if len("".join(_WORD.findall(_MASK.sub(" ", wanted)))) < _LETTERS_MIN:
            continue
        made = _expression(wanted)
        if Pattern(made).occurs(reading.flat):
            return made
    return None


def _sentence(reading: Reading) -> str:
    """What the error says, as it stands in the line that expressions search."""
    return normalise.flatten(quote.quoted(reading, None))


def _cut(template: str) -> str:
    """The template within bounds, from its first word to its last, without masks at its ends."""
    if len(template) > _SENTENCE_MAX:
        template = template[:_SENTENCE_MAX].rpartition(" ")[0]
    begins = re.match(rf"(?:{_MASK.pattern}|\W)*", template)
    ends = re.search(rf"(?:{_MASK.pattern}|[^\w>])*$", template)
    assert begins is not None
    return template[begins.end() : ends.start() if ends else None]


def _expression(template: str) -> str:
    pieces = _MASK.split(_COUNTED.sub(rf"\1{_PLURAL}", template))
    return "".join(_CLASSES[piece] if place % 2 else "".join(map(_sign, piece)) for place, piece in enumerate(pieces))


def _sign(sign: str) -> str:
    """One sign as RE2 and a TOML literal take it."""
    if sign in _ESCAPED:
        return _ESCAPED[sign]
    if sign == "'" or not sign.isprintable():
        return rf"\x{{{ord(sign):x}}}"
    return f"\\{sign}" if sign in _META else sign


def _example(reading: Reading, status: int | None, expressions: Sequence[str]) -> str:
    """The sentence in the shape of an error, with made-up ids and names."""
    sentence = _sentence(reading)
    spelled = {word.lower(): word for word in _WORD.findall(sentence)}
    template = fingerprint.template(sentence)
    pieces = _MASK.split(template)
    said = "".join(
        _MADE_UP[piece] if place % 2 else _WORD.sub(lambda found: spelled.get(found.group(), found.group()), piece)
        for place, piece in enumerate(pieces)
    )
    said = "".join(sign for sign in said if sign.isprintable()).replace("'''", "'")
    body = json.dumps({"error": {"message": said}}, ensure_ascii=False)
    for text in (body if status is None else f"{status} {body}", said):
        flat = reader.read(text).flat
        if any(Pattern(one).occurs(flat) for one in expressions):
            return text
    return f"{MARK}: the error as the vendor writes it, with made-up ids"
