from __future__ import annotations

import pytest
from msgspec.structs import replace

from solvent.adapters.memory import MemoryCaseStore
from solvent.ledger.journal import AttemptTold, HoldVoided, Outcome, RequestDone
from solvent.model.occurrence import Attempted, Case, Occurrence, View
from solvent.operations.attempts import FailedAttempts, said
from tests.books import AT_US, done

pytestmark = pytest.mark.anyio
SECRET = b"s" * 32
DRY = AttemptTold(
    "relay",
    "claude-x",
    500,
    Outcome.NONE,
    12,
    ("up-1", "up-2"),
    "credit_exhausted",
    "anthropic/no-credit",
    "relay_upstream",
    "anthropic",
    "500 no credit",
)
STRANGE = AttemptTold("main", "claude-x", 0, Outcome.UNKNOWN, 12, (), "network", "", "none", "", "")


def told(name: str, *attempts: AttemptTold) -> RequestDone:
    return replace(done(name, "k"), attempts=attempts)


async def filed(store: MemoryCaseStore) -> list[tuple[Occurrence, Case]]:
    return list((await store.occurrences(limit=50, after=None, view=View.OPERATOR)).items)


async def test_every_failed_attempt_is_a_private_occurrence_in_the_case_of_its_defect() -> None:
    store = MemoryCaseStore()
    attempts = FailedAttempts(store, SECRET)
    assert await attempts.file([HoldVoided("h", 0), told("r1", DRY, STRANGE), told("r2", DRY), done("r3", "k")]) == 3
    found = await filed(store)
    assert {occurrence.source for occurrence, _ in found} == {"gateway"}
    assert not any(occurrence.listed for occurrence, _ in found)
    texts = sorted(occurrence.text for occurrence, _ in found)
    assert texts[0].startswith("500 no credit\nrequest id: up-1\nrequest id: up-2\naccount: relay, model: claude-x, solvent request id: r")
    assert texts[2] == "no answer network\naccount: main, model: claude-x, solvent request id: r1"
    cases = {case.rule: case for _, case in found}
    assert (cases["anthropic/no-credit"].count, cases["anthropic/no-credit"].state) == (2, "answered")
    assert (cases[None].count, cases[None].state, cases[None].category.value) == (1, "processing", "network")
    assert (await store.occurrences(limit=50, after=None, view=View.DESK)).items == ()


async def test_where_it_failed_is_kept_in_fields_of_its_own() -> None:
    store = MemoryCaseStore()
    await FailedAttempts(store, SECRET).file([told("r1", DRY)])
    ((occurrence, case),) = await filed(store)
    assert occurrence.attempted == Attempted("k", "relay", "claude-x", "r1", ("up-1", "up-2"))
    assert occurrence.template == case.template == "<n> no credit"
    assert len(occurrence.part) == 16


async def test_what_no_rule_explains_is_grouped_by_what_the_upstream_said() -> None:
    store = MemoryCaseStore()
    strange = [replace(STRANGE, text=text) for text in ("500 E42 odd", "502 E42 odd", "500 even", "500 even")]
    await FailedAttempts(store, SECRET).file([told(f"r{number}", one) for number, one in enumerate(strange)])
    assert sorted(case.count for case in {case.id: case for _, case in await filed(store)}.values()) == [2, 2]


async def test_what_is_read_again_is_filed_once() -> None:
    store = MemoryCaseStore()
    records = [told("r1", DRY, DRY)]
    assert [await FailedAttempts(store, SECRET).file(records) for _ in range(2)] == [2, 0]
    assert [case.count for _, case in await filed(store)] == [2, 2]


async def test_an_address_cannot_be_guessed_from_a_request_id() -> None:
    ids = []
    for secret in (SECRET, b"t" * 32):
        store = MemoryCaseStore()
        await FailedAttempts(store, secret).file([told("r1", DRY)])
        ids += [occurrence.id for occurrence, _ in await filed(store)]
    assert len(set(ids)) == 2
    assert {len(one) for one in ids} == {20}


async def test_an_occurrence_has_the_instant_of_its_request() -> None:
    store = MemoryCaseStore()
    await FailedAttempts(store, SECRET).file([replace(told("r1", DRY), at_us=AT_US)])
    ((occurrence, case),) = await filed(store)
    assert occurrence.at.isoformat() == case.first_at.isoformat() == "2026-11-25T12:00:00+00:00"


async def test_the_place_is_told_apart_from_what_the_upstream_said() -> None:
    store = MemoryCaseStore()
    await FailedAttempts(store, SECRET).file([told("r1", DRY)])
    ((occurrence, _),) = await filed(store)
    assert said(occurrence.text) == "500 no credit\nrequest id: up-1\nrequest id: up-2"
