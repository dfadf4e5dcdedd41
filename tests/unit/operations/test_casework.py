from __future__ import annotations

import pytest

from solvent.adapters.memory import MemoryCaseStore
from solvent.cases.similar import Why as Likeness
from solvent.diagnosis.engine import Engine
from solvent.model.occurrence import Case
from solvent.operations.asking import Answered, Refused, Why
from solvent.operations.cases import Desk
from solvent.operations.casework import Casework
from tests import small
from tests.unit.console.operator_fakes import Answers

pytestmark = pytest.mark.anyio


def shape(case: Case) -> dict[str, object]:
    return {"id": case.id, "state": case.state, "count": case.count}


@pytest.fixture
def casework(small_engine: Engine, store: MemoryCaseStore) -> Casework:
    return Casework(small_engine, store, store, Answers())


async def test_a_person_resolves_a_case_and_it_comes_back(desk: Desk, casework: Casework) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    assert await casework.resolve(filed.case.id, shape) == Answered({"id": filed.case.id, "state": "resolved", "count": 1})
    assert (await desk.file(small.NO_CREDIT, "en")).case.state == "regressed"
    refused = await casework.resolve("nobody", shape)
    assert isinstance(refused, Refused)
    assert refused.why is Why.UNKNOWN


async def test_each_act_happens_once_under_one_key(desk: Desk, casework: Casework) -> None:
    one, other = await desk.file(small.NO_CREDIT, "en"), await desk.file(small.TOO_FAST, "en")
    first = await casework.merge(one.case.id, other.case.id, shape, "k1")
    assert isinstance(await casework.split(other.case.id, one.case.id, shape, "k2"), Answered)
    assert await casework.merge(one.case.id, other.case.id, shape, "k1") == first
    assert (await desk.case(one.case.id)) is not None, "merged once, and taken out since"
    again = await casework.split(other.case.id, one.case.id, shape, "k1")
    assert isinstance(again, Refused)
    assert again.why is Why.REUSED


async def test_a_refusal_is_not_kept_under_a_key(desk: Desk, casework: Casework) -> None:
    other = await desk.file(small.TOO_FAST, "en")
    one = await desk.file(small.UNKNOWN, "en")
    assert isinstance(await casework.merge(other.case.id, "nobody", shape, "k"), Refused)
    assert isinstance(await casework.merge(other.case.id, one.case.id, shape, "k"), Answered)


async def test_a_case_is_looked_into(desk: Desk, casework: Casework) -> None:
    filed = [await desk.file(f"{small.NO_CREDIT} {word}", "en") for word in ("today", "today", "again")]
    await desk.give_feedback(filed[0].occurrence.id, "corrected", "no, the card")
    like = await desk.file("HTTP 402: your acme balance is empty via resale, request id 20260126100910722614337HsQybcmN", "en")
    insight = await casework.look(filed[0].case)
    assert [(part.merged, part.count) for part in insight.parts] == [(False, 2), (False, 1)]
    assert insight.feedback == {"helped": 0, "not_helped": 0, "corrected": 1}
    assert [one.correction for one in insight.corrections] == ["no, the card"]
    assert [(one.case.id, one.why) for one in insight.similar] == [(like.case.id, Likeness.SAME_RULE)]
    assert [case.id for case in await casework.criticised()] == [filed[0].case.id]


async def test_what_no_rule_explains_is_listed_by_how_often(desk: Desk, casework: Casework) -> None:
    await desk.file(small.NO_CREDIT, "en")
    many = [await desk.file("HTTP 418: gizmo broke", "en") for _ in range(2)]
    one = await desk.file(small.UNKNOWN, "en")
    page = await casework.unexplained(limit=0, after=None)
    assert [case.id for case in page.items] == [many[0].case.id]
    assert [case.id for case in (await casework.unexplained(limit=9, after=page.after)).items] == [one.case.id]


async def test_a_rule_is_drafted_from_the_newest_texts(desk: Desk, casework: Casework) -> None:
    filed = [await desk.file(f"HTTP 418: the frobnicator {number} failed", "en", listed=False) for number in range(7)]
    made = await casework.draft(filed[0].case.id)
    assert made is not None
    assert made.toml.count("frobnicator") == 2, "one expression for all, and the example"
    assert await casework.draft("nobody") is None
