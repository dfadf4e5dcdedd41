"""The case store in memory: for tests and for a desk that keeps nothing after it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from solvent.adapters import cursor, finding
from solvent.cases import life
from solvent.model.filters import Filters, Found
from solvent.model.occurrence import CORRECTED, Affected, Case, Hours, NotRegrouped, Occurrence, Page, Part, View


class MemoryCaseStore:
    """Keeps occurrences and cases in dictionaries; the same ports and the same tests as the database."""

    def __init__(self) -> None:
        self._occurrences: dict[str, Occurrence] = {}
        self._cases: dict[str, Case] = {}
        self._homes: dict[str, str] = {}  # of occurrences: the case that each would be in without merges
        self._merged: dict[str, str] = {}
        self._splits: set[str] = set()

    async def file(self, occurrence: Occurrence, case: Case) -> Case:
        """Adds the occurrence and opens its case or counts it there."""
        home = occurrence.part if occurrence.part in self._splits else case.id
        root = self._root(home)
        known = self._cases.get(root)
        case = replace(case, id=root) if known is None else life.counted(known, occurrence.at, explained=case.rule is not None)
        self._cases[root] = case
        self._homes[occurrence.id] = home
        self._occurrences[occurrence.id] = replace(occurrence, case_id=root)
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
        page = cursor.page(wanted, limit, lambda item: cursor.write(item.at, item.id))
        groups = {case.id: case for case in self._seen(view)}
        return Page(tuple((item, groups[item.case_id]) for item in page.items), page.after)

    async def case(self, case_id: str, view: View) -> Case | None:
        """One case, or None."""
        return next((case for case in self._seen(view) if case.id == case_id), None)

    async def merged_into(self, case_id: str, view: View) -> str | None:
        """The case that now holds what was in this one."""
        homes = self._below(case_id)
        seen = view is not View.PUBLIC or any(_shown(item, view) and self._homes[name] in homes for name, item in self._occurrences.items())
        return self._root(case_id) if case_id in self._merged and seen else None

    async def hours(self, case_ids: Sequence[str], since: datetime, view: View) -> dict[str, Hours]:
        """How many occurrences of each of these cases began in which hour."""
        found: dict[str, Counter[datetime]] = {}
        for item in self._occurrences.values():
            if item.case_id in case_ids and item.at >= since and _counted(item, view):
                found.setdefault(item.case_id, Counter())[item.at.replace(minute=0, second=0, microsecond=0)] += 1
        return {case_id: tuple(sorted(hours.items())) for case_id, hours in found.items()}

    def _seen(self, view: View) -> Iterator[Case]:
        for case in self._open():
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
        return cursor.page(wanted, limit, _cursor)

    async def find(self, filters: Filters, *, limit: int, after: str | None) -> Found[tuple[Occurrence, Case]]:
        """Occurrences that all filters let through, newest first; of one instant the one filed last comes first."""
        groups, order = {case.id: case for case in self._seen(filters.view)}, {name: at for at, name in enumerate(self._occurrences)}
        wanted = [
            (item, groups[item.case_id])
            for item in self._occurrences.values()
            if _shown(item, filters.view) and finding.lets(filters, item, groups[item.case_id])
        ]
        wanted.sort(key=lambda pair: (pair[0].at, order[pair[0].id]), reverse=True)
        names = [item.id for item, _ in wanted]
        rest = wanted[names.index(after) + 1 :] if after in names else wanted
        return finding.found(cursor.page(rest, limit, lambda pair: pair[0].id), len(wanted))

    async def find_cases(self, filters: Filters, *, limit: int, after: str | None) -> Found[Case]:
        """Cases that all filters let through, by their last occurrence."""
        items = [item for item in self._occurrences.values() if _counted(item, filters.view)]
        wanted = [case for case in self._seen(filters.view) if finding.lets_case(filters, case, items)]
        wanted.sort(key=lambda case: (case.last_at, case.id), reverse=True)
        place = cursor.read(after)
        rest = [case for case in wanted if place is None or (case.last_at, case.id) < place]
        return finding.found(cursor.page(rest, limit, _cursor), len(wanted))

    async def give_feedback(self, occurrence_id: str, feedback: str, correction: str | None = None) -> bool:
        """Records whether the report helped, and what a reader says instead."""
        found = self._occurrences.get(occurrence_id)
        if found is None:
            return False
        self._occurrences[occurrence_id] = replace(found, feedback=feedback, correction=correction)
        return True

    async def remove(self, occurrence_id: str) -> bool:
        """Deletes an occurrence; its case counts one less, and goes with its last one."""
        found = self._occurrences.pop(occurrence_id, None)
        if found is None:
            return False
        home = self._homes.pop(occurrence_id)
        case = self._cases[found.case_id]
        if case.count > 1:
            self._cases[case.id] = replace(case, count=case.count - 1)
            self._forget_words(found, home)
        else:
            self._drop(case.id)
        return True

    def _forget_words(self, removed: Occurrence, home: str) -> None:
        """A sentence of a case goes with the last occurrence that said it: that of the oldest which is left takes its place."""
        for case_id in {home, removed.case_id} & self._cases.keys():
            case = self._cases[case_id]
            if case.template == removed.template:
                left = [item for item in self._occurrences.values() if case_id in (item.case_id, self._homes[item.id])]
                left.sort(key=lambda item: (item.template != removed.template, item.at, item.id))
                self._cases[case_id] = replace(case, template=left[0].template if left else "")

    async def happen(self, case_id: str, event: life.Event) -> Case | None:
        """Moves a case on in its life."""
        found = await self.case(case_id, View.OPERATOR)
        if found is not None:
            found = self._cases[case_id] = replace(found, state=life.step(life.State(found.state), event).value)
        return found

    async def counts(self, view: View) -> tuple[int, int]:
        """How many occurrences and cases there are."""
        return sum(_counted(item, view) for item in self._occurrences.values()), len(list(self._seen(view)))

    async def merge(self, case_id: str, into: str) -> Case | NotRegrouped:
        """Puts a case into another."""
        target = self._root(into)
        if case_id not in self._cases:
            return NotRegrouped.NO_CASE
        if target not in self._cases:
            return NotRegrouped.NO_TARGET
        root = self._root(case_id)
        if root == target:
            return NotRegrouped.SAME if case_id == target else self._cases[target]
        if root != case_id:
            return NotRegrouped.NO_CASE
        self._merged[case_id] = target
        return self._regroup(target) or NotRegrouped.NO_TARGET

    async def split(self, case_id: str, part: str) -> Case | NotRegrouped:
        """Takes a part out of a case."""
        if case_id in self._merged or case_id not in self._cases:
            return NotRegrouped.NO_CASE
        if part in self._merged:
            if self._root(part) != case_id:
                return NotRegrouped.NO_PART
            del self._merged[part]
            out, left = self._regroup(part), self._regroup(case_id)
            return out or left or NotRegrouped.NO_PART
        return self._split_off(case_id, part)

    def _split_off(self, case_id: str, name: str) -> Case | NotRegrouped:
        sample = next((item for item in self._occurrences.values() if name in (item.part, item.id)), None)
        if sample is None:
            return NotRegrouped.NO_PART
        part, home = sample.part, self._homes[sample.id]
        if home == part == sample.case_id:
            return self._cases[part] if part != case_id else NotRegrouped.ALL_OF_IT
        if sample.case_id != case_id or home == part:
            return NotRegrouped.NO_PART
        of_it = [item.id for item in self._occurrences.values() if item.part == part and self._homes[item.id] == home]
        if len(of_it) == self._cases[case_id].count:
            return NotRegrouped.ALL_OF_IT
        facts = self._cases.get(home) or self._cases[case_id]
        state = life.opened(explained=facts.rule is not None).value
        self._cases[part] = replace(facts, id=part, state=state, template=sample.template)
        self._splits.add(part)
        self._homes |= dict.fromkeys(of_it, part)
        out = self._regroup(part)
        self._regroup(case_id)
        return out or NotRegrouped.NO_PART

    async def parts(self, case_id: str, limit: int) -> tuple[Part, ...]:
        """What can be taken out of a case."""
        merged = []
        for name in (name for name, into in self._merged.items() if into == case_id):
            below = self._below(name)
            merged.append(Part(name, True, self._cases[name].template, sum(home in below for home in self._homes.values())))
        held = [item for item in self._occurrences.values() if item.case_id == case_id]
        said = Counter(item.part for item in held if self._homes[item.id] != item.part)
        words = {item.part: item.template for item in held}
        merged.sort(key=lambda one: (-one.count, one.id))
        ordered = sorted(said.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
        sentences = [Part(part, False, words[part], number) for part, number in ordered if number < len(held)]
        return tuple((merged + sentences)[:limit])

    async def feedback(self, case_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """How often each word of feedback was given in these cases."""
        found: dict[str, dict[str, int]] = {}
        for item in self._occurrences.values():
            if item.case_id in case_ids and item.feedback is not None:
                words = found.setdefault(item.case_id, {})
                words[item.feedback] = words.get(item.feedback, 0) + 1
        return found

    async def corrected(self, case_id: str, limit: int) -> tuple[Occurrence, ...]:
        """Occurrences whose readers said something instead."""
        found = [item for item in self._occurrences.values() if item.case_id == case_id and item.correction is not None]
        return tuple(sorted(found, key=lambda item: (item.at, item.id), reverse=True)[:limit])

    async def criticised(self, not_helped_min: int, limit: int) -> tuple[Case, ...]:
        """Cases that readers corrected, or that did not help several times."""
        words = await self.feedback(list(self._cases))
        wanted = [name for name, said in words.items() if said.get(CORRECTED) or said.get("not_helped", 0) >= not_helped_min]
        return _latest((self._cases[name] for name in wanted), limit)

    async def affected(self, case_id: str, limit: int) -> Affected:
        """Whom a case met on the gateway's way."""
        met = [item.attempted for item in self._occurrences.values() if item.case_id == case_id and item.attempted is not None]

        def most(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
            return tuple(sorted(Counter(filter(None, names)).items(), key=lambda pair: (-pair[1], pair[0]))[:limit])

        return Affected(most(one.key_id for one in met), most(one.account for one in met), most(one.model for one in met))

    async def candidates(self, case: Case, limit: int) -> tuple[Case, ...]:
        """Cases that may be like this one."""

        def like(other: Case) -> bool:
            return other.rule == case.rule or (other.category, other.provider) == (case.category, case.provider)

        return _latest((other for other in self._open() if other.id != case.id and like(other)), limit)

    async def unexplained(self, *, limit: int, after: str | None) -> Page[Case]:
        """Cases that no rule explained and that have words, the most frequent first."""
        place = cursor.read_counted(after)
        wanted = [item for item in self._open() if item.rule is None and item.template and (place is None or _by_count(item) < place)]
        wanted.sort(key=_by_count, reverse=True)
        return cursor.page(wanted, limit, lambda item: cursor.write_counted(*_by_count(item)))

    def _open(self) -> Iterable[Case]:
        return (case for case in self._cases.values() if case.id not in self._merged)

    def _root(self, case_id: str) -> str:
        while case_id in self._merged:
            case_id = self._merged[case_id]
        return case_id

    def _below(self, case_id: str) -> set[str]:
        return {name for name in self._cases if case_id in self._path(name)}

    def _path(self, case_id: str) -> list[str]:
        path = [case_id]
        while path[-1] in self._merged:
            path.append(self._merged[path[-1]])
        return path

    def _regroup(self, case_id: str) -> Case | None:
        """Puts into the case what belongs there by now and counts it anew; None where nothing does, and it is gone."""
        times = []
        for name, home in self._homes.items():
            if self._root(home) == case_id:
                self._occurrences[name] = replace(self._occurrences[name], case_id=case_id)
                times.append(self._occurrences[name].at)
        if not times:
            self._drop(case_id)
            return None
        counted = replace(self._cases[case_id], count=len(times), first_at=min(times), last_at=max(times))
        self._cases[case_id] = counted
        return counted

    def _drop(self, case_id: str) -> None:
        """Forgets a case that holds nothing any more, with what was merged into it."""
        for name in self._below(case_id):
            del self._cases[name]
            self._merged.pop(name, None)


def _latest(found: Iterable[Case], limit: int) -> tuple[Case, ...]:
    return tuple(sorted(found, key=lambda case: (case.last_at, case.id), reverse=True)[:limit])


def _cursor(case: Case) -> str:
    return cursor.write(case.last_at, case.id)


def _by_count(case: Case) -> tuple[int, datetime, str]:
    return case.count, case.last_at, case.id


def _shown(item: Occurrence, view: View) -> bool:
    return view is View.OPERATOR or (item.listed and (item.public or view is View.DESK))


def _counted(item: Occurrence, view: View) -> bool:
    return view is not View.PUBLIC or _shown(item, view)
