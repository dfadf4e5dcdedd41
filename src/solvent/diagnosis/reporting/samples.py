"""Which code sample a report hands out: by how the error is handled, the reader's language, and the API that their program calls."""

from __future__ import annotations

import re
from typing import NamedTuple

from solvent.catalogue.advice import Advice
from solvent.catalogue.load import CODE_DIALECTS, Catalogue
from solvent.diagnosis.paste.reading import Reading
from solvent.diagnosis.request import spoken
from solvent.model.verdict import Role, Verdict

_VARIABLE = re.compile(r"\b(?:(?:OPENAI|ANTHROPIC|(?:GOOGLE_)?GEMINI|FALLBACK)_(?:BASE_URL|API_KEY|MODEL)|MODEL)\b")


class Sample(NamedTuple):
    """A program to copy; `text` is empty where code handles nothing. `variables` are those that its user sets before it runs."""

    language: str
    dialect: str
    text: str
    variables: tuple[str, ...]


def sample(verdict: Verdict, reading: Reading, advice: Advice, catalogue: Catalogue, language: str | None) -> Sample:
    """The fitting sample; `language` is the reader's wish, None leaves it to what the paste shows."""
    shown = language or _language(verdict, catalogue)
    dialect = _dialect(verdict, reading, catalogue)
    text = catalogue.code.get((handling(verdict, advice), shown, dialect), "")
    return Sample(shown, dialect, text, tuple(dict.fromkeys(_VARIABLE.findall(text))))


def handling(verdict: Verdict, advice: Advice) -> str:
    """How code handles the error: it does not give up at once where waiting helps."""
    return "wait" if verdict.retryable and advice.handling == "money" else advice.handling


def _language(verdict: Verdict, catalogue: Catalogue) -> str:
    """The language of the SDK that the paste shows; Python where it shows none."""
    for layer in verdict.layers:
        party = catalogue.parties.get(layer.name)
        if party is not None and party.language is not None:
            return party.language
    return "python"


def _dialect(verdict: Verdict, reading: Reading, catalogue: Catalogue) -> str:
    """The API that the reader's side calls. Where no SDK speaks, the form of the error is that of the API which was called."""
    callers = [layer for layer in verdict.layers if layer.role in (Role.APP, Role.SDK)]
    called = spoken.of_caller(reading.flat.lower(), [layer.name for layer in callers], catalogue.parties)
    if called is not None and called[0] in CODE_DIALECTS:
        return called[0]
    silent = called is None and all(layer.role is not Role.SDK for layer in callers)
    return "anthropic_messages" if silent and any(error.claude_shape for error in reading.errors) else CODE_DIALECTS[0]
