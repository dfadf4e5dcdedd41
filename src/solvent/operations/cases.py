"""Filing a paste and finding it again.

A verdict is never stored: it is a pure function of the stored text and the catalogue, so an old paste is always shown with what is
known today, and the same error gets the same answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from solvent.base import ids
from solvent.base.clock import Clock
from solvent.base.disguise import strike
from solvent.base.errors import UsageError
from solvent.base.paste import accept
from solvent.cases import life, outbreak
from solvent.cases.outbreak import Day, Outbreak
from solvent.diagnosis import desk, fingerprint
from solvent.diagnosis.desk import Explanation
from solvent.diagnosis.engine import Engine
from solvent.diagnosis.paste import normalise
from solvent.model.filters import NO_RULE, Filters, Found
from solvent.model.occurrence import CORRECTED, CORRECTION_MAX, FEEDBACK, GATEWAY, SOURCES, Case, Hours, Occurrence, Page, View, page_length
from solvent.operations import attempts
from solvent.operations.ports import CaseStore

HISTORY_DAYS = 30
LARGE = 10_000  # occurrences of a case
_COUNTED_FOR = timedelta(minutes=1)
_CORRECTION_READ = 4 * CORRECTION_MAX


@dataclass(frozen=True, slots=True)
class History:
    """How often a case was seen on each of the last days, today last, and what to tell where it surges."""

    days: tuple[Day, ...]
    outbreak: Outbreak | None


@dataclass(frozen=True, slots=True)
class Opened:
    """An occurrence with its case and what is known about it today. `deletion_token`: only right after the filing, and nowhere kept."""

    occurrence: Occurrence
    case: Case
    explanation: Explanation
    deletion_token: str | None = None


class Desk:
    """The error desk's acts, over a store, a clock and a source of randomness.

    The `public` desk is for strangers. It knows nothing but what was pasted at itself: what the gateway filed, what the operator pasted,
    and what the operator says of a case are not there, whatever is asked for. It lists only what its reader wants listed and a rule
    matched.
    """

    public = False

    def __init__(
        self, engine: Engine, store: CaseStore, clock: Clock, random_bytes: Callable[[int], bytes], monotonic_ns: Callable[[], int]
    ) -> None:
        self.engine = engine
        self._store = store
        self._clock = clock
        self._random_bytes = random_bytes
        self._monotonic_ns = monotonic_ns
        self._counted: dict[str, tuple[datetime, Hours]] = {}

    def now(self) -> datetime:
        """The present instant, by the clock of the desk."""
        return self._clock.now()

    def for_strangers(self) -> Desk:
        """The public desk over the same store."""
        desk = Desk(self.engine, self._store, self._clock, self._random_bytes, self._monotonic_ns)
        desk.public = True
        return desk

    def explain(self, raw: str, lang: str, code_language: str | None = None) -> Explanation:
        """Explains a text without keeping anything. Raises `UsageError` where it is empty, too large or not text."""
        return desk.explain(accept(raw), self.engine, lang, code_language)

    async def file(self, raw: str, lang: str, *, source: str = "paste", listed: bool | None = None) -> Opened:
        """Explains a text and keeps it, without its secrets. Raises `UsageError` where it is empty, too large or not text.

        `listed` None: as is the custom here, which is yes, and no at the public desk.
        """
        if source not in SOURCES:
            message = f"`{source}` is not a source of occurrences; use one of {', '.join(SOURCES)}"
            raise UsageError(message)
        started = self._monotonic_ns()
        explanation = self.explain(raw, lang)
        took_us = (self._monotonic_ns() - started) // 1000
        verdict, now = explanation.verdict, self._clock.now()
        wanted = not self.public if listed is None else listed
        token = ids.secret_token(self._random_bytes)
        template = fingerprint.template(explanation.report.original)
        occurrence = Occurrence(
            id=ids.occurrence_id(self._random_bytes),
            case_id=verdict.fingerprint,
            at=now,
            source=source,
            text=explanation.text,
            struck=explanation.struck,
            language=verdict.language,
            listed=wanted and (verdict.rule is not None or not self.public),
            took_us=took_us,
            public=self.public,
            deletion=ids.token_hash(token),
            template=template,
            part=fingerprint.part(verdict.fingerprint, template),
            via=verdict.via,
        )
        case = await self._store.file(occurrence, self._first(explanation, template, now))
        return Opened(replace(occurrence, case_id=case.id), self._told(case), explanation, token)

    def _first(self, explanation: Explanation, template: str, now: datetime) -> Case:
        verdict = explanation.verdict
        return Case(
            id=verdict.fingerprint,
            state=life.opened(explained=verdict.rule is not None).value,
            rule=verdict.rule,
            category=verdict.category,
            wallet=verdict.wallet,
            provider=verdict.provider,
            template=template,
            count=1,
            first_at=now,
            last_at=now,
        )

    async def open(self, occurrence_id: str, lang: str, code_language: str | None = None) -> Opened | None:
        """One kept paste, explained anew in `lang`; None where there is no such paste."""
        found = await self._found(occurrence_id)
        if found is None:
            return None
        occurrence, case = found
        text = attempts.said(occurrence.text) if occurrence.source == GATEWAY else occurrence.text
        return Opened(occurrence, case, desk.explain(text, self.engine, lang, code_language))

    async def _found(self, occurrence_id: str) -> tuple[Occurrence, Case] | None:
        found = await self._store.occurrence(occurrence_id)
        if found is None or (self.public and not found[0].public):
            return None
        occurrence, case = found
        if self.public:
            # One that is not listed has a case of which the public knows nothing.
            case = await self._store.case(case.id, View.PUBLIC) or replace(case, count=0, first_at=occurrence.at, last_at=occurrence.at)
        return occurrence, self._told(case)

    def _told(self, case: Case) -> Case:
        """A case as this desk tells of it: what an operator says of it and the words of others' texts stay out of the public's."""
        if not self.public:
            return case
        return replace(case, template="", state=life.opened(explained=case.rule is not None).value)

    @property
    def _view(self) -> View:
        return View.PUBLIC if self.public else View.DESK

    async def occurrences(self, *, limit: int, after: str | None, case_id: str | None = None) -> Page[tuple[Occurrence, Case]]:
        """Listed pastes, newest first, of one case or of all."""
        found = await self._store.occurrences(case_id=case_id, limit=page_length(limit), after=after, view=self._view)
        return Page(tuple((occurrence, self._told(case)) for occurrence, case in found.items), found.after)

    async def everything(
        self, *, limit: int, after: str | None, case_id: str | None = None, source: str | None = None
    ) -> Page[tuple[Occurrence, Case]]:
        """What was pasted and what the gateway filed, newest first, also what no list of the desk shows: for the operator alone."""
        assert not self.public
        return await self._store.occurrences(limit=page_length(limit), after=after, case_id=case_id, source=source, view=View.OPERATOR)

    async def find(self, filters: Filters, *, limit: int, after: str | None) -> Found[tuple[Occurrence, Case]]:
        """Of the listed pastes those that all filters let through, newest first."""
        found = await self._store.find(self._mine(filters), limit=page_length(limit), after=after)
        items = tuple((occurrence, self._told(case)) for occurrence, case in found.page.items)
        return replace(found, page=Page(items, found.page.after))

    async def find_everything(self, filters: Filters, *, limit: int, after: str | None) -> Found[tuple[Occurrence, Case]]:
        """As `find`, also of what no list of the desk shows: for the operator alone."""
        assert not self.public
        return await self._store.find(replace(filters, view=View.OPERATOR), limit=page_length(limit), after=after)

    async def find_cases(self, filters: Filters, *, limit: int, after: str | None) -> Found[Case]:
        """Cases that all filters let through, the one seen last first."""
        found = await self._store.find_cases(self._mine(filters), limit=page_length(limit), after=after)
        return replace(found, page=Page(tuple(map(self._told, found.page.items)), found.page.after))

    def _mine(self, filters: Filters) -> Filters:
        """The filters as this desk may ask: the public's states are what it is told of them, which is whether a rule is known."""
        if not self.public or not filters.state:
            return replace(filters, view=self._view)
        told = {
            life.State.ANSWERED: replace(filters, state="", matched=True),
            life.State.PROCESSING: replace(filters, rule=NO_RULE, state=""),
        }
        nothing = replace(filters, state="", matched=True, rule=NO_RULE)
        return replace(told.get(life.State(filters.state), nothing), view=self._view)

    async def remove(self, occurrence_id: str) -> bool:
        """Deletes an occurrence for good; its case counts one less, and goes with its last one. False where there is none."""
        assert not self.public
        return await self._store.remove(occurrence_id)

    async def may_delete(self, occurrence_id: str, token: str) -> bool | None:
        """Whether the token is the one that was given when this was filed; None where there is no such paste."""
        found = await self._found(occurrence_id)
        if found is None:
            return None
        kept = found[0].deletion
        return kept is not None and hmac.compare_digest(ids.token_hash(token), kept)

    async def delete(self, occurrence_id: str, token: str) -> bool | None:
        """Deletes a paste as `remove` does, for whoever has its token; false where it is another, None where there is no such paste."""
        if not (allowed := await self.may_delete(occurrence_id, token)):
            return allowed
        return await self._store.remove(occurrence_id) or None

    async def cases(self, *, limit: int, after: str | None) -> Page[Case]:
        """Cases, the one seen last first."""
        found = await self._store.cases(limit=page_length(limit), after=after, view=self._view)
        return Page(tuple(map(self._told, found.items)), found.after)

    async def case(self, case_id: str) -> Case | None:
        """One case, or None."""
        found = await self._store.case(case_id, self._view)
        if found is None or not self.public:
            return found
        # The sentence that the public is shown comes from a paste that the public may see.
        page = await self.occurrences(limit=1, after=None, case_id=case_id)
        shown = [desk.explain(item.text, self.engine, item.language).report.original for item, _ in page.items]
        return replace(self._told(found), template=fingerprint.template("".join(shown)))

    async def merged_into(self, case_id: str) -> str | None:
        """The case that holds by now what was in this one; None where it was not merged."""
        return await self._store.merged_into(case_id, self._view)

    async def history(self, *cases: Case) -> dict[str, History]:
        """How often each of these cases was seen lately, and whether it surges, by their ids.

        To count a large one takes long, and one more changes little: that is counted once a minute.
        """
        now = self._clock.now()
        kept = {case.id: self._counted[case.id] for case in cases if case.id in self._counted and case.count > LARGE}
        fresh = {case_id: hours for case_id, (at, hours) in kept.items() if now - at < _COUNTED_FOR}
        wanted = [case.id for case in cases if case.id not in fresh]
        hours = fresh | await self._store.hours(wanted, now - timedelta(days=HISTORY_DAYS), self._view)
        large = {case.id: (now, hours.get(case.id, ())) for case in cases if case.count > LARGE and case.id not in fresh}
        self._counted = {case_id: held for case_id, held in self._counted.items() if now - held[0] < _COUNTED_FOR} | large
        told = ((case.id, hours.get(case.id, ())) for case in cases)
        return {case_id: History(outbreak.days(of_it, now, HISTORY_DAYS), outbreak.outbreak(of_it, now)) for case_id, of_it in told}

    async def give_feedback(self, occurrence_id: str, feedback: str, correction: str = "") -> bool:
        """Records whether a report helped, and what the reader says instead, without secrets and cut to its bound.

        False where there is no such paste; raises `UsageError` on another word.
        """
        if feedback not in FEEDBACK:
            message = f"`{feedback}` is no feedback; say one of {', '.join(FEEDBACK)}"
            raise UsageError(message)
        if await self._found(occurrence_id) is None:
            return False
        said = strike(normalise.printable(correction[:_CORRECTION_READ])).text
        if len(correction) > _CORRECTION_READ:
            # What is cut in two may be a key, of which a piece is not known for one.
            said = said[:-CORRECTION_MAX]
        said = said.strip()[:CORRECTION_MAX]
        kept = said if feedback == CORRECTED and said else None
        return await self._store.give_feedback(occurrence_id, feedback, kept)

    async def counts(self) -> tuple[int, int]:
        """How many pastes and cases there are."""
        return await self._store.counts(self._view)
