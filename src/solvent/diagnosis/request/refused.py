"""What of a request was refused: the field as the server wrote it, what was sent, what would pass, and the bound in numbers.

Everything is cut out of the words around what decided the verdict; nothing is guessed. A `param` that is a UUID or a number is an
upstream's trace id or status and no field. It is looked for only where the verdict blames the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from solvent.diagnosis.request import options, rewriting, sentences, spoken
from solvent.diagnosis.request.forms import Table
from solvent.diagnosis.request.rewriting import Hops
from solvent.model.verdict import Category, Limit, Number, RequestFault

BLAMING = frozenset(
    {
        Category.INVALID_REQUEST,
        Category.CONTEXT_TOO_LONG,
        Category.REQUEST_TOO_LARGE,
        Category.CONTENT_FILTERED,
        Category.MODEL_NOT_FOUND,
        Category.PERMISSION_DENIED,
    },
)

_BEFORE, _AFTER, _REACH = 500, 1_900, 700
_NO_FIELD = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{20,}|[0-9a-f]{16,}|[\d.]+|null|none|nil|undefined|string|request|body|quota|\w{1,30}_error|invalid_\w{1,30}|_",
    re.IGNORECASE,
)
# Words that stand alone before a colon and are a field; any other lonely word there is prose.
_LONELY = frozenset(
    {"model", "messages", "system", "tools", "temperature", "stream", "thinking", "metadata", "input", "prompt", "stop", "seed", "n"}
)
_UNITS = {"string": "characters", "array": "items", "list": "items", "completion tokens": "tokens", "image": "images", "px": "pixels"}
# Units of how long something is, which is not the thing itself.
_LENGTHS = ("characters", "items")
_SENT_MAX = 120


def of(flat: str, position: int, category: Category, hops: Hops) -> RequestFault | None:
    """What the words around `position` say of the request, or None where they say nothing of it."""
    if category not in BLAMING:
        return None
    start = max(min(position, len(flat) - _AFTER) - _BEFORE, 0)
    window = flat[start : start + _BEFORE + _AFTER]
    lower = window.lower()
    if len(lower) != len(window):  # a letter that is longer in small: places would not fit
        window = lower
    said = _said(window, lower)
    model = spoken.model(window, lower)
    field, sent = said.get("field"), said.get("sent")
    if category is Category.MODEL_NOT_FOUND and model is not None and sent is None and field in (None, "model"):
        sent = model
    limit = _limit(said, field)
    if (
        limit is not None
        and sent is None
        and limit.got is not None
        and field is not None
        and limit.name == field
        and limit.unit not in _LENGTHS
    ):
        sent = said["got"]
    allowed = options.read(said["allowed"]) if "allowed" in said else ()
    words = lower if len(lower) == len(flat) else flat.lower()
    dialect = spoken.of_field(field, lower)
    caller = spoken.of_caller(words, (*hops.chain.sdks, *hops.chain.apps), hops.parties)
    by = rewriting.of(window, lower, field, dialect, caller, hops)
    if field is None and sent is None and not allowed and limit is None and model is None and by is None:
        return None
    if dialect is None and caller is not None and by is None:
        dialect = caller[0]
    return RequestFault(field, None if sent is None else _bare(sent)[:_SENT_MAX], allowed, limit, model, dialect, by)


def _bare(text: str) -> str:
    """A value without the quotes that stand around all of it."""
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'`" else text


def _said(window: str, lower: str) -> dict[str, str]:
    """What the forms state, by the names of their groups; of two that state the same the first counts."""
    said: dict[str, str] = {}
    _try(sentences.SENTENCES, window, lower, said)
    if "field" not in said:
        _try(sentences.HEADS, window, lower, said)
        if _is_prose(said.get("field", ".")):
            del said["field"]
    return said


def _try(table: Table, window: str, lower: str, said: dict[str, str]) -> None:
    for form, place in table.fitting(lower):
        if form.back:
            found = form.pattern.search(window, max(place - form.back, 0), place + _REACH)
        else:
            found = form.pattern.match(window, place, place + _REACH)
        if found is None:
            continue
        stated = {key: text for key, text in found.groupdict().items() if text}
        if "field" in stated and _NO_FIELD.fullmatch(stated["field"]):
            del stated["field"]
        if any(key in said for key in ("min", "max", "got") if key in stated):
            continue  # another bound than the one that was found first
        if form.name is not None:
            stated.setdefault("name", form.name)
        if form.unit is not None:
            stated.setdefault("unit", form.unit)
        for key, text in stated.items():
            said.setdefault(key, text)


def _is_prose(head: str) -> bool:
    """Whether what stands before a colon is a word of the sentence and no field."""
    return head.isalpha() and head not in _LONELY


def _limit(said: Mapping[str, str], field: str | None) -> Limit | None:
    low, high, got = (_number(said.get(key)) for key in ("min", "max", "got"))
    if low is None and high is None:
        return None
    name, unit = said.get("name"), said.get("unit")
    kind = (name or "").lower()
    if kind in _UNITS and unit is None:
        unit = _UNITS[kind]
    if field is not None and (name is None or kind in ("string", "array", "list", "value", "number")):
        name = field
    return Limit(name, low, high, got, None if unit is None else _UNITS.get(unit.lower(), unit))


def _number(text: str | None) -> Number | None:
    """The number that a text states, a sum as its result."""
    if text is None:
        return None
    parts = [part.strip().replace(",", "").replace("_", "") for part in text.split("+")]
    try:
        numbers: list[Number] = [float(part) if "." in part else int(part) for part in parts]
    except ValueError:
        # Digits with signs that make no number: nothing was stated.
        return None
    return sum(numbers)
