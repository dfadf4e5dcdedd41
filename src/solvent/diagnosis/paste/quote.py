"""The error's own sentence: the words that a reader is shown as what the error says.

It is the sentence that holds the evidence of the rule that decided, so that a paste with several errors is never explained by one
and quoted by another.
"""

from __future__ import annotations

import re

from solvent.diagnosis.paste import normalise
from solvent.diagnosis.paste.reading import Reading

QUOTE_MAX = 600
_BEFORE, _AFTER = 160, 400
_SUFFIX = re.compile(r"\s*\(request id:?[^)]{0,80}\)?", re.IGNORECASE)
# Where a sentence that stands in a log or a structure begins and ends.
_BEGINS = re.compile(r".*(?:[{}\"'“：|]|[a-z_]: |- | → |\. )", re.IGNORECASE)
_ENDS = re.compile(r"[\"}”]|'[,})\]]|\\n|$")


def quoted(reading: Reading, said: str | None) -> str:
    """The sentence that holds `said` (the evidence, None where no rule decided), without what relays added to it."""
    words = (said and _holding(reading, said)) or _innermost(reading)
    return _SUFFIX.sub("", " ".join(words.split()))[:QUOTE_MAX].strip()


def _holding(reading: Reading, said: str) -> str | None:
    """The message with the evidence in it, or the message of the error whose code it is, or the words around it."""
    wanted = said.lower()
    holding = [error for error in reading.errors if error.message and wanted in normalise.flatten(error.message).lower()]
    if not holding:
        holding = [error for error in reading.errors if error.message and wanted in (error.code.lower(), error.kind.lower())]
    if holding:
        return max(holding, key=lambda error: error.depth).message
    place = reading.flat.lower().find(wanted)
    if place < 0 or " " not in said:
        return None
    before = _BEGINS.match(reading.flat[max(place - _BEFORE, 0) : place])
    start = place - (min(place, _BEFORE) - before.end() if before else min(place, _BEFORE))
    end = _ENDS.search(reading.flat, place + len(said), place + len(said) + _AFTER)
    return reading.flat[start : end.start() if end else place + len(said)].strip(" \"'{}[](),:;|`")


def _innermost(reading: Reading) -> str:
    """The message that was wrapped most often, else the title of a page, else the line that failed."""
    inner = reading.innermost
    if inner is not None and inner.message:
        return inner.message
    if reading.html_title:
        return reading.html_title
    lines = [line.strip() for line in reading.clean.splitlines() if line.strip()]
    failing = [line for line in lines if any(name in line for name in reading.exceptions)] if reading.exceptions else []
    return (failing or lines or [""])[-1 if reading.traceback or failing else 0]
