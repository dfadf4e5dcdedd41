"""What the operations need from outside."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from solvent.cases.life import Event
from solvent.diagnosis.opinion.briefing import Briefing
from solvent.ledger.accounts import Account
from solvent.ledger.books import Hold
from solvent.ledger.journal import End, Record, RequestDone
from solvent.ledger.transfers import Entry, Refusal, Transfer
from solvent.model.change import Change
from solvent.model.filters import Filters, Found
from solvent.model.health import Health
from solvent.model.key import Key
from solvent.model.occurrence import Affected, Case, Hours, NotRegrouped, Occurrence, Page, Part, View
from solvent.model.opinion import Assisted, Standing, Trouble
from solvent.operations.asking import Draft, Kept, Wish
from solvent.operations.folding import Batch, Folded, Place, Tally, Witness


class CaseStore(Protocol):
    """Keeps occurrences and cases. Lists are newest first; `after` is the cursor of the page before.

    What is read for the public's `view` knows nothing but the occurrences that it may see: a case counts these alone, from the first to
    the last of them, and is not there without any.
    """

    async def file(self, occurrence: Occurrence, case: Case) -> Case:
        """Adds the occurrence and, in one step, opens its case or counts it there; returns the case as it now stands.

        `case` is the case as a first occurrence would open it.
        """
        ...

    async def file_new(self, filed: Sequence[tuple[Occurrence, Case]]) -> int:
        """Files those that are not there yet, each as `file` does and all in one step; how many these were."""
        ...

    async def occurrence(self, occurrence_id: str) -> tuple[Occurrence, Case] | None:
        """One occurrence with its case, or None."""
        ...

    async def occurrences(
        self, *, limit: int, after: str | None, view: View, case_id: str | None = None, source: str | None = None
    ) -> Page[tuple[Occurrence, Case]]:
        """Occurrences, of one case or of all, from one source or from all, as far as the view shows them.

        A cursor that cannot be read starts from the newest.
        """
        ...

    async def case(self, case_id: str, view: View) -> Case | None:
        """One case, or None."""
        ...

    async def cases(self, *, limit: int, after: str | None, view: View) -> Page[Case]:
        """Cases by their last occurrence."""
        ...

    async def merged_into(self, case_id: str, view: View) -> str | None:
        """The case that now holds what was in this one; None where it was not merged, and for the public where it holds nothing of it
        that the public sees.
        """
        ...

    async def hours(self, case_ids: Sequence[str], since: datetime, view: View) -> dict[str, Hours]:
        """How many occurrences of each of these cases began in which hour; cases without any since then are left out.

        The public's view counts what it shows, every other all.
        """
        ...

    async def find(self, filters: Filters, *, limit: int, after: str | None) -> Found[tuple[Occurrence, Case]]:
        """Occurrences that all filters let through, newest first; of one instant the one filed last comes first.

        A text is found by its own words and by what its case is called in either language. A cursor that cannot be read starts anew.
        """
        ...

    async def find_cases(self, filters: Filters, *, limit: int, after: str | None) -> Found[Case]:
        """Cases that all filters let through, by their last occurrence; those seen at all between the dates.

        They are found by what they are called, and by their masked sentence where not the public asks.
        """
        ...

    async def give_feedback(self, occurrence_id: str, feedback: str, correction: str | None = None) -> bool:
        """Records whether the report helped, and what a reader says instead; the last word counts. False: no such occurrence."""
        ...

    async def remove(self, occurrence_id: str) -> bool:
        """Deletes an occurrence, also from the files that it was in; its case counts one less, and goes with its last one.

        False where there is no such occurrence.
        """
        ...

    async def happen(self, case_id: str, event: Event) -> Case | None:
        """Moves a case on in its life; the case as it now stands, None where there is none."""
        ...

    async def counts(self, view: View) -> tuple[int, int]:
        """How many occurrences and cases there are; whoever is not the public is told of the unlisted ones, too."""
        ...


class Regrouping(Protocol):
    """What a person may do to the groups, and what is to be known for it. Each change is one step, and loses or doubles nothing."""

    async def merge(self, case_id: str, into: str) -> Case | NotRegrouped:
        """Puts a case into another (or the one that holds that by now), with all that comes to it later; that one as it then stands.

        Merging what was merged there already changes nothing.
        """
        ...

    async def split(self, case_id: str, part: str) -> Case | NotRegrouped:
        """Takes a part out of a case, with all of it that comes later; the case that it then is.

        `part` names a case that was merged into this one, or a masked sentence of it by its part's id or one occurrence's. Where
        nothing of a merged case is left, the other is returned. Splitting what is split already changes nothing.
        """
        ...

    async def parts(self, case_id: str, limit: int) -> tuple[Part, ...]:
        """What can be taken out: first the cases merged into this one, then its sentences where there are several; the largest first."""
        ...

    async def feedback(self, case_ids: Sequence[str]) -> dict[str, dict[str, int]]:
        """How often each word of feedback was given in these cases; words never given are left out."""
        ...

    async def corrected(self, case_id: str, limit: int) -> tuple[Occurrence, ...]:
        """Occurrences whose readers said something instead, the newest first."""
        ...

    async def criticised(self, not_helped_min: int, limit: int) -> tuple[Case, ...]:
        """Cases that readers corrected, or that did not help at least so often, the one seen last first."""
        ...

    async def affected(self, case_id: str, limit: int) -> Affected:
        """Whom a case met on the gateway's way, of each kind the `limit` most frequent."""
        ...

    async def candidates(self, case: Case, limit: int) -> tuple[Case, ...]:
        """Cases that may be like this one: of its rule, of its category and provider, or open like it; the latest ones."""
        ...

    async def unexplained(self, *, limit: int, after: str | None) -> Page[Case]:
        """Cases that no rule explained and that have words, the most frequent first, then the one seen last."""
        ...


