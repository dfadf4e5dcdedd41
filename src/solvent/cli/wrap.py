"""Wrapping text for a terminal, with Chinese in it.

The standard library and the usual terminal libraries break lines at spaces only and leave Chinese sentences ragged. Here a line may
also break between Chinese characters, but never before closing punctuation or after an opening mark.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_FIRST = "，。、：；！？）」』】》”’…％,.:;!?)]}%"
_NOT_LAST = "（「『【《“‘([{"
# Runs of anything without space or wide characters stay whole; wide characters stand alone.
_PIECE = re.compile(r"\s+|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]+|.", re.DOTALL)


def width(text: str) -> int:
    """Columns that a terminal gives the text."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1 for char in text)


def wrap(text: str, columns: int, indent: str = "", hang: str | None = None) -> list[str]:
    """The lines of a paragraph, each at most `columns` wide where its pieces allow.

    The first line begins with `indent`, the others with `hang` (by default the same).
    """
    hang = indent if hang is None else hang
    lines: list[str] = []
    line, used, begun = indent, width(indent), False
    for piece in _pieces(text):
        size = width(piece)
        if begun and used + size > columns and piece.strip():
            lines.append(line.rstrip())
            line, used, begun = hang, width(hang), False
        if not begun and not piece.strip():
            continue
        line += piece
        used += size
        begun = True
    if begun or not lines:
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """What must not be broken inside: words, and Chinese characters with the punctuation that belongs to them."""
    pieces: list[str] = []
    for found in _PIECE.findall(text):
        glued = pieces and pieces[-1].strip() and (found[0] in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST)
        if glued and found.strip():
            pieces[-1] += found
        else:
            pieces.append(found)
    return pieces
