"""Asking a model about a paste that the catalogue leaves open, and keeping what it said.

What it says is an opinion: no verdict, case, alert or account ever learns of it. Who asked is shown it at once and told that nobody
checked it; everybody else once a person approved it. Every way in which it can fail is an outcome with a name.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from solvent.base import ids
from solvent.base.clock import Clock
from solvent.base.errors import UsageError
from solvent.diagnosis.opinion import briefing, grounds, nearest
from solvent.diagnosis.opinion.grounding import Checker
from solvent.diagnosis.opinion.hearing import Hearing, Piece
from solvent.model.occurrence import Page, page_length
from solvent.model.opinion import Assisted, Standing, Trouble
from solvent.operations import naming
from solvent.operations.cases import Desk, Opened
from solvent.operations.ports import AskedModel, OpinionStore

_CASES_LOOKED_AT = 50
_BOUNDARY_BYTES = 12


@dataclass(frozen=True, slots=True)
class Conditions:
    """On what conditions a model is asked: which one, whether as soon as an open question is pasted, and by how many at once."""

    model: str
    automatic: bool
    at_once: int


class Assistance:
    """The stage. One for all desks over one store, so that its limits count together."""

    def __init__(
        self, desk: Desk, store: OpinionStore, model: AskedModel, conditions: Conditions, clock: Clock, random_bytes: Callable[[int], bytes]
    ) -> None:
        self.conditions = conditions
        self._store = store
        self._model = model
        self._clock = clock
        self._random_bytes = random_bytes
        self._catalogue = desk.engine.catalogue
        self._grounds = grounds.of_catalogue(self._catalogue)
        self._rules = nearest.rules(self._catalogue)
        self._asking: set[str] = set()

    def may_ask(self, opened: Opened) -> bool:
        """Whether the catalogue leaves the question open."""
        return briefing.is_open(opened.explanation.verdict)

    def _key(self, opened: Opened, lang: str) -> str:
        return briefing.key(opened.explanation.text, lang, self.conditions.model)

    async def shown(self, opened: Opened, lang: str, mine: str | None) -> Assisted | None:
        """What a reader of this paste may be shown: the approved opinion, else the reader's own (`mine`: the id that a proof names).

        None too where the catalogue has become sure since: it needs no opinion beside it.
        """
        if not self.may_ask(opened):
            return None
        approved = await self._store.of_key(self._key(opened, lang), Standing.APPROVED)
        if approved is not None or mine is None:
            return approved
        own = await self._store.get(mine)
        fits = own is not None and (own.occurrence_id, own.lang) == (opened.occurrence.id, lang)
        return own if fits and own is not None and own.standing is not Standing.REJECTED else None

    async def ask(self, desk: Desk, opened: Opened, lang: str) -> AsyncGenerator[Piece | Assisted | Trouble, None]:
        """Asks about this paste: checked sentences as they come, and at the end the opinion as it is kept, or the trouble instead."""
        key = self._key(opened, lang)
        if not self.may_ask(opened):
            yield Trouble.KNOWN
        elif (approved := await self._store.of_key(key, Standing.APPROVED)) is not None:
            yield approved
        elif await self._store.of_key(key, Standing.REJECTED) is not None:
            yield Trouble.REJECTED
        elif key in self._asking or len(self._asking) >= self.conditions.at_once:
            # To ask the same twice at once costs twice, for one answer.
            yield Trouble.BUSY
        else:
            self._asking.add(key)
            try:
                async with aclosing(self._asked(desk, opened, lang, key)) as said:
                    async for part in said:
                        yield part
            finally:
                self._asking.discard(key)

    async def _asked(self, desk: Desk, opened: Opened, lang: str, key: str) -> AsyncGenerator[Piece | Assisted | Trouble, None]:
        explanation = opened.explanation
        hearing = Hearing(Checker(self._grounds, grounds.of_text(briefing.shortened(explanation.text)), lang))
        async with aclosing(self._model.say(await self._brief(desk, opened, lang))) as said:
            async for text in said:
                if isinstance(text, Trouble):
                    yield text
                    return
                for piece in hearing.feed(text):
                    yield piece
                if hearing.too_long:
                    yield Trouble.LONG
                    return
        last, opinion = hearing.end()
        for piece in last:
            yield piece
        if opinion is None:
            yield Trouble.NONSENSE
            return
        assisted = Assisted(
            id=ids.occurrence_id(self._random_bytes),
            key=key,
            occurrence_id=opened.occurrence.id,
            lang=lang,
            model=self.conditions.model,
            at=self._clock.now(),
            standing=Standing.PENDING,
            opinion=opinion,
        )
        yield assisted if await self._store.keep(assisted) else Trouble.GONE

    async def _brief(self, desk: Desk, opened: Opened, lang: str) -> briefing.Briefing:
        explanation = opened.explanation
        verdict, original = explanation.verdict, explanation.report.original
        weighed = [verdict.rule, *(tried.rule for tried in verdict.trail)]
        near = dict.fromkeys([name for name in weighed if name is not None] + list(self._rules.to(original, briefing.RULES_MAX)))
        known = {case.id: case for case in (await desk.cases(limit=_CASES_LOOKED_AT, after=None)).items if case.id != opened.case.id}
        titles = {name: naming.title(case, self._catalogue, lang) for name, case in known.items() if case.rule is not None or case.template}
        near_cases = nearest.Nearest(titles.items()).to(original, briefing.CASES_MAX)
        boundary = self._random_bytes(_BOUNDARY_BYTES).hex()
        cases = [titles[name] for name in near_cases]
        return briefing.brief(explanation, self._catalogue, list(near)[: briefing.RULES_MAX], cases, lang, boundary)


class Opinions:
    """What a person does with opinions: looks through them, approves them, rejects them. They are there also where no model is asked."""

    def __init__(self, store: OpinionStore) -> None:
        self._store = store

    async def page(self, *, limit: int, after: str | None, standing: str | None = None) -> Page[Assisted]:
        """Opinions, newest first, of one standing or of all. Raises `UsageError` on a word that is no standing."""
        wanted = None if standing is None else _standing(standing)
        return await self._store.page(limit=page_length(limit), after=after, standing=wanted)

    async def decide(self, opinion_id: str, standing: str) -> Assisted | None:
        """Approves it for everybody, or rejects it; None where there is no such opinion. Raises `UsageError` on another word."""
        wanted = _standing(standing)
        if wanted is Standing.PENDING:
            raise UsageError("`pending` is what an opinion is before a person looked at it; say `approved` or `rejected`")
        return await self._store.decide(opinion_id, wanted)


def _standing(word: str) -> Standing:
    try:
        return Standing(word)
    except ValueError as problem:
        raise UsageError(f"`standing` must be one of {', '.join(Standing)}") from problem
