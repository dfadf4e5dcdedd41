"""What the operations need from outside."""

from __future__ import annotations

from typing import Protocol

from solvent.model.occurrence import Case, Occurrence, Page


class CaseStore(Protocol):
    """Keeps occurrences and cases. Lists are newest first; `after` is the cursor of the page before."""

    async def file(self, occurrence: Occurrence, case: Case) -> Case:
        """Adds the occurrence and, in one step, opens its case or counts it there; returns the case as it now stands.

        `case` is the case as a first occurrence would open it.
        """
        ...

    async def occurrence(self, occurrence_id: str) -> tuple[Occurrence, Case] | None:
        """One occurrence with its case, or None."""
        ...

    async def occurrences(self, *, case_id: str | None, limit: int, after: str | None) -> Page[tuple[Occurrence, Case]]:
        """Listed occurrences, of one case or of all. A cursor that cannot be read starts from the newest."""
        ...

    async def case(self, case_id: str) -> Case | None:
        """One case, or None."""
        ...

    async def cases(self, *, limit: int, after: str | None) -> Page[Case]:
        """Cases by their last occurrence."""
        ...

    async def give_feedback(self, occurrence_id: str, feedback: str) -> bool:
        """Records whether the report helped; the last word counts. False where there is no such occurrence."""
        ...

    async def counts(self) -> tuple[int, int]:
        """How many occurrences and cases there are."""
        ...
