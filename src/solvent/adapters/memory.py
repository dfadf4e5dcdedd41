"""The case store in memory: for tests and for a desk that keeps nothing after it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from solvent.adapters import cursor
from solvent.cases import life
from solvent.model.occurrence import Case, Occurrence, Page, View


class MemoryCaseStore:
    """Keeps occurrences and cases in dictionaries; the same port and the same tests as the database."""

    def __init__(self) -> None:
        self._occurrences: dict[str, Occurrence] = {}
        self._cases: dict[str, Case] = {}

    async def file(self, occurrence: Occurrence, case: Case) -> Case:
        """Adds the occurrence and opens its case or counts it there."""
        known = self._cases.get(case.id)
        if known is not None:
            case = life.counted(known, occurrence.at, explained=case.rule is not None)
        self._cases[case.id] = case
        self._occurrences[occurrence.id] = occurrence
        return case

    async def file_new(self, filed: Sequence[tuple[Occurrence, Case]]) -> int:
        """Files those that are not there yet; how many these were."""
        count = 0
        for occurrence, case in filed:
            if occurrence.id not in self._occurrences:
                await self.file(occurrence, case)
                count += 1
        return count

    async def occurrence(self, occurrence_id: str) -> tuple[Occurrence, Case] | None:
        """One occurrence with its case, or None."""
        found = self._occurrences.get(occurrence_id)
        return None if found is None else (found, self._cases[found.case_id])

    async def occurrences(
        self, *, limit: int, after: str | None, view: View, case_id: str | None = None, source: str | None = None
    ) -> Page[tuple[Occurrence, Case]]:
        """The occurrences that the view shows, newest first."""
        place = cursor.read(after)
        wanted = [
            item
            for item in self._occurrences.values()
            if _shown(item, view)
            and case_id in (None, item.case_id)
            and source in (None, item.source)
            and (place is None or (item.at, item.id) < place)
        ]
        wanted.sort(key=lambda item: (item.at, item.id), reverse=True)
        shown = wanted[:limit]
        more = cursor.write(shown[-1].at, shown[-1].id) if len(wanted) > limit else None
        groups = {case.id: case for case in self._seen(view)}
        return Page(tuple((item, groups[item.case_id]) for item in shown), more)

    async def case(self, case_id: str, view: View) -> Case | None:
        """One case, or None."""
        return next((case for case in self._seen(view) if case.id == case_id), None)

    def _seen(self, view: View) -> Iterator[Case]:
        for case in self._cases.values():
            if view is not View.PUBLIC:
                yield case
                continue
            times = [item.at for item in self._occurrences.values() if item.case_id == case.id and _shown(item, view)]
            if times:
                yield replace(case, count=len(times), first_at=min(times), last_at=max(times))

    async def cases(self, *, limit: int, after: str | None, view: View) -> Page[Case]:
        """Cases by their last occurrence."""
        place = cursor.read(after)
        wanted = [item for item in self._seen(view) if place is None or (item.last_at, item.id) < place]
        wanted.sort(key=lambda item: (item.last_at, item.id), reverse=True)
        shown = wanted[:limit]
        more = cursor.write(shown[-1].last_at, shown[-1].id) if len(wanted) > limit else None
        return Page(tuple(shown), more)

    async def give_feedback(self, occurrence_id: str, feedback: str) -> bool:
        """Records whether the report helped."""
        found = self._occurrences.get(occurrence_id)
        if found is None:
            return False
        self._occurrences[occurrence_id] = replace(found, feedback=feedback)
        return True

    async def remove(self, occurrence_id: str) -> bool:
        """Deletes an occurrence; its case counts one less, and goes with its last one."""
        found = self._occurrences.pop(occurrence_id, None)
        if found is None:
            return False
        case = self._cases[found.case_id]
        if case.count > 1:
            self._cases[case.id] = replace(case, count=case.count - 1)
        else:
            del self._cases[case.id]
        return True

    async def happen(self, case_id: str, event: life.Event) -> Case | None:
        """Moves a case on in its life."""
        found = self._cases.get(case_id)
        if found is not None:
            found = self._cases[case_id] = replace(found, state=life.step(life.State(found.state), event).value)
        return found

    async def counts(self, view: View) -> tuple[int, int]:
        """How many occurrences and cases there are."""
        if view is not View.PUBLIC:
            return len(self._occurrences), len(self._cases)
        return sum(_shown(item, view) for item in self._occurrences.values()), len(list(self._seen(view)))


def _shown(item: Occurrence, view: View) -> bool:
    return view is View.OPERATOR or (item.listed and (item.public or view is View.DESK))
