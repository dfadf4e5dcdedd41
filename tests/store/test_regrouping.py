"""Merging and splitting cases: nothing is lost or counted twice, in memory and in a database alike, whatever the order."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.adapters.memory import MemoryCaseStore
from solvent.adapters.store import database
from solvent.adapters.store.cases import SqlCaseStore
from solvent.adapters.store.database import database_url, open_database
from solvent.adapters.store.regrouping import SqlRegrouping
from solvent.adapters.store.transactions import Transactions
from solvent.cases.life import Event
from solvent.model.occurrence import Affected, Attempted, Case, NotRegrouped, Occurrence, Part, View
from solvent.model.verdict import Category, Wallet
from solvent.operations.ports import CaseStore, Regrouping

pytestmark = pytest.mark.anyio
START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Grouped(CaseStore, Regrouping, Protocol):
    """Both ports at once."""


class Sql(SqlCaseStore, SqlRegrouping):
    """Both adapters over one set of transactions."""


@pytest.fixture(params=["memory", "database"])
def store(request: pytest.FixtureRequest) -> Grouped:
    return MemoryCaseStore() if request.param == "memory" else Sql(Transactions(request.getfixturevalue("engine")))


def occurrence(number: int, fingerprint: str, sentence: str = "a", **more: Any) -> Occurrence:
    template = f"{fingerprint} says {sentence} <n>"
    return Occurrence(
        id=f"o{number:03d}",
        case_id=fingerprint,
        at=START + timedelta(minutes=number),
        source="paste",
        text="text",
        struck=(),
        language="en",
        listed=True,
        took_us=1,
        template=template,
        part=f"{fingerprint}.{sentence}",
        **more,
    )


def case(item: Occurrence, rule: str | None) -> Case:
    state = "processing" if rule is None else "answered"
    return Case(item.case_id, state, rule, Category.OTHER, Wallet.NONE, "acme", item.template, 1, item.at, item.at)


async def file(store: CaseStore, item: Occurrence, rule: str | None = None) -> Case:
    return await store.file(item, case(item, rule))


async def fill(store: CaseStore, *kinds: tuple[str, str]) -> None:
    for number, (fingerprint, sentence) in enumerate(kinds):
        await file(store, occurrence(number, fingerprint, sentence), "acme/rule" if fingerprint == "A" else None)


async def holds(store: CaseStore) -> dict[str, int]:
    """The cases by how many each says that it holds, checked against what it does hold."""
    found = (await store.cases(limit=100, after=None, view=View.OPERATOR)).items
    everything = (await store.occurrences(limit=1000, after=None, view=View.OPERATOR)).items
    assert Counter(item.case_id for item, _ in everything) == {one.id: one.count for one in found}
    assert all(item.case_id == group.id for item, group in everything)
    for one in found:
        times = [item.at for item, _ in everything if item.case_id == one.id]
        assert one.first_at <= min(times)
        assert one.last_at >= max(times)
        assert await store.case(one.id, View.OPERATOR) == one
    return {one.id: one.count for one in found}


async def test_a_merged_case_is_the_other_and_what_comes_later_goes_there(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("B", "a"), ("A", "b"))
    merged = await store.merge("A", "B")
    assert isinstance(merged, Case)
    assert (merged.id, merged.count, merged.first_at, merged.last_at) == ("B", 3, START, START + timedelta(minutes=2))
    assert (merged.rule, merged.state) == (None, "processing"), "the other stays what it was"
    assert (
        await store.case("A", View.OPERATOR),
        await store.merged_into("A", View.OPERATOR),
        await store.merged_into("B", View.OPERATOR),
    ) == (None, "B", None)
    assert (await file(store, occurrence(7, "A"))).id == "B"
    assert await holds(store) == {"B": 4}
    assert await store.counts(View.OPERATOR) == (4, 1)
    assert await store.happen("A", Event.RESOLVED) is None


async def test_the_public_learns_of_a_merge_only_where_it_saw_something_of_what_was_merged(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("C", "a"))
    await file(store, occurrence(5, "B", public=True))
    await store.merge("A", "B")
    await store.merge("C", "A")
    for name in ("A", "C"):
        assert (await store.merged_into(name, View.DESK), await store.merged_into(name, View.PUBLIC)) == ("B", None)
    await file(store, replace(occurrence(6, "C", public=True), listed=False))
    assert await store.merged_into("C", View.PUBLIC) is None
    await file(store, occurrence(7, "C", public=True))
    assert (await store.merged_into("A", View.PUBLIC), await store.merged_into("C", View.PUBLIC)) == (None, "B")
    assert await store.merged_into("B", View.PUBLIC) is None


async def test_a_merge_is_undone_by_a_split_with_what_came_meanwhile(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("B", "a"), ("C", "a"))
    before = await store.case("A", View.OPERATOR)
    await store.merge("A", "B")
    await store.merge("B", "C")
    await file(store, occurrence(7, "A"))
    assert await holds(store) == {"C": 4}
    assert await store.merged_into("A", View.OPERATOR) == "C"
    assert [part for part in await store.parts("C", 9) if part.merged] == [Part("B", True, "B says a <n>", 3)]
    out = await store.split("C", "A")
    assert before is not None
    assert out == replace(before, count=2, last_at=START + timedelta(minutes=7)), "it is what it was, and one more"
    assert await holds(store) == {"A": 2, "C": 2}
    assert isinstance(await store.split("C", "B"), Case)
    assert await holds(store) == {"A": 2, "B": 1, "C": 1}


async def test_a_sentence_gets_a_case_of_its_own_and_what_comes_later_goes_there(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("A", "b"), ("A", "b"), ("A", "a"), ("A", "a"))
    assert await store.parts("A", 9) == (Part("A.a", False, "A says a <n>", 3), Part("A.b", False, "A says b <n>", 2))
    out = await store.split("A", "A.b")
    assert isinstance(out, Case)
    assert (out.id, out.count, out.state, out.rule, out.template) == ("A.b", 2, "answered", "acme/rule", "A says b <n>")
    assert (await file(store, occurrence(7, "A", "b"), "acme/rule")).id == "A.b"
    assert (await file(store, occurrence(8, "A", "c"), "acme/rule")).id == "A"
    assert await holds(store) == {"A": 4, "A.b": 3}
    assert [part.id for part in await store.parts("A", 9)] == ["A.a", "A.c"]
    assert await store.parts("A.b", 9) == ()
    assert isinstance(await store.merge("A.b", "A"), Case)
    assert (await file(store, occurrence(9, "A", "b"), "acme/rule")).id == "A"
    assert await holds(store) == {"A": 8}
    assert isinstance(await store.split("A", "A.b"), Case)
    assert await holds(store) == {"A": 4, "A.b": 4}


async def test_a_sentence_may_be_named_by_one_of_its_occurrences(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("A", "b"))
    out = await store.split("A", "o001")
    assert isinstance(out, Case)
    assert out.id == "A.b"
    assert await holds(store) == {"A": 1, "A.b": 1}


async def test_doing_it_again_changes_nothing(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("A", "b"), ("B", "a"))
    assert await store.split("A", "A.b") == await store.split("A", "A.b")
    assert await store.merge("B", "A") == await store.merge("B", "A")
    assert await holds(store) == {"A": 2, "A.b": 1}


@pytest.mark.parametrize(
    ("merge", "why"),
    [(("A", "A"), "same"), (("N", "A"), "no_case"), (("A", "N"), "no_target"), (("B", "C"), "no_case"), (("A", "B"), "same")],
)
async def test_what_cannot_be_merged_says_why_and_changes_nothing(store: Grouped, merge: tuple[str, str], why: str) -> None:
    await fill(store, ("A", "a"), ("B", "a"), ("C", "a"))
    await store.merge("B", "A")
    assert await store.merge(*merge) is NotRegrouped(why)
    assert await holds(store) == {"A": 2, "C": 1}


@pytest.mark.parametrize(
    ("split", "why"),
    [
        (("N", "A.a"), "no_case"),
        (("B", "B.a"), "no_case"),
        (("A", "N"), "no_part"),
        (("A", "C.a"), "no_part"),
        (("C", "B"), "no_part"),
        (("C", "C.a"), "all_of_it"),
        (("A.b", "A.b"), "all_of_it"),
        (("A.b", "o001"), "all_of_it"),
        (("C", "o001"), "no_part"),
    ],
)
async def test_what_cannot_be_split_says_why_and_changes_nothing(store: Grouped, split: tuple[str, str], why: str) -> None:
    await fill(store, ("A", "a"), ("A", "b"), ("B", "a"), ("C", "a"))
    await store.merge("B", "A")
    await store.split("A", "A.b")
    before = await holds(store)
    found = await store.split(*split)
    if split == ("C", "o001"):
        assert isinstance(found, Case), "it is apart already"
        assert found.id == "A.b"
    else:
        assert found is NotRegrouped(why)
    assert await holds(store) == before == {"A": 2, "A.b": 1, "C": 1}


async def test_a_case_goes_with_its_last_occurrence_and_what_was_merged_into_it_too(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("B", "a"))
    await store.merge("A", "B")
    assert [await store.remove(name) for name in ("o000", "o001")] == [True, True]
    assert await holds(store) == {}
    assert await store.merged_into("A", View.OPERATOR) is None
    assert (await file(store, occurrence(7, "A"))).id == "A"


async def test_a_merge_of_which_nothing_is_left_can_be_undone(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("B", "a"))
    await store.merge("A", "B")
    await store.remove("o000")
    left = await store.split("B", "A")
    assert isinstance(left, Case)
    assert (left.id, left.count) == ("B", 1)
    assert (await file(store, occurrence(7, "A"))).id == "A"
    assert await holds(store) == {"A": 1, "B": 1}


async def test_a_case_whose_own_are_gone_goes_when_the_other_is_taken_out(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("B", "a"))
    await store.merge("A", "B")
    await store.remove("o001")
    assert isinstance(await store.split("B", "A"), Case)
    assert await holds(store) == {"A": 1}


@dataclass
class Model:
    """What must hold: where each occurrence would be, who was merged into whom, and which sentences are apart."""

    kinds: dict[str, tuple[str, str]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    apart: set[str] = field(default_factory=set)

    def home(self, kind: tuple[str, str]) -> str:
        part = ".".join(kind)
        return part if part in self.apart else kind[0]

    def root(self, name: str) -> str:
        while name in self.merged:
            name = self.merged[name]
        return name

    def groups(self) -> dict[str, int]:
        return dict(Counter(self.root(self.home(kind)) for kind in self.kinds.values()))

    def forget_empty(self) -> None:
        there = self.groups()
        self.merged = {name: into for name, into in self.merged.items() if self.root(name) in there}

    def merge(self, case_id: str, into: str) -> None:
        target = self.root(into)
        if case_id in self.groups() and target in self.groups() and target != case_id:
            self.merged[case_id] = target

    def split(self, case_id: str, part: str) -> None:
        if case_id not in self.groups():
            return
        if part in self.merged:
            if self.root(part) == case_id:
                del self.merged[part]
                self.merged = {name: into for name, into in self.merged.items() if self.root(name) in self.groups()}
            return
        held = [kind for kind in self.kinds.values() if self.root(self.home(kind)) == case_id]
        of_it = [kind for kind in held if ".".join(kind) == part and self.home(kind) != part]
        if of_it and len(of_it) < len(held):
            self.apart.add(part)


FINGERPRINTS, SENTENCES = ("A", "B", "C"), ("a", "b")
PARTS = tuple(f"{fingerprint}.{sentence}" for fingerprint in FINGERPRINTS for sentence in SENTENCES)
CASES = (*FINGERPRINTS, *PARTS)
STEP = st.one_of(
    st.tuples(st.just("file"), st.sampled_from(FINGERPRINTS), st.sampled_from(SENTENCES)),
    st.tuples(st.just("merge"), st.sampled_from(CASES), st.sampled_from(CASES)),
    st.tuples(st.just("split"), st.sampled_from(CASES), st.sampled_from(CASES)),
    st.tuples(st.just("remove"), st.integers(0, 30), st.just(0)),
)


@settings(max_examples=150)
@given(steps=st.lists(STEP, max_size=30))
def test_in_memory_no_occurrence_is_lost_or_counted_twice_in_any_order(steps: list[tuple[str, Any, Any]]) -> None:
    asyncio.run(_walked(MemoryCaseStore(), steps))


@settings(max_examples=30)
@given(steps=st.lists(STEP, max_size=30))
def test_in_the_database_neither(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any, Any]]) -> None:
    async def walked() -> None:
        engine = await open_database(database_url("sqlite:///solvent.db", tmp_path_factory.mktemp("walk")))
        memory = MemoryCaseStore()
        try:
            store = Sql(Transactions(engine))
            assert await _walked(store, steps) == await _walked(memory, steps)
        finally:
            await engine.dispose()

    asyncio.run(walked())


async def _walked(store: Grouped, steps: list[tuple[str, Any, Any]]) -> list[Any]:
    """Does the steps beside the model; what the store then says of everything."""
    model = Model()
    said: list[Any] = []
    for number, (act, one, other) in enumerate(steps):
        if act == "file":
            model.kinds[f"o{number:03d}"] = (one, other)
            filed = await file(store, occurrence(number, one, other))
            assert filed.id == model.root(model.home((one, other)))
        elif act == "remove":
            assert await store.remove(f"o{one:03d}") == (model.kinds.pop(f"o{one:03d}", None) is not None)
        elif act == "merge":
            model.merge(one, other)
            said.append(await store.merge(one, other))
        else:
            model.split(one, other)
            said.append(await store.split(one, other))
        model.forget_empty()
        assert await holds(store) == model.groups(), (act, one, other)
    for name in CASES:
        root = model.root(name)
        assert await store.merged_into(name, View.OPERATOR) == (root if root != name else None)
        said.append(await store.parts(name, 9))
    return said


async def test_at_once_with_filings_nothing_is_lost(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("A", "b"), ("B", "a"))

    async def regroup() -> None:
        for _ in range(5):
            await store.merge("B", "A")
            await store.split("A", "A.b")
            await store.split("A", "B")
            await store.merge("A.b", "B")

    kinds = [(fingerprint, sentence) for fingerprint in "AB" for sentence in "ab"] * 8
    filings = (file(store, occurrence(100 + number, *kind)) for number, kind in enumerate(kinds))
    await asyncio.gather(regroup(), *filings, regroup(), *(store.remove(f"o{100 + number:03d}") for number in range(4)))
    found = await holds(store)
    everything = await store.counts(View.OPERATOR)
    assert sum(found.values()) == everything[0]
    assert everything[0] >= 3 + len(kinds) - 4


async def test_feedback_is_counted_by_case_and_what_readers_say_is_found(store: Grouped) -> None:
    await fill(store, ("A", "a"), ("B", "a"), ("B", "a"), ("B", "b"), ("C", "a"), ("C", "a"))
    for name, word, said in (
        ("o000", "helped", None),
        ("o001", "not_helped", None),
        ("o002", "corrected", "it was the proxy"),
        ("o003", "corrected", None),
        ("o004", "not_helped", None),
    ):
        assert await store.give_feedback(name, word, said)
    assert await store.feedback(["A", "B", "N"]) == {"A": {"helped": 1}, "B": {"not_helped": 1, "corrected": 2}}
    assert [(item.id, item.correction) for item in await store.corrected("B", 9)] == [("o002", "it was the proxy")]
    assert [one.id for one in await store.criticised(2, 9)] == ["B"]
    await store.give_feedback("o005", "not_helped")
    assert [one.id for one in await store.criticised(2, 9)] == ["C", "B"]
    await store.give_feedback("o002", "helped")
    assert await store.corrected("B", 9) == ()
    await store.merge("B", "A")
    assert (await store.feedback(["A"]))["A"] == {"helped": 2, "not_helped": 1, "corrected": 1}


async def test_whom_a_case_met_is_counted_the_most_frequent_first(store: Grouped) -> None:
    met = [("k1", "relay", "m1"), ("k2", "relay", "m1"), ("k2", "main", "m2"), ("", "relay", "m1")]
    for number, (key, account, model) in enumerate(met):
        await file(store, occurrence(number, "A", attempted=Attempted(key, account, model, f"r{number}")))
    await file(store, occurrence(9, "A"))
    assert await store.affected("A", 9) == Affected((("k2", 2), ("k1", 1)), (("relay", 3), ("main", 1)), (("m1", 3), ("m2", 1)))
    assert await store.affected("A", 1) == Affected((("k2", 2),), (("relay", 3),), (("m1", 3),))
    assert await store.affected("B", 9) == Affected()
    found = await store.occurrence("o000")
    assert found is not None
    assert found[0].attempted == Attempted("k1", "relay", "m1", "r0")


async def test_hours_are_counted_by_case_from_an_instant_on(store: Grouped) -> None:
    for number in (0, 30, 59, 60, 200):
        await file(store, occurrence(number, "A"))
    await file(store, occurrence(61, "B"))
    hours = await store.hours(["A", "B", "N"], START, View.OPERATOR)
    assert hours == {
        "A": ((START, 3), (START + timedelta(hours=1), 1), (START + timedelta(hours=3), 1)),
        "B": ((START + timedelta(hours=1), 1),),
    }
    assert await store.hours(["A"], START + timedelta(minutes=60), View.DESK) == {"A": hours["A"][1:]}
    assert await store.hours(["A"], START, View.PUBLIC) == {}


async def test_candidates_are_of_the_rule_or_of_the_kind(store: Grouped) -> None:
    for number, (name, rule, provider) in enumerate(
        (("A", "acme/x", "acme"), ("B", "acme/x", "other"), ("C", "acme/y", "acme"), ("D", "acme/y", "other"), ("E", None, "third"))
    ):
        item = occurrence(number, name)
        await store.file(item, replace(case(item, rule), provider=provider))
    first, last = await store.case("A", View.OPERATOR), await store.case("E", View.OPERATOR)
    assert first is not None
    assert last is not None
    assert [one.id for one in await store.candidates(first, 9)] == ["C", "B"]
    assert await store.candidates(last, 9) == ()
    await store.merge("B", "D")
    assert [one.id for one in await store.candidates(first, 9)] == ["C"]


async def test_what_no_rule_explains_comes_by_count_then_by_time_page_by_page(store: Grouped) -> None:
    kinds = [("C", "a"), ("D", "a"), ("C", "a"), ("E", "a"), ("F", "a"), ("D", "b"), ("A", "a")]
    await fill(store, *kinds)
    wordless = replace(occurrence(50, "G"), template="")
    await file(store, wordless)
    found, after = [], None
    while True:
        page = await store.unexplained(limit=2, after=after)
        found.append([one.id for one in page.items])
        after = page.after
        if after is None:
            break
    assert found == [["D", "C"], ["F", "E"]]
    assert [one.id for one in (await store.unexplained(limit=9, after="rubbish")).items] == ["D", "C", "F", "E"]


async def test_what_was_filed_before_the_columns_were_there_fills_them(tmp_path: Path) -> None:
    """An older database is opened: its gateway's texts tell where they failed, every case is its own home."""
    url = database_url("sqlite:///solvent.db", tmp_path)
    plain = sa.create_engine(f"sqlite:///{tmp_path}/solvent.db")
    text = "500 no credit\nrequest id: up-1\nrequest id: up-2\naccount: relay, model: m, solvent request id: r1"
    with plain.begin() as connection:
        config = database._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for values in (
            "INSERT INTO cases VALUES ('A', 'answered', NULL, 'other', 'none', 'acme', 'words', 2, 0, 0)",
            "INSERT INTO occurrences VALUES ('o1', 'A', 0, 'paste', 'account: x, model: y, solvent request id: z', '[]', 'en', 1, 1, NULL)",
            f"INSERT INTO occurrences VALUES ('o2', 'A', 0, 'gateway', '{text}', '[]', 'en', 0, 1, NULL)",
            "INSERT INTO occurrences VALUES ('o3', 'A', 0, 'gateway', 'words', '[]', 'en', 0, 1, NULL)",
            "INSERT INTO requests VALUES ('r1', 0, 1, 'k1', 'openai', 'm', '', 500, '[]', '[]', 0, '', '', '')",
        ):
            connection.exec_driver_sql(values)
    plain.dispose()
    engine = await open_database(url)
    try:
        store = Sql(Transactions(engine))
        found = [await store.occurrence(name) for name in ("o1", "o2", "o3")]
        told = [item.attempted for item, _ in filter(None, found)]
        assert told == [None, Attempted("k1", "relay", "m", "r1", ("up-1", "up-2")), None]
        assert {item.template for item, _ in filter(None, found)} == {"words"}
        assert len({item.part for item, _ in filter(None, found)}) == 1
        await file(store, occurrence(7, "B"))
        assert isinstance(await store.merge("A", "B"), Case)
        assert await holds(store) == {"B": 4}
        assert isinstance(await store.split("B", "A"), Case)
        assert await holds(store) == {"A": 3, "B": 1}
    finally:
        await engine.dispose()
