"""Tables and facts for a terminal: columns that line up with Chinese in them, and nothing that can steer the terminal.

What the office tells may hold words of strangers (a model's name that somebody asked for, a case's title), so every value is made
one line of printable characters here, and only here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from solvent.cli.wrap import width

_GAP = "  "
_NOTHING = "-"


def clean(value: Any) -> str:
    """The value as one printable line: white space becomes a space, every other sign that does not print becomes `�`.

    None is an empty text, True and False are `yes` and `no`.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char.isspace() else "�" for char in text)


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], right: Collection[str] = ()) -> list[str]:
    """The lines of a table, its head first; the columns named in `right` end at their right edge.

    A column without any value is left out; where only some cells lack one, they show `-`.
    """
    texts = [[clean(cell) for cell in row] for row in rows]
    kept = [number for number in range(len(heads)) if any(row[number] for row in texts)]
    shown = [[heads[number] for number in kept], *([row[number] or _NOTHING for number in kept] for row in texts)]
    widths = [max(width(row[place]) for row in shown) for place in range(len(kept))]
    lines = []
    for row in shown:
        cells = [_padded(cell, columns, at_right=heads[number] in right) for number, cell, columns in zip(kept, row, widths, strict=True)]
        lines.append(_GAP.join(cells).rstrip())
    return lines


def facts(rows: Sequence[tuple[str, Any]], indent: str = "") -> list[str]:
    """One line a fact: its label, padded so that all values begin in one column. Facts without a value are left out."""
    known = [(label, text) for label, value in rows if (text := clean(value))]
    columns = max((width(label) for label, _ in known), default=0)
    return [f"{indent}{_padded(label, columns)}{_GAP}{text}" for label, text in known]


def instant(value: Any) -> str:
    """An ISO 8601 instant as `2026-01-26 10:09:10 UTC`; what is none is shown as it came."""
    text = clean(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def dollars(value: Any) -> str:
    """An amount exactly as the office gave it, with its currency; empty where there is none."""
    text = clean(value)
    return f"{text} USD" if text else ""


def _padded(text: str, columns: int, *, at_right: bool = False) -> str:
    blanks = " " * (columns - width(text))
    return blanks + text if at_right else text + blanks
