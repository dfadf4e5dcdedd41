"""Which language a page speaks, and its texts: gettext catalogues read from `locale/` and compiled in memory.

The keys are the English texts. A catalogue without a key falls back to the key, so a page is never empty; a test sees to it that
no key is missing in either language.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from solvent.catalogue.tables import LANGUAGES

DEFAULT = "en"
NAMES = {"zh": "中文", "en": "English"}
HTML_CODES = {"zh": "zh-Hans", "en": "en"}


@cache
def translations(lang: str) -> Translations:
    """The compiled catalogue of one of `LANGUAGES`."""
    with (files("solvent.console") / "locale" / lang / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale=lang)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def choose(*wishes: str | None, accept_language: str | None = None) -> str:
    """The first wish that is one of `LANGUAGES`, else the reader's best by `Accept-Language`, else English."""
    for wish in wishes:
        found = _known(wish or "")
        if found is not None:
            return found
    for name in ranked(accept_language or ""):
        found = _known(name)
        if found is not None:
            return found
    return DEFAULT


def _known(name: str) -> str | None:
    primary = name.strip().lower().replace("_", "-").partition("-")[0]
    return primary if primary in LANGUAGES else None


def ranked(header: str) -> list[str]:
    """The entries of a header such as `Accept-Language` or `Accept`, best first; those with `q=0` are left out."""
    entries: list[tuple[float, str]] = []
    for part in header.split(",")[:40]:
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            entries.append((_quality(parameters), name.lower()))
    return [name for quality, name in sorted(entries, key=lambda entry: -entry[0]) if quality > 0]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
