"""The texts of the catalogue in both languages, one by one."""

from __future__ import annotations

from collections.abc import Iterator

from solvent.catalogue.tables import Steps, Words


def texts(*parts: Words | Steps | None) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Words):
            yield from (part.en, part.zh)
        elif part is not None:
            yield from (*part.en, *part.zh)
