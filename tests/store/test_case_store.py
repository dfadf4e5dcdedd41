"""What every case store does, whatever keeps it: one suite for the store in memory and the one in a database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from solvent.adapters.memory import MemoryCaseStore
from solvent.adapters.store.cases import SqlCaseStore
from solvent.adapters.store.database import database_url, open_database
from solvent.adapters.store.tables import INDEXES, metadata
from solvent.adapters.store.transactions import Transactions
from solvent.cases.life import Event
from solvent.model.occurrence import Case, Occurrence, Page, View
from solvent.model.verdict import Category, Wallet
from solvent.operations.ports import CaseStore

pytestmark = pytest.mark.anyio
START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def occurrence(
    number: int, *, case_id: str = "c1", at: datetime | None = None, listed: bool = True, source: str = "paste", public: bool = False
) -> Occurrence:
    return Occurrence(
        id=f"o{number:03d}",
        case_id=case_id,
        at=START + timedelta(microseconds=number) if at is None else at,
        source=source,
        text=f"余额不足 no. {number} 🚨\x1b[0m",
        struck=(("key", 2), ("e-mail", 1)),
        language="zh",
        listed=listed,
        took_us=1_234,
        public=public,
        deletion="0" * 64 if public else None,
    )


def case(item: Occurrence, *, rule: str | None = "acme/no-credit") -> Case:
    """The case that a first occurrence would open."""
    return Case(
        id=item.case_id,
        state="processing" if rule is None else "answered",
        rule=rule,
        category=Category.CREDIT_EXHAUSTED if rule else Category.OTHER,
        wallet=Wallet.RELAY_UPSTREAM if rule else Wallet.NONE,
        provider="acme",
        template="余额不足 no. <n>",
        count=1,
        first_at=item.at,
        last_at=item.at,
    )


async def file(store: CaseStore, item: Occurrence, *, rule: str | None = "acme/no-credit") -> Case:
    return await store.file(item, case(item, rule=rule))


async def walk(page_after: Callable[[str | None], Awaitable[Page[Any]]]) -> list[list[Any]]:
    """All pages of a list, from the first to the last."""
    pages, after = [], None
    while True:
        page = await page_after(after)
        pages.append(list(page.items))
        if page.after is None:
            return pages
        after = page.after


async def test_an_occurrence_comes_back_as_it_was_filed_with_its_case(store: CaseStore) -> None:
    item = occurrence(1)
    opened = await file(store, item)
    assert opened == case(item)
    assert await store.occurrence(item.id) == (item, opened)
    assert await store.case("c1", View.DESK) == opened
    assert await store.counts(View.DESK) == (1, 1)


async def test_an_empty_store_has_nothing(store: CaseStore) -> None:
    assert await store.occurrence("nobody") is None
    assert await store.case("nobody", View.DESK) is None
    assert await store.occurrences(case_id=None, limit=10, after=None, view=View.DESK) == Page((), None)
    assert await store.cases(limit=10, after=None, view=View.DESK) == Page((), None)
    assert await store.counts(View.DESK) == (0, 0)
    assert await store.give_feedback("nobody", "helped") is False


async def test_a_second_occurrence_is_counted_in_its_case(store: CaseStore) -> None:
    await file(store, occurrence(1))
    counted = await file(store, occurrence(2))
    assert counted == replace(case(occurrence(1)), count=2, last_at=occurrence(2).at)
    assert await store.case("c1", View.DESK) == counted
    assert await store.occurrence("o001") == (occurrence(1), counted)


async def test_an_occurrence_that_arrives_late_does_not_move_the_case_back(store: CaseStore) -> None:
    await file(store, occurrence(5))
    counted = await file(store, occurrence(2))
    assert counted.last_at == occurrence(5).at
    assert await store.case("c1", View.DESK) == counted


async def test_the_first_time_of_a_case_is_that_of_its_earliest_occurrence(store: CaseStore) -> None:
    await file(store, occurrence(5))
    counted = await file(store, occurrence(2))
    assert counted.first_at == occurrence(2).at
    assert await store.case("c1", View.DESK) == counted


async def test_a_rule_that_explains_a_case_later_answers_it(store: CaseStore) -> None:
    assert (await file(store, occurrence(1), rule=None)).state == "processing"
    assert (await file(store, occurrence(2), rule=None)).state == "processing"
    assert (await file(store, occurrence(3))).state == "answered"
    assert (await file(store, occurrence(4), rule=None)).state == "answered"
    found = await store.case("c1", View.DESK)
    assert found is not None
    assert (found.state, found.count) == ("answered", 4)


async def test_fifty_at_once_are_fifty_in_one_case(store: CaseStore) -> None:
    await asyncio.gather(*(file(store, occurrence(number)) for number in range(50)))
    found = await store.case("c1", View.DESK)
    assert found is not None
    assert (found.count, found.last_at) == (50, occurrence(49).at)
    assert await store.counts(View.DESK) == (50, 1)


async def test_readers_see_the_case_of_every_occurrence_while_others_file(store: CaseStore) -> None:
    async def read() -> None:
        for _ in range(10):
            page = await store.occurrences(case_id=None, limit=10, after=None, view=View.DESK)
            assert [item.case_id for item, _ in page.items] == [group.id for _, group in page.items]

    await asyncio.gather(read(), *(file(store, occurrence(number, case_id=f"c{number}")) for number in range(20)))
    assert await store.counts(View.DESK) == (20, 20)


@pytest.mark.parametrize("limit", [1, 7, 24, 25, 26])
async def test_pages_lose_nothing_and_repeat_nothing(store: CaseStore, limit: int) -> None:
    # Three of a time: the id decides among them.
    items = [occurrence(number, case_id=f"c{number:03d}", at=START + timedelta(seconds=number // 3)) for number in range(25)]
    for item in items:
        await file(store, item)
    newest_first = [item.id for item in sorted(items, key=lambda item: (item.at, item.id), reverse=True)]
    pages = await walk(lambda after: store.occurrences(case_id=None, limit=limit, after=after, view=View.DESK))
    assert [item.id for page in pages for item, _ in page] == newest_first
    assert all(len(page) == limit for page in pages[:-1])
    assert pages[-1]
    groups = await walk(lambda after: store.cases(limit=limit, after=after, view=View.DESK))
    assert [group.id for page in groups for group in page] == [name.replace("o", "c") for name in newest_first]


async def test_a_list_of_one_case_holds_its_own_alone_and_pages_too(store: CaseStore) -> None:
    for number in range(25):
        await file(store, occurrence(number, case_id=f"c{number % 2}"))
    pages = await walk(lambda after: store.occurrences(case_id="c1", limit=5, after=after, view=View.DESK))
    assert [item.id for page in pages for item, _ in page] == [f"o{number:03d}" for number in range(23, 0, -2)]
    assert await store.occurrences(case_id="c9", limit=5, after=None, view=View.DESK) == Page((), None)


async def test_the_case_seen_last_comes_first(store: CaseStore) -> None:
    for number, name in enumerate(("c1", "c2", "c3", "c1")):
        await file(store, occurrence(number, case_id=name))
    assert [group.id for group in (await store.cases(limit=10, after=None, view=View.DESK)).items] == ["c1", "c3", "c2"]


async def test_what_arrives_while_somebody_pages_does_not_repeat_what_was_seen(store: CaseStore) -> None:
    for number in range(6):
        await file(store, occurrence(number))
    first = await store.occurrences(case_id=None, limit=3, after=None, view=View.DESK)
    await file(store, occurrence(9))
    second = await store.occurrences(case_id=None, limit=3, after=first.after, view=View.DESK)
    assert [item.id for item, _ in (*first.items, *second.items)] == ["o005", "o004", "o003", "o002", "o001", "o000"]


async def test_an_unlisted_occurrence_is_in_no_list_but_counts(store: CaseStore) -> None:
    await file(store, occurrence(1, listed=False))
    await file(store, occurrence(2))
    assert [item.id for item, _ in (await store.occurrences(case_id=None, limit=10, after=None, view=View.DESK)).items] == ["o002"]
    assert await store.occurrence("o001") is not None
    assert await store.counts(View.DESK) == (2, 1)


@pytest.mark.parametrize("after", ["", "!", "x" * 500, "余额"])
async def test_a_cursor_that_cannot_be_read_starts_from_the_newest(store: CaseStore, after: str) -> None:
    await file(store, occurrence(1))
    assert [item.id for item, _ in (await store.occurrences(case_id=None, limit=10, after=after, view=View.DESK)).items] == ["o001"]
    assert [group.id for group in (await store.cases(limit=10, after=after, view=View.DESK)).items] == ["c1"]


async def test_the_last_feedback_counts_and_changes_nothing_else(store: CaseStore) -> None:
    opened = await file(store, occurrence(1))
    await file(store, occurrence(2, case_id="c2"))
    assert await store.give_feedback("o001", "helped")
    assert await store.give_feedback("o001", "not_helped")
    assert await store.occurrence("o001") == (replace(occurrence(1), feedback="not_helped"), opened)
    other = await store.occurrence("o002")
    assert other is not None
    assert other[0] == occurrence(2, case_id="c2")


async def test_a_database_keeps_everything_when_it_is_opened_again(tmp_path: Path) -> None:
    url = database_url("sqlite:///solvent.db", tmp_path)
    first = await open_database(url)
    await file(SqlCaseStore(Transactions(first)), occurrence(1))
    await SqlCaseStore(Transactions(first)).give_feedback("o001", "helped")
    await first.dispose()
    second = await open_database(url)
    store = SqlCaseStore(Transactions(second))
    found = await store.occurrence("o001")
    counted = await file(store, occurrence(2))
    await second.dispose()
    assert found == (replace(occurrence(1), feedback="helped"), case(occurrence(1)))
    assert counted.count == 2


async def test_a_failed_filing_leaves_no_trace(engine: AsyncEngine) -> None:
    store = SqlCaseStore(Transactions(engine))
    await file(store, occurrence(1))
    with pytest.raises(Exception, match="UNIQUE"):
        await file(store, occurrence(1, case_id="c2"))
    assert await store.case("c2", View.DESK) is None
    assert await store.counts(View.DESK) == (1, 1)


async def test_the_tables_are_what_the_migrations_make(engine: AsyncEngine) -> None:
    def difference(connection: Connection) -> list[Any]:
        def ours(name: str | None, kind: str, _parents: Any) -> bool:
            return kind != "table" or not (name or "").startswith(INDEXES)

        opts = {"compare_type": True, "compare_server_default": True, "include_name": ours}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []


# One step: which case, how many seconds after the start, whether it is listed, whether it is public, whether a rule explains it, and feedback on whom.
STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 5),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.none() | st.tuples(st.integers(0, 12), st.sampled_from(["helped", "not_helped"])),
    ),
    max_size=12,
)


@settings(max_examples=25)
@given(steps=STEPS, limit=st.integers(1, 5))
def test_memory_and_database_agree_on_any_history(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, bool, bool, bool, tuple[int, str] | None]], limit: int
) -> None:
    asyncio.run(_same_history(tmp_path_factory.mktemp("history"), steps, limit))


async def _same_history(folder: Path, steps: list[tuple[int, int, bool, bool, bool, tuple[int, str] | None]], limit: int) -> None:
    engine = await open_database(database_url("sqlite:///solvent.db", folder))
    try:
        memory, database = MemoryCaseStore(), SqlCaseStore(Transactions(engine))
        for number, (group, second, listed, public, explained, feedback) in enumerate(steps):
            item = occurrence(number, case_id=f"c{group}", at=START + timedelta(seconds=second), listed=listed, public=public)
            rule = "acme/no-credit" if explained else None
            assert await file(memory, item, rule=rule) == await file(database, item, rule=rule)
            if feedback is not None:
                name = f"o{feedback[0]:03d}"
                assert await memory.give_feedback(name, feedback[1]) == await database.give_feedback(name, feedback[1])
        assert await _everything(memory, limit) == await _everything(database, limit)
    finally:
        await engine.dispose()


async def _everything(store: CaseStore, limit: int) -> list[Any]:
    found: list[Any] = [await store.occurrence(f"o{number:03d}") for number in range(13)]
    for view in View:
        found.append(await store.counts(view))
        found += [await store.case(f"c{number}", view) for number in range(4)]
        for case_id in (None, "c0", "c1"):
            found.append(await _occurrence_pages(store, case_id, limit, view))
        found.append(await _case_pages(store, limit, view))
    return found


async def _occurrence_pages(store: CaseStore, case_id: str | None, limit: int, view: View) -> list[list[Any]]:
    return await walk(lambda after: store.occurrences(case_id=case_id, limit=limit, after=after, view=view))


async def _case_pages(store: CaseStore, limit: int, view: View) -> list[list[Any]]:
    return await walk(lambda after: store.cases(limit=limit, after=after, view=view))


async def test_the_public_sees_of_a_case_what_it_may_see_of_its_occurrences(store: CaseStore) -> None:
    for item in (
        occurrence(1),
        occurrence(2, public=True),
        occurrence(3, public=True),
        occurrence(4, public=True, listed=False),
        occurrence(5, listed=False, source="gateway"),
        occurrence(6, case_id="c2"),
        occurrence(7, case_id="c3", public=True),
    ):
        await file(store, item)
    assert [item.id for item, _ in (await store.occurrences(limit=9, after=None, view=View.PUBLIC)).items] == ["o007", "o003", "o002"]
    seen = await store.case("c1", View.PUBLIC)
    assert seen is not None
    assert (seen.count, seen.first_at, seen.last_at) == (2, occurrence(2).at, occurrence(3).at)
    assert await store.case("c2", View.PUBLIC) is None
    pages = await walk(lambda after: store.cases(limit=1, after=after, view=View.PUBLIC))
    assert [[item.id for item in page] for page in pages] == [["c3"], ["c1"]]
    assert await store.counts(View.PUBLIC) == (3, 2)
    await store.remove("o003")
    seen = await store.case("c1", View.PUBLIC)
    assert seen is not None
    assert (seen.count, seen.last_at) == (1, occurrence(2).at)


async def test_many_that_come_together_are_all_kept(store: CaseStore) -> None:
    counted = await asyncio.gather(*(file(store, occurrence(number, case_id=f"c{number % 3}")) for number in range(900)))
    assert await store.counts(View.DESK) == (900, 3)
    assert max(one.count for one in counted) == 300
    for number in range(0, 900, 97):
        assert await store.occurrence(f"o{number:03d}") is not None


async def test_nothing_of_a_deleted_text_is_left_in_the_files(engine: AsyncEngine, tmp_path: Path) -> None:
    store = SqlCaseStore(Transactions(engine))

    def left() -> int:
        return sum(path.read_bytes().count(b"frobnicated-widget") for path in tmp_path.iterdir())

    for number in range(40):
        text = f"frobnicated-widget no. {number} " * 40
        await file(store, replace(occurrence(number, case_id=f"c{number}"), text=text))
    assert left() >= 40
    for number in range(39, -1, -1):
        assert await store.remove(f"o{number:03d}")
    assert left() == 0


async def test_the_operators_list_holds_what_the_desk_does_not_show(store: CaseStore) -> None:
    for item in (occurrence(1), occurrence(2, listed=False), occurrence(3, listed=False, source="gateway", case_id="c2")):
        await file(store, item)
    both = await walk(lambda after: store.occurrences(limit=2, after=after, view=View.OPERATOR))
    assert [[item.id for item, _ in page] for page in both] == [["o003", "o002"], ["o001"]]
    assert [item.id for item, _ in (await store.occurrences(limit=9, after=None, view=View.OPERATOR, case_id="c1")).items] == [
        "o002",
        "o001",
    ]
    assert [item.id for item, _ in (await store.occurrences(limit=9, after=None, view=View.OPERATOR, source="gateway")).items] == ["o003"]
    assert [item.id for item, _ in (await store.occurrences(limit=9, after=None, source="gateway", view=View.DESK)).items] == []


async def test_an_occurrence_that_is_removed_is_counted_no_more_and_its_case_goes_with_the_last(store: CaseStore) -> None:
    for number in (1, 2):
        await file(store, occurrence(number))
    await file(store, occurrence(3, case_id="c2"))
    assert [await store.remove(name) for name in ("o001", "o001", "o009")] == [True, False, False]
    assert await store.occurrence("o001") is None
    left = await store.case("c1", View.DESK)
    assert left is not None
    assert (left.count, await store.counts(View.DESK)) == (1, (2, 2))
    assert await store.remove("o002")
    assert (await store.case("c1", View.DESK), await store.counts(View.DESK)) == (None, (1, 1))
    assert (await file(store, occurrence(4))).count == 1


async def test_a_case_moves_on_in_its_life(store: CaseStore) -> None:
    await file(store, occurrence(1))
    resolved = await store.happen("c1", Event.RESOLVED)
    assert resolved is not None
    assert (resolved.state, await store.case("c1", View.DESK)) == ("resolved", resolved)
    assert (await file(store, occurrence(2))).state == "regressed"
    assert await store.happen("c9", Event.RESOLVED) is None


async def test_many_are_filed_at_once_and_what_is_there_already_is_not_filed_again(store: CaseStore) -> None:
    await file(store, occurrence(1))
    many = [occurrence(number, case_id=f"c{1 + number % 2}") for number in (1, 2, 3, 4, 4)]
    assert await store.file_new([(item, case(item, rule=None if item.case_id == "c2" else "acme/no-credit")) for item in many]) == 3
    assert await store.file_new([(item, case(item)) for item in many]) == 0
    first, second = await store.case("c1", View.DESK), await store.case("c2", View.DESK)
    assert first is not None
    assert second is not None
    assert (first.count, first.state, first.first_at, first.last_at) == (3, "answered", occurrence(1).at, occurrence(4).at)
    assert (second.count, second.state, second.first_at) == (1, "processing", occurrence(3).at)
    assert await store.counts(View.DESK) == (4, 2)
    assert await store.file_new([]) == 0


async def test_a_cases_sentence_goes_with_the_last_occurrence_that_said_it(store: CaseStore) -> None:
    for number, said in enumerate(("first words", "other words", "first words")):
        item = replace(occurrence(number), template=said, part=said)
        await store.file(item, replace(case(item), template=said))
    for removed, left in (("o000", "first words"), ("o002", "other words")):
        await store.remove(removed)
        held = await store.case("c1", View.DESK)
        assert held is not None
        assert held.template == left