class Workers(Protocol):
    """The workers that run."""

    async def tell(self, change: Change) -> None:
        """Returns once every running worker has the change in force; at once where none runs."""
        ...

    def health(self) -> tuple[Health, ...]:
        """How each account that a worker has spoken of fares."""
        ...


class Journals(Protocol):
    """What the workers wrote."""

    def names(self) -> tuple[str, ...]:
        """The journals that are there."""
        ...

    def read(self, since: Place) -> Batch:
        """What follows a place, as much as is worth one transaction; empty where nothing whole follows yet."""
        ...

    def read_all(self, places: Iterable[Place]) -> tuple[tuple[Record, ...], tuple[tuple[str, End], ...]]:
        """All records up to these places, and where each segment of every journal ends, by name."""
        ...


class LedgerStore(Protocol):
    """Keeps the books. `after` is the cursor of the page before; one that cannot be read starts from the beginning."""

    async def places(self) -> dict[str, Place]:
        """How far each journal is in the books."""
        ...

    async def fold(self, batch: Batch) -> Folded:
        """Takes the batch wholly and once, or not at all where it is not what comes next of its journal."""
        ...

    async def move(self, transfer: Transfer, draft: Draft | None = None) -> Account | Kept | Refusal:
        """Makes a transfer that no hold belongs to, and keeps its answer with it; the credited account afterwards.

        The first answer where the Idempotency-Key was used before.
        """
        ...

    async def accounts(self, names: Iterable[str]) -> dict[str, Account]:
        """The accounts that exist of these."""
        ...

    async def balances(self, *, limit: int, after: str | None) -> Page[tuple[str, Account]]:
        """Accounts by name."""
        ...

    async def transfers(self, *, limit: int, after: str | None) -> Page[Entry]:
        """Entries, newest first."""
        ...

    async def open_holds(self, *, limit: int, after: str | None, account: str | None = None) -> Page[Hold]:
        """Holds that nobody resolved, oldest first, of one account or of all."""
        ...

    async def count_open_holds(self, account: str) -> int:
        """How many holds of the account nobody resolved."""
        ...

    async def tallies(self, accounts: Iterable[str], since_day: int) -> dict[str, Tally]:
        """What was counted for these accounts since the day, that day included; those without anything are left out."""
        ...

    async def witness(self) -> Witness:
        """All of the books at one instant."""
        ...


class KeyStore(Protocol):
    """Keeps callers' keys."""

    async def add(self, key: Key, paid: Transfer | None, draft: Draft | None = None) -> Account | Kept | Refusal:
        """Adds the key, opens its account, pays in what it begins with, and keeps the answer, in one step."""
        ...

    async def get(self, key_id: str) -> Key | None:
        """One key, or None."""
        ...

    async def all(self) -> tuple[Key, ...]:
        """Every key, revoked ones included."""
        ...

    async def page(self, *, limit: int, after: str | None) -> Page[Key]:
        """Keys, newest first."""
        ...

    async def revoke(self, key_id: str) -> Key | None:
        """The key, revoked; None where there is none."""
        ...

    async def amend(self, key: Key) -> Key | None:
        """The key of this id with these budgets, limits and models; None where there is none."""
        ...


class OpinionStore(Protocol):
    """Keeps what models said about pastes, for as long as the paste is kept."""

    async def keep(self, assisted: Assisted) -> bool:
        """Keeps it; false where its paste is there no more."""
        ...

    async def get(self, opinion_id: str) -> Assisted | None:
        """One of them, or None."""
        ...

    async def of_key(self, key: str, standing: Standing) -> Assisted | None:
        """The newest with this key and standing, or None."""
        ...

    async def page(self, *, limit: int, after: str | None, standing: Standing | None) -> Page[Assisted]:
        """Those of one standing or all, newest first."""
        ...

    async def decide(self, opinion_id: str, standing: Standing) -> Assisted | None:
        """The opinion with another standing, None where there is none; at most one of a key stays approved."""
        ...


class AskedModel(Protocol):
    """The model that may be asked."""

    def say(self, briefing: Briefing) -> AsyncGenerator[str | Trouble, None]:
        """The text of its answer as it comes, or the one trouble that ends it."""
        ...


class RequestStore(Protocol):
    """Keeps requests that are over."""

    async def get(self, request_id: str) -> RequestDone | None:
        """One request by our id, or None."""
        ...

    async def find(self, some_id: str) -> tuple[RequestDone, ...]:
        """Requests by our id or an upstream's, newest first."""
        ...

    async def page(self, *, limit: int, after: str | None) -> Page[RequestDone]:
        """Requests, newest first."""
        ...


class AnswerStore(Protocol):
    """Keeps the first answers of acts that change nothing else in the store."""

    async def find(self, wish: Wish) -> Kept | None:
        """What was answered under this Idempotency-Key, or None."""
        ...

    async def first(self, wish: Wish, body: dict[str, Any]) -> Kept | None:
        """Keeps this answer and returns None, or what was answered before."""
        ...
