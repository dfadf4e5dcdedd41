"""The desk's one act: a text, stripped of secrets, with the verdict on it and the report in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from solvent.base.secret import redact
from solvent.diagnosis import judge, normalise, reader
from solvent.diagnosis.engine import Engine
from solvent.diagnosis.report import report
from solvent.model.verdict import Report, Verdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """`text` is the paste without its secrets, `struck` how many of each kind were removed."""

    text: str
    struck: tuple[tuple[str, int], ...]
    verdict: Verdict
    report: Report


def explain(raw: str, engine: Engine, lang: str, code_language: str | None = None) -> Explanation:
    """Explains a text in `lang` (`en` or `zh`). The judgement is made on what is left after secrets are struck."""
    clean = redact(normalise.printable(raw))
    reading = reader.read(clean.text)
    verdict = judge.judge_reading(reading, engine, lang)
    return Explanation(clean.text, clean.struck, verdict, report(verdict, reading, engine.catalogue, lang, code_language))
