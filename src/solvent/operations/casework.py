"""What an operator does with cases: says that one is over, puts two together, takes one apart, and looks at what it is made of.

Each act may be asked for again: it changes nothing the second time, and under one Idempotency-Key it gets the first answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from solvent.cases import life
from solvent.cases.similar import Similar, similar
from solvent.diagnosis import draft as drafts
from solvent.diagnosis.draft import RuleDraft
from solvent.diagnosis.engine import Engine
from solvent.model.occurrence import FEEDBACK, GATEWAY, Affected, Case, NotRegrouped, Occurrence, Page, Part, View, page_length
from solvent.operations import attempts
from solvent.operations.asking import Answered, Refused, Why, Wish, again
from solvent.operations.ports import AnswerStore, CaseStore, Regrouping

PARTS_MAX = 50
CORRECTIONS_MAX = 20
AFFECTED_MAX = 10
CRITICISED_MAX = 25
NOT_HELPED_MIN = 2
_CANDIDATES_MAX = 200
_SAMPLES_MAX = 5


Shape = Callable[[Case], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Insight:
    """What an operator sees of a case: its parts, how its readers fared, whom it met, and what is like it."""

    parts: tuple[Part, ...]
    feedback: dict[str, int]
    corrections: tuple[Occurrence, ...]
    affected: Affected
    similar: tuple[Similar, ...]


class Casework:
    """The acts of an operator on cases."""

    def __init__(self, engine: Engine, store: CaseStore, groups: Regrouping, answers: AnswerStore) -> None:
        self._engine = engine
        self._store = store
        self._groups = groups
        self._answers = answers

    async def resolve(self, case_id: str, shape: Shape, idempotency_key: str | None = None) -> Answered | Refused:
        """A person says that the case is over; it regresses if it comes back."""

        async def act() -> Case | NotRegrouped:
            return await self._store.happen(case_id, life.Event.RESOLVED) or NotRegrouped.NO_CASE

        return await self._once(act, ["resolve", case_id], shape, idempotency_key)

    async def merge(self, case_id: str, into: str, shape: Shape, idempotency_key: str | None = None) -> Answered | Refused:
        """Puts a case into another, with all that comes to it later; the answer is that other one."""

        async def act() -> Case | NotRegrouped:
            return await self._groups.merge(case_id, into)

        return await self._once(act, ["merge", case_id, into], shape, idempotency_key)

    async def split(self, case_id: str, part: str, shape: Shape, idempotency_key: str | None = None) -> Answered | Refused:
        """Takes a part out of a case (see `Regrouping.split`); the answer is the case that it is now."""

        async def act() -> Case | NotRegrouped:
            return await self._groups.split(case_id, part)

        return await self._once(act, ["split", case_id, part], shape, idempotency_key)

    async def _once(
        self, act: Callable[[], Awaitable[Case | NotRegrouped]], what: list[str], shape: Shape, idempotency_key: str | None
    ) -> Answered | Refused:
        wish = None if idempotency_key is None else Wish.of(idempotency_key, "case", what)
        kept = None if wish is None else await self._answers.find(wish)
        if wish is not None and kept is not None:
            return again(kept, wish)
        done = await act()
        if isinstance(done, NotRegrouped):
            return _refused(done, what)
        body = shape(done)
        # Where two ask at once under one key, the act changed nothing the second time, and both are told what was kept first.
        kept = None if wish is None else await self._answers.first(wish, body)
        return Answered(body) if wish is None or kept is None else again(kept, wish)

    async def look(self, case: Case) -> Insight:
        """What is to be known of a case."""
        groups = self._groups
        return Insight(
            parts=await groups.parts(case.id, PARTS_MAX),
            feedback=(await self.feedback(case.id))[case.id],
            corrections=await groups.corrected(case.id, CORRECTIONS_MAX),
            affected=await groups.affected(case.id, AFFECTED_MAX),
            similar=similar(case, await groups.candidates(case, _CANDIDATES_MAX)),
        )

    async def feedback(self, *case_ids: str) -> dict[str, dict[str, int]]:
        """How often each word of feedback was given in these cases, every word among them."""
        said = await self._groups.feedback(case_ids)
        return {case_id: {word: said.get(case_id, {}).get(word, 0) for word in FEEDBACK} for case_id in case_ids}

    async def criticised(self) -> tuple[Case, ...]:
        """Cases whose report readers corrected, or that did not help several of them."""
        return await self._groups.criticised(NOT_HELPED_MIN, CRITICISED_MAX)

    async def unexplained(self, *, limit: int, after: str | None) -> Page[Case]:
        """Cases that no rule explained, the most frequent first."""
        return await self._groups.unexplained(limit=page_length(limit), after=after)

    async def draft(self, case_id: str) -> RuleDraft | None:
        """A rule for a case, ready to be filled in, from its newest texts; None where there is no such case."""
        found = await self._store.occurrences(limit=_SAMPLES_MAX, after=None, view=View.OPERATOR, case_id=case_id)
        samples = [attempts.said(item.text) if item.source == GATEWAY else item.text for item, _ in found.items]
        return drafts.draft(samples, self._engine) if samples else None


def _refused(why: NotRegrouped, what: list[str]) -> Refused:
    case_id, other = what[1], what[-1]
    return {
        NotRegrouped.NO_CASE: Refused(Why.UNKNOWN, f"there is no case `{case_id}`; `GET /api/cases` lists them"),
        NotRegrouped.NO_TARGET: Refused(Why.UNKNOWN, f"there is no case `{other}` to merge into; `GET /api/cases` lists them"),
        NotRegrouped.SAME: Refused(Why.CONFLICT, f"`{other}` is the case itself; name another one to merge into"),
        NotRegrouped.NO_PART: Refused(
            Why.UNKNOWN, f"nothing in the case `{case_id}` is called `{other}`; `GET /api/cases/{case_id}` lists its `parts`"
        ),
        NotRegrouped.ALL_OF_IT: Refused(
            Why.CONFLICT, f"the case `{case_id}` is made of this part, and nothing would be left of it; split another part"
        ),
    }[why]
