"""The error's own sentence: the words that a reader is shown as what the error says.

It is the sentence that holds the evidence of the rule that decided, so that a paste with several errors is never explained by one
and quoted by another.
"""

from __future__ import annotations

import re

from solvent.diagnosis.paste import normalise
from solvent.diagnosis.paste.reading import ErrorObject, Reading

QUOTE_MAX = 600
_BEFORE, _AFTER = 160, 400
_SUFFIX = re.compile(r"\s*\(request id:?[^)]{0,80}\)?", re.IGNORECASE)
# Where a sentence that stands in a log or a structure begins and ends; an apostrophe inside a word is neither.
_BEGINS = re.compile(r".*(?:[{}\"“：|]|(?<![a-z])'|'(?![a-z])|[a-z_\]]: |- | → |\. )", re.IGNORECASE)
_ENDS = re.compile(
    r"[\"}”]|'[,})\]]|\\n| The above exception | During handling of | Traceback \(most recent| [✗✖✕❌] | \d{4}-\d\d-\d\d[ T]\d\d:\d\d|$"
)
# Calls of a stack that Node prints behind the message.
_FRAMES = re.compile(
    r"\s+at (?:async )?(?:[\w.$<>\[\] ]{1,120} )?\((?:[^()]{1,300}:\d+(?::\d+)?|<anonymous>|native[^()]{0,40})(?:\)|$).*",
    re.DOTALL,
)
_TAG = re.compile(r"</?[a-z!][^<>]{0,300}>", re.IGNORECASE)
_CLOSING_TAG = re.compile(r"</(?:title|head|h\d|p|body|html|center|div|strong|span)>", re.IGNORECASE)
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]")


def quoted(reading: Reading, said: str | None) -> str:
    """The sentence that holds `said` (the evidence, None where no rule decided), without what relays and runtimes added to it."""
    words = (said and _holding(reading, said)) or _innermost(reading, said)
    plain = _FRAMES.sub("", _SUFFIX.sub("", _without_tags(reading, words)))
    return " ".join(plain.split())[:QUOTE_MAX].strip()


def _holding(reading: Reading, said: str) -> str | None:
    """The message with the evidence in it or the message of the error whose code it is, the innermost of these, or the words around it."""
    wanted = said.lower()
    holding = [error for error in reading.errors if error.message and _says(error, wanted)]
    if holding:
        return max(holding, key=lambda error: error.depth).message
    place = reading.flat.lower().find(wanted)
    # One word of a script with blanks says too little, one without blanks only where no error states a message.
    if place < 0 or not (" " in said or (_WIDE.search(said) and not any(error.message for error in reading.errors))):
        return None
    before = _BEGINS.match(reading.flat[max(place - _BEFORE, 0) : place])
    start = place - (min(place, _BEFORE) - before.end() if before else min(place, _BEFORE))
    end = _ENDS.search(reading.flat, place + len(said), place + len(said) + _AFTER)
    words = reading.flat[start : end.start() if end else place + len(said)]
    # Below a stack the name of the exception begins the sentence; what stands before it is code.
    named = [words.find(f"{name}: ") for name in reading.exceptions]
    return _closed(words[max([*named, 0]) :].strip(" \"'{}[](),:;|`✗✕✖❌✘"))


def _closed(words: str) -> str:
    """The words with the sign that their beginning lost, as in `[Errno -2] Name or service not known`."""
    if words.count("`") % 2:
        return f"`{words}"
    return f"[{words}" if "]" in words and "[" not in words[: words.index("]")] else words


def _says(error: ErrorObject, wanted: str) -> bool:
    return wanted in normalise.flatten(error.message).lower() or wanted in (error.code.lower(), error.kind.lower())


def _without_tags(reading: Reading, words: str) -> str:
    """A page says what it means in its title; of a piece of one the text is left."""
    if _CLOSING_TAG.search(words) is None:
        return words
    return reading.html_title or _TAG.sub(" ", words)


def _innermost(reading: Reading, said: str | None = None) -> str:
    """The message that was wrapped most often, else the title of a page, else the line that failed or holds the evidence."""
    inner = reading.innermost
    if inner is not None and inner.message:
        return inner.message
    if reading.html_title:
        return reading.html_title
    lines = [line.strip() for line in reading.clean.splitlines() if line.strip()]
    failing = [line for line in lines if any(name in line for name in reading.exceptions)] if reading.exceptions else []
    holding = [line for line in lines if said.lower() in line.lower()] if said and not failing else []
    return (failing or holding or lines or [""])[-1 if reading.traceback or failing else 0]
