"""Filing a paste and finding it again.

A verdict is never stored: it is a pure function of the stored text and the catalogue, so an old paste is always shown with what is
known today, and the same error gets the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from solvent.base import ids
from solvent.base.clock import Clock
from solvent.base.errors import UsageError
from solvent.base.paste import accept
from solvent.cases import life
from solvent.diagnosis import desk, fingerprint
from solvent.diagnosis.desk import Explanation
from solvent.diagnosis.engine import Engine
from solvent.model.occurrence import FEEDBACK, GATEWAY, SOURCES, Case, Occurrence, Page
from solvent.operations import attempts
from solvent.operations.ports import CaseStore

LIST_MAX = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """An occurrence with its case and what is known about it today."""

    occurrence: Occurrence
    case: Case
    explanation: Explanation


class Desk:
    """The error desk's acts, over a store, a clock and a source of randomness."""

    def __init__(
        self, engine: Engine, store: CaseStore, clock: Clock, random_bytes: Callable[[int], bytes], monotonic_ns: Callable[[], int]
    ) -> None:
        self.engine = engine
        self._store = store
        self._clock = clock
        self._random_bytes = random_bytes
        self._monotonic_ns = monotonic_ns

    def explain(self, raw: str, lang: str, code_language: str | None = None) -> Explanation:
        """Explains a text without keeping anything. Raises `UsageError` where it is empty, too large or not text."""
        return desk.explain(accept(raw), self.engine, lang, code_language)

    async def file(self, raw: str, lang: str, *, source: str = "paste", listed: bool = True) -> Opened:
        """Explains a text and keeps it, without its secrets. Raises `UsageError` where it is empty, too large or not text."""
        if source not in SOURCES:
            message = f"`{source}` is not a source of occurrences; use one of {', '.join(SOURCES)}"
            raise UsageError(message)
        started = self._monotonic_ns()
        explanation = self.explain(raw, lang)
        took_us = (self._monotonic_ns() - started) // 1000
        verdict, now = explanation.verdict, self._clock.now()
        occurrence = Occurrence(
            id=ids.occurrence_id(self._random_bytes),
            case_id=verdict.fingerprint,
            at=now,
            source=source,
            text=explanation.text,
            struck=explanation.struck,
            language=verdict.language,
            listed=listed,
            took_us=took_us,
        )
        case = await self._store.file(occurrence, self._first(explanation, now))
        return Opened(occurrence, case, explanation)

    def _first(self, explanation: Explanation, now: datetime) -> Case:
        verdict = explanation.verdict
        event = life.Event.OCCURRED_UNEXPLAINED if verdict.rule is None else life.Event.OCCURRED_EXPLAINED
        return Case(
            id=verdict.fingerprint,
            state=life.step(life.FIRST, event).value,
            rule=verdict.rule,
            category=verdict.category,
            wallet=verdict.wallet,
            provider=verdict.provider,
            template=fingerprint.template(explanation.report.original),
            count=1,
            first_at=now,
            last_at=now,
        )

    async def open(self, occurrence_id: str, lang: str, code_language: str | None = None) -> Opened | None:
        """One kept paste, explained anew in `lang`; None where there is no such paste."""
        found = await self._store.occurrence(occurrence_id)
        if found is None:
            return None
        occurrence, case = found
        text = attempts.said(occurrence.text) if occurrence.source == GATEWAY else occurrence.text
        return Opened(occurrence, case, desk.explain(text, self.engine, lang, code_language))

    async def occurrences(self, *, limit: int, after: str | None, case_id: str | None = None) -> Page[tuple[Occurrence, Case]]:
        """Listed pastes, newest first, of one case or of all."""
        return await self._store.occurrences(case_id=case_id, limit=max(1, min(limit, LIST_MAX)), after=after)

    async def everything(
        self, *, limit: int, after: str | None, case_id: str | None = None, source: str | None = None
    ) -> Page[tuple[Occurrence, Case]]:
        """What was pasted and what the gateway filed, newest first, also what no list of the desk shows: for the operator alone."""
        return await self._store.occurrences(limit=max(1, min(limit, LIST_MAX)), after=after, case_id=case_id, source=source, unlisted=True)

    async def remove(self, occurrence_id: str) -> bool:
        """Deletes an occurrence for good; its case counts one less, and goes with its last one. False where there is none."""
        return await self._store.remove(occurrence_id)

    async def resolve(self, case_id: str) -> Case | None:
        """A person says that the case is over; it regresses if it comes back. None where there is no such case."""
        return await self._store.happen(case_id, life.Event.RESOLVED)

    async def cases(self, *, limit: int, after: str | None) -> Page[Case]:
        """Cases, the one seen last first."""
        return await self._store.cases(limit=max(1, min(limit, LIST_MAX)), after=after)

    async def case(self, case_id: str) -> Case | None:
        """One case, or None."""
        return await self._store.case(case_id)

    async def give_feedback(self, occurrence_id: str, feedback: str) -> bool:
        """Records whether a report helped. False where there is no such paste; raises `UsageError` on another word."""
        if feedback not in FEEDBACK:
            message = f"`{feedback}` is no feedback; say one of {', '.join(FEEDBACK)}"
            raise UsageError(message)
        return await self._store.give_feedback(occurrence_id, feedback)

    async def counts(self) -> tuple[int, int]:
        """How many pastes and cases there are."""
        return await self._store.counts()
