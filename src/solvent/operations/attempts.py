"""Failed attempts of the gateway become private occurrences of the desk, in the same cases as pastes of the same defect.

An occurrence's id follows from the attempt's, under a secret: a journal that is read again files nothing twice, and nobody can guess one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from solvent.base import ids
from solvent.cases import life
from solvent.diagnosis import fingerprint
from solvent.ledger.journal import AttemptTold, Record, RequestDone
from solvent.model.occurrence import GATEWAY, Attempted, Case, Occurrence
from solvent.model.verdict import Category, Wallet
from solvent.operations import instants
from solvent.operations.ports import CaseStore


class FailedAttempts:
    """Files what failed. `secret`: at least 16 bytes."""

    def __init__(self, store: CaseStore, secret: bytes) -> None:
        self._store = store
        self._secret = secret

    async def file(self, records: Iterable[Record]) -> int:
        """Files every failed attempt of these records that is not filed yet; how many there were."""
        failed = [
            self._filed(record, number, attempt)
            for record in records
            if isinstance(record, RequestDone)
            for number, attempt in enumerate(record.attempts, 1)
            if attempt.category
        ]
        return await self._store.file_new(failed) if failed else 0

    def _filed(self, record: RequestDone, number: int, attempt: AttemptTold) -> tuple[Occurrence, Case]:
        """What is kept of a failed attempt, and the case that it would open."""
        at = instants.instant(record.at_us)
        template = fingerprint.template(attempt.text)
        if attempt.rule:
            case_id = fingerprint.of(attempt.rule, attempt.provider, attempt.wallet)
        else:
            case_id = fingerprint.of("unmatched", attempt.provider, attempt.category, template)
        occurrence = Occurrence(
            id=self._id(f"{record.request_id}.{number}"),
            case_id=case_id,
            at=at,
            source=GATEWAY,
            text=_text(record, attempt),
            struck=(),
            language="en",
            listed=False,
            took_us=0,
            template=template,
            part=fingerprint.part(case_id, template),
            attempted=Attempted(record.key_id, attempt.account, attempt.model, record.request_id, attempt.upstream_request_ids),
        )
        case = Case(
            id=case_id,
            state=life.opened(explained=bool(attempt.rule)).value,
            rule=attempt.rule or None,
            category=Category(attempt.category),
            wallet=Wallet(attempt.wallet),
            provider=attempt.provider,
            template=template,
            count=1,
            first_at=at,
            last_at=at,
        )
        return occurrence, case

    def _id(self, attempt_id: str) -> str:
        digest = hashlib.blake2b(attempt_id.encode(), key=self._secret[:64], digest_size=ids.OCCURRENCE_BITS // 8).digest()
        return ids.occurrence_id(lambda _: digest)


def said(text: str) -> str:
    """What the upstream said, of a text that was filed here.

    The last line, which says where it happened, is not the upstream's: by our own request id in it, the desk would take the reader for
    a caller of this gateway, and the account for somebody else's.
    """
    return text.rpartition("\n")[0]


def _text(record: RequestDone, attempt: AttemptTold) -> str:
    """What is kept: the words of the rule, the upstream's ids, and where it happened."""
    lines = [attempt.text or f"{attempt.status or 'no answer'} {attempt.category}"]
    lines += [f"request id: {found}" for found in attempt.upstream_request_ids]
    lines.append(f"account: {attempt.account}, model: {attempt.model}, solvent request id: {record.request_id}")
    return "\n".join(lines)
