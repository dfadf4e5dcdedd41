"""The sandbox's tokens: a text is cut into pieces of at most four visible characters with the blanks before them, and each is one.

The rule is simple on purpose, so that a test can say beforehand what a call costs. The pieces of a text, joined, are the text.
"""

from __future__ import annotations

import re

_PIECE = re.compile(r"\s*\S{1,4}|\s+\Z")

MESSAGE_TOKENS = 4
PROMPT_TOKENS = 3
IMAGE_TOKENS = 85


def pieces(text: str) -> tuple[str, ...]:
    """The tokens of a text in their order."""
    return tuple(_PIECE.findall(text))


def count(text: str) -> int:
    """How many tokens a text has."""
    return len(_PIECE.findall(text))
