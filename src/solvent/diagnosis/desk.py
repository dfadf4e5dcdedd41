"""The desk's one act: a text, stripped of secrets, with the verdict on it and the report in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.disguise import added, strike
from solvent.base.secret import Redacted
from solvent.diagnosis import judge
from solvent.diagnosis.engine import Engine
from solvent.diagnosis.paste import normalise, reader
from solvent.diagnosis.paste.reading import Reading
from solvent.diagnosis.reporting.report import report
from solvent.model.verdict import Report, Verdict

_DISGUISES_MAX = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """`text` is the paste without its secrets, `struck` how many of each kind were removed."""

    text: str
    struck: tuple[tuple[str, int], ...]
    verdict: Verdict
    report: Report


def explain(raw: str, engine: Engine, lang: str, code_language: str | None = None) -> Explanation:
    """Explains a text in `lang` (`en` or `zh`). The judgement is made on what is left after secrets are struck."""
    left, reading = clean(raw)
    verdict = judge.judge_reading(reading, engine, lang)
    return Explanation(left.text, left.struck, verdict, report(verdict, reading, engine.catalogue, lang, code_language))


def clean(raw: str) -> tuple[Redacted, Reading]:
    """A text without its secrets, and what can be read in it."""
    left = strike(normalise.printable(raw))
    reading = reader.read(left.text)
    for _ in range(_DISGUISES_MAX):
        hidden = strike(reading.flat)
        if not hidden.struck:
            break
        # A secret that only showed once escapes, entities or line wraps were undone: the undone text takes the place of the other.
        left = Redacted(hidden.text, added(left.struck, hidden.struck))
        reading = reader.read(left.text)
    return left, reading
