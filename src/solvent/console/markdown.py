"""Text that a Markdown reader shows exactly as it was written: no heading, link, image or HTML can come out of a paste."""

from __future__ import annotations

import re

# Code spans stay code spans; addresses and names after an at sign become such, since many readers make links of bare ones.
_SPANS = re.compile(
    r"`([^`\n]+)`|((?:https?://|ftp://|mailto:|xmpp:|www\.)[^\s`]+|[^\s@`]+@[^\s@`]+\.[^\s@`]+|(?<![\w`])@[\w/-]+)", re.IGNORECASE
)
# Signs with a meaning anywhere, an underscore at the edge of a word, and an ampersand that begins an entity.
_SPECIAL = re.compile(r"[\\`*\[\]<>|~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
# What makes a heading, a list or a rule only at the start of a line.
_START = re.compile(r"^(\s*)([#+=-])|^(\s*\d+)([.)])")
_TICKS = re.compile(r"`+")


def text(words: str) -> str:
    """One line of plain text: line breaks become spaces, every sign with a meaning is escaped."""
    line = " ".join(words.split())
    pieces, place = [], 0
    for found in _SPANS.finditer(line):
        pieces += [_escaped(line[place : found.start()]), f"`{found.group(1) or found.group(2)}`"]
        place = found.end()
    pieces.append(_escaped(line[place:]))
    return _START.sub(lambda found: f"{found.group(1) or found.group(3) or ''}\\{found.group(2) or found.group(4)}", "".join(pieces))


def _escaped(words: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found.group(), words)


def fence(words: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks inside, so that nothing inside can end it."""
    longest = max((len(run) for run in _TICKS.findall(words)), default=0)
    ticks = "`" * max(3, longest + 1)
    body = words.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return f"{ticks}{language or 'text'}\n{body}\n{ticks}"


def quote(words: str) -> str:
    """A span of code that holds the words literally."""
    line = " ".join(words.split())
    longest = max((len(run) for run in _TICKS.findall(line)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {line} {ticks}" if "`" in line else f"`{line}`"
