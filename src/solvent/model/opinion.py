"""What a model said about one paste: an opinion beside the verdict, never in its place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec.structs import replace

from solvent.model.verdict import Category, Report, Verdict, Wallet

TEXTS = ("title", "summary", "translation", "cause", "who_acts")
LISTS = ("solution", "prevention")
ASSISTED = "model-assisted"


class Standing(StrEnum):
    """What a person said of an opinion: until it is approved only who asked for it is shown it."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Trouble(StrEnum):
    """Why there is no opinion."""

    OFF = "off"  # no model is configured
    KNOWN = "known"  # the catalogue is sure
    REJECTED = "rejected"  # a person looked at an answer to this very text and rejected it
    GONE = "gone"  # the paste was deleted meanwhile
    BUSY = "busy"  # as many ask as may
    BUDGET = "budget"  # the money of the day is spent
    NO_KEY = "no_key"  # the operator revoked the key that the desk asks with
    DOWN = "down"  # the gateway does not answer
    REFUSED = "refused"  # no account of the model answered
    LATE = "late"
    LONG = "long"
    NONSENSE = "nonsense"


@dataclass(frozen=True, slots=True)
class Opinion:
    """The checked words of a model; fields that it left out are empty.

    `struck` counts what was taken out because neither the catalogue nor the paste names it, `quoted` the addresses that only the paste
    names. `category` and `wallet` are what the model holds to be true: nothing acts on them.
    """

    title: str = ""
    summary: str = ""
    translation: str = ""
    cause: str = ""
    who_acts: str = ""
    solution: tuple[str, ...] = ()
    prevention: tuple[str, ...] = ()
    category: Category | None = None
    wallet: Wallet | None = None
    struck: int = 0
    quoted: int = 0

    def agrees(self, verdict: Verdict) -> bool | None:
        """Whether it says of money what the verdict says; None where one of them says nothing."""
        if verdict.rule is None or self.wallet is None:
            return None
        return self.wallet is verdict.wallet and self.category in (None, verdict.category)

    def report(self, report: Report) -> Report:
        """The report in the model's words. The letter and the code stay the catalogue's: nobody sends a model's words to others."""
        return replace(
            report,
            title=self.title or report.title,
            summary=self.summary or report.summary,
            translation=self.translation or report.translation,
            cause=self.cause or report.cause,
            who_acts=self.who_acts or report.who_acts,
            solution=self.solution or report.solution,
            prevention=self.prevention or report.prevention,
            source=ASSISTED,
        )


@dataclass(frozen=True, slots=True)
class Assisted:
    """One opinion as it is kept. `key` is the hash of everything that it was asked with."""

    id: str
    key: str
    occurrence_id: str
    lang: str
    model: str
    at: datetime
    standing: Standing
    opinion: Opinion

    def as_json(self, verdict: Verdict) -> dict[str, Any]:
        """What is told of it beside the report in its words."""
        opinion = self.opinion
        return {
            "model": self.model,
            "checked_by_a_person": self.standing is Standing.APPROVED,
            "struck": opinion.struck,
            "category": None if opinion.category is None else opinion.category.value,
            "wallet": None if opinion.wallet is None else opinion.wallet.value,
            "agrees": opinion.agrees(verdict),
            "proven": False,
        }
