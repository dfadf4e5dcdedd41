"""What the operator must look at in the journals, told once each."""

from __future__ import annotations

from collections.abc import Callable

from solvent.operations.folding import Contradiction
from solvent.operations.ledger import CaughtUp


class Complaints:
    """Tells of breaks and of what the books refused. `tell` is given one line each."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._broken: dict[str, str] = {}

    def notice(self, done: CaughtUp) -> None:
        """What a person must look at in this; a break that was told of is not told again."""
        for journal, why in done.broken.items():
            if self._broken.get(journal) != why:
                self._broken[journal] = why
                self._tell(f"journal `{journal}`: {why}; nothing behind it is in the books, `solvent audit` tells more")
        for refused in done.refused:
            self._tell(_contradiction(refused))


def _contradiction(refused: Contradiction) -> str:
    where = f"journal `{refused.journal}`, segment {refused.segment}"
    return f"{where}: `{refused.subject}` was not folded ({refused.reason}); `solvent audit` tells more"
