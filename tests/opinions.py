"""The model-assisted stage without a database and without a gateway: opinions in memory, and a model that says what a test lets it say."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any

from solvent.diagnosis.opinion.briefing import Briefing
from solvent.model.occurrence import Page
from solvent.model.opinion import Assisted, Standing, Trouble

SAID: dict[str, Any] = {
    "title": "The server failed",
    "summary": "The server failed in a way of its own. Send the request again.",
    "translation": "The frobnicator failed.",
    "cause": "The status 418 is a strange one. Ask evil-relay.com about it.",
    "who_acts": "The provider acts.",
    "category": "credit_exhausted",
    "wallet": "relay_user",
    "solution": ["Wait a minute.", "Run pip install frobfix."],
    "prevention": ["Log the whole answer."],
}


class OpinionRows:
    """The store's twin."""

    def __init__(self) -> None:
        self.rows: dict[str, Assisted] = {}
        self.gone: set[str] = set()

    async def keep(self, assisted: Assisted) -> bool:
        if assisted.occurrence_id in self.gone:
            return False
        self.rows[assisted.id] = assisted
        return True

    async def get(self, opinion_id: str) -> Assisted | None:
        return self.rows.get(opinion_id)

    async def of_key(self, key: str, standing: Standing) -> Assisted | None:
        return next((row for row in reversed(self.rows.values()) if (row.key, row.standing) == (key, standing)), None)

    async def page(self, *, limit: int, after: str | None, standing: Standing | None) -> Page[Assisted]:
        start = int(after) if after and after.isdigit() else 0
        found = [row for row in reversed(self.rows.values()) if standing in (None, row.standing)]
        return Page(tuple(found[start : start + limit]), str(start + limit) if len(found) > start + limit else None)

    async def decide(self, opinion_id: str, standing: Standing) -> Assisted | None:
        found = self.rows.get(opinion_id)
        if found is None:
            return None
        if standing is Standing.APPROVED:
            for row in self.rows.values():
                if (row.key, row.standing) == (found.key, Standing.APPROVED):
                    self.rows[row.id] = replace(row, standing=Standing.PENDING)
        self.rows[opinion_id] = replace(found, standing=standing)
        return self.rows[opinion_id]


@dataclass
class Scripted:
    """A model that says `parts`, whatever it is asked; what it was asked stands in `asked`."""

    parts: tuple[str | Trouble, ...] = (json.dumps(SAID),)
    asked: list[Briefing] = field(default_factory=list)
    closed: int = 0

    async def say(self, briefing: Briefing) -> AsyncGenerator[str | Trouble, None]:
        self.asked.append(briefing)
        try:
            for part in self.parts:
                yield part
        finally:
            self.closed += 1
