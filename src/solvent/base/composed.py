"""Unicode's normal forms in a time that the length of a text bounds.

Accents that follow one letter are sorted, and that takes a time which grows with the square of their number: a text of nothing but
accents would hold everybody up. No language sets more than a few, so a text is taken in stretches, each of a bounded number of them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_SIGNS_MAX = 256
_STRETCH = re.compile(rf"[\x00-\x7f]*[^\x00-\x7f]{{0,{_SIGNS_MAX}}}")

Form = Literal["NFC", "NFKC", "NFKD"]


def composed(text: str, form: Form = "NFC") -> str:
    """The text in this normal form; where more than `_SIGNS_MAX` signs beyond ASCII come together, each stretch of them is by itself."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize(form, stretch) for stretch in _STRETCH.findall(text))
