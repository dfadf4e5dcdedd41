"""What every case store finds, whatever keeps it: one suite for the store in memory and the one in a database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from solvent.adapters.memory import MemoryCaseStore
from solvent.adapters.store.cases import SqlCaseStore
from solvent.adapters.store.database import database_url, open_database
from solvent.adapters.store.regrouping import SqlRegrouping
from solvent.adapters.store.transactions import Transactions
from solvent.base.terms import wanted
from solvent.cases.life import Event
from solvent.model.filters import COUNTED_MAX, NO_RULE, Filters
from solvent.model.occurrence import Case, Occurrence, View
from solvent.model.verdict import Category, Wallet
from solvent.operations.ports import CaseStore, Regrouping

pytestmark = pytest.mark.anyio
START = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ANTHROPIC = "anthropic/credit-balance-too-low"
LIMITED = "openai/rate-limit-per-minute"


@pytest.fixture
def regrouping(store: CaseStore, request: pytest.FixtureRequest) -> Regrouping:
    return store if isinstance(store, MemoryCaseStore) else SqlRegrouping(Transactions(request.getfixturevalue("engine")))


def occurrence(number: int, text: str, **values: Any) -> Occurrence:
    given: dict[str, Any] = {"case_id": "c1", "at": START + timedelta(seconds=number), "source": "paste", "listed": True} | values
    return Occurrence(id=f"o{number:03d}", text=text, struck=(), language="en", took_us=1, **given)


def case(item: Occurrence, **values: Any) -> Case:
    given: dict[str, Any] = {
        "state": "answered",
        "rule": ANTHROPIC,
        "category": Category.CREDIT_EXHAUSTED,
        "wallet": Wallet.RELAY_UPSTREAM,
        "provider": "anthropic",
        "template": "the sentence of this case",
    } | values
    return Case(id=item.case_id, count=1, first_at=item.at, last_at=item.at, **given)


async def fill(store: CaseStore) -> None:
    """Six pastes in three cases, one of them private, one that no rule explains."""
    pastes: list[tuple[Occurrence, dict[str, Any]]] = [
        (occurrence(1, "Your credit balance is too low (request id: 20260126100910722614337HsQybcmN)", via=("new-api", "cherry-studio")), {}),
        (occurrence(2, "账户余额不足，请充值", via=("new-api",)), {}),
        (occurrence(3, "HTTP 429 Rate limit reached, req_011CSHoEeqs5C35K2RRUqj7Q", case_id="c2", via=("openai-python",)),
         {"rule": LIMITED, "category": Category.RATE_LIMITED, "wallet": Wallet.NONE, "provider": "openai"}),
        (occurrence(4, "the frobnicator 失败 at stage 7", case_id="c3"),
         {"rule": None, "state": "processing", "category": Category.OTHER, "wallet": Wallet.NONE, "provider": "unknown"}),
        (occurrence(5, "Rate limit, slow down", case_id="c2", source="gateway", listed=False),
         {"rule": LIMITED, "category": Category.RATE_LIMITED, "wallet": Wallet.NONE, "provider": "openai"}),
        (occurrence(6, "credit used up: 余额 0"), {}),
    ]  # fmt: skip
    for item, values in pastes:
        await store.file(item, case(item, **values))


async def found(store: CaseStore, q: str = "", **values: Any) -> list[int]:
    got = await store.find(Filters(**({"words": wanted(q)} | values)), limit=50, after=None)
    assert (got.count, got.more) == (len(got.page.items), False)
    return [int(item.id[1:]) for item, _ in got.page.items]


async def found_cases(store: CaseStore, q: str = "", **values: Any) -> list[str]:
    got = await store.find_cases(Filters(**({"words": wanted(q)} | values)), limit=50, after=None)
    assert (got.count, got.more) == (len(got.page.items), False)
    return [group.id for group in got.page.items]


SEARCHES = [
    ("", [6, 5, 4, 3, 2, 1]),
    ("credit", [6, 2, 1]),  # the second by its case's title alone
    ("CREDIT", [6, 2, 1]),
    ("balance low", [1]),
    ("low balance", [1]),
    ("余额不足", [2]),
    ("余额", [6, 2, 1]),
    ("额", [6, 2, 1]),
    ("充值", [2]),
    ("失", [4]),
    ("余额 balance", [1]),
    ("rate limit 429", [3]),
    ("frobnicator失败", [4]),
    ("frobn", [4]),
    ("frob stage", []),  # only the last word may be a beginning
    ("fr", []),
    ("20260126100910722614337HsQybcmN", [1]),
    ("2026012610", [1]),
    ("req_011CSHoEeqs5C35K2RRUqj7Q", [3]),
    ("o004", [4]),
    ("openai", [5, 3]),
    ("触发限流", [5, 3]),
    ("nowhere", []),
    ('"credit" AND NOT balance', []),  # `and` and `not` are words like any other
    ('credit* "', [6, 2, 1]),
    ("facts:credit", []),
    ("=listed", []),
    ("NEAR(credit balance)", []),
    ("credit) OR (rate", []),
    ("'; DROP TABLE cases; --", []),
    ("c^redit -low +x", []),
]


@pytest.mark.parametrize(("search", "numbers"), SEARCHES, ids=[search or "nothing" for search, _ in SEARCHES])
async def test_a_search_finds_words_of_both_languages_and_takes_nothing_for_an_operator(
    store: CaseStore, search: str, numbers: list[int]
) -> None:
    await fill(store)
    assert await found(store, q=search) == numbers


@pytest.mark.parametrize(
    ("values", "numbers", "groups"),
    [
        ({"category": "rate_limited"}, [5, 3], ["c2"]),
        ({"wallet": "relay_upstream"}, [6, 2, 1], ["c1"]),
        ({"provider": "unknown"}, [4], ["c3"]),
        ({"via": "new-api"}, [2, 1], ["c1"]),
        ({"via": "cherry-studio"}, [1], ["c1"]),
        ({"via": "claude-code"}, [], []),
        ({"rule": LIMITED}, [5, 3], ["c2"]),
        ({"rule": NO_RULE}, [4], ["c3"]),
        ({"state": "processing"}, [4], ["c3"]),
        ({"state": "answered"}, [6, 5, 3, 2, 1], ["c1", "c2"]),
        ({"state": "resolved"}, [], []),
        ({"matched": True}, [6, 5, 3, 2, 1], ["c1", "c2"]),
        ({"since": START + timedelta(seconds=4)}, [6, 5, 4], ["c1", "c2", "c3"]),
        ({"until": START + timedelta(seconds=4)}, [3, 2, 1], ["c1", "c2"]),
        ({"since": START + timedelta(seconds=2), "until": START + timedelta(seconds=4)}, [3, 2], ["c1", "c2"]),
        ({"category": "credit_exhausted", "via": "new-api", "state": "answered", "q": "low"}, [1], []),
        ({"category": "credit_exhausted", "provider": "openai"}, [], []),
    ],
)
async def test_filters_hold_together(store: CaseStore, values: dict[str, Any], numbers: list[int], groups: list[str]) -> None:
    await fill(store)
    assert await found(store, **values) == numbers
    assert await found_cases(store, **values) == groups


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ({"view": View.DESK}, [6, 4, 3, 2, 1]),
        ({"source": "gateway"}, [5]),
        ({"case_id": "c2"}, [5, 3]),
        ({"case_id": "c2", "view": View.DESK}, [3]),
    ],
)
async def test_occurrences_have_filters_of_their_own(store: CaseStore, values: dict[str, Any], numbers: list[int]) -> None:
    await fill(store)
    assert await found(store, **values) == numbers


async def test_the_public_finds_only_what_it_may_see(store: CaseStore) -> None:
    await fill(store)
    for number, public, listed in ((7, True, True), (8, True, False), (9, False, True)):
        item = occurrence(number, f"credit gizmo{number}", public=public, listed=listed, case_id="c1", via=(f"party{number}",))
        await store.file(item, case(item))
    assert await found(store, view=View.PUBLIC) == [7]
    assert await found(store, view=View.PUBLIC, q="credit") == [7]
    assert await found(store, view=View.PUBLIC, category="rate_limited") == []
    assert await found_cases(store, view=View.PUBLIC) == ["c1"]
    assert await found_cases(store, view=View.PUBLIC, q="credit") == ["c1"]
    assert await found_cases(store, view=View.PUBLIC, q="sentence") == []
    assert [await found_cases(store, view=View.PUBLIC, via=f"party{number}") for number in (7, 8, 9)] == [["c1"], [], []]
    assert await found_cases(store, view=View.PUBLIC, until=START + timedelta(seconds=6)) == []
    counted = await store.find_cases(Filters(view=View.PUBLIC), limit=5, after=None)
    assert [(group.count, group.first_at) for group in counted.page.items] == [(1, START + timedelta(seconds=7))]


@pytest.mark.parametrize(
    ("search", "groups"),
    [("sentence", ["c1", "c2", "c3"]), ("触发限流", ["c2"]), ("限流", ["c2"]), ("anthr", ["c1"]), ("c2", ["c2"]), ("frobnicator", [])],
)
async def test_a_case_is_found_by_what_it_is_called_and_by_its_sentence(store: CaseStore, search: str, groups: list[str]) -> None:
    await fill(store)
    assert await found_cases(store, q=search) == groups


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_of_a_search_lose_nothing_and_repeat_nothing(store: CaseStore, limit: int) -> None:
    for number in range(8):
        # Four of an instant: the one that was filed last comes first.
        item = occurrence(number, "credit", at=START + timedelta(seconds=number // 4), case_id=f"c{number}")
        await store.file(item, case(item))
    numbers, names, after = list[str](), list[str](), None
    while True:
        got = await store.find(Filters(words=wanted("credit")), limit=limit, after=after)
        assert got.count == 8
        numbers += [item.id for item, _ in got.page.items]
        if (after := got.page.after) is None:
            break
    while True:
        groups = await store.find_cases(Filters(words=wanted("credit")), limit=limit, after=after)
        assert groups.count == 8
        names += [group.id for group in groups.page.items]
        if (after := groups.page.after) is None:
            break
    assert numbers == [f"o{number:03d}" for number in range(7, -1, -1)]
    assert names == [f"c{number}" for number in range(7, -1, -1)]


@pytest.mark.parametrize("after", ["", "!", "9" * 40, "余额", "-5"])
async def test_a_cursor_that_cannot_be_read_starts_anew(store: CaseStore, after: str) -> None:
    await fill(store)
    assert (await store.find(Filters(), limit=1, after=after)).page.items[0][0].id == "o006"
    assert (await store.find_cases(Filters(), limit=1, after=after)).page.items[0].id == "c1"


async def test_what_is_removed_is_found_no_more(store: CaseStore) -> None:
    await fill(store)
    assert await store.remove("o004")
    assert await found(store, q="frobn") == []
    assert await found_cases(store, provider="unknown") == []
    assert await store.remove("o001")
    assert await found(store, q="credit") == [6, 2]
    assert await found_cases(store, via="cherry-studio") == []
    assert await found_cases(store, via="new-api") == ["c1"]


async def test_what_is_merged_and_split_is_found_in_its_new_case(store: CaseStore, regrouping: Regrouping) -> None:
    await fill(store)
    for number in (7, 8):
        item = occurrence(number, "credit of another kind", case_id="c1", template="another kind", part="p1", via=("cline",))
        await store.file(item, case(item))
    await regrouping.split("c1", "p1")
    assert await found(store, case_id="p1", q="credit") == [8, 7]
    assert await found_cases(store, q="another") == ["p1"]
    assert await found_cases(store, via="cline") == ["p1"]
    await regrouping.merge("c2", "c1")
    assert await found(store, category="rate_limited") == []
    assert await found(store, category="credit_exhausted", q="rate") == [5, 3]
    assert await found_cases(store, rule=LIMITED) == []
    assert await found_cases(store, via="openai-python") == ["c1"]
    await regrouping.split("c1", "c2")
    assert await found(store, category="rate_limited") == [5, 3]
    assert await found_cases(store, via="openai-python") == ["c2"]


async def test_nothing_of_what_is_removed_stays_in_the_files(engine: AsyncEngine, tmp_path: Path) -> None:
    store = SqlCaseStore(Transactions(engine))
    await fill(store)
    words = ["zanzibarian", "qwertzuiop", "unguessable"]
    for number, word in enumerate(words, 10):
        item = occurrence(number, f"my {word} secret", case_id=f"c{number}")
        await store.file(item, case(item, template=f"a {word} template"))

    def kept() -> list[str]:
        files = b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()
        return [word for word in words if word[2:].encode() in files]

    assert kept() == words
    # All at once, and while others file: no pass may leave what another began.
    late = occurrence(20, "credit")
    await asyncio.gather(*(store.remove(f"o{number:03d}") for number in (10, 11, 12)), store.file(late, case(late)))
    assert kept() == []
    assert await found(store, q="credit") == [20, 6, 2, 1]


async def test_a_sentence_that_is_gone_finds_its_case_no_more(store: CaseStore) -> None:
    for number, template in ((1, "a gizmo failed"), (2, "a widget failed")):
        item = occurrence(number, "failed", template=template)
        await store.file(item, case(item, template=template))
    assert await found_cases(store, q="gizmo") == ["c1"]
    await store.remove("o001")
    assert await found_cases(store, q="gizmo") == []
    assert await found_cases(store, q="widget") == await found_cases(store, q="anthropic") == ["c1"]


async def test_a_case_that_moves_on_is_found_in_its_new_state(store: CaseStore) -> None:
    await fill(store)
    await store.happen("c1", Event.RESOLVED)
    assert await found(store, state="resolved") == [6, 2, 1]
    assert await found_cases(store, state="answered") == ["c2"]
    again = occurrence(9, "Your credit balance is too low")
    await store.file(again, case(again))
    assert await found(store, state="regressed", q="balance") == [9, 1]


async def test_more_than_a_thousand_are_not_counted(store: CaseStore) -> None:
    items = [occurrence(number, "credit", case_id="c1") for number in range(COUNTED_MAX + 1)]
    await store.file_new([(item, case(item)) for item in items[:-1]])
    exact = await store.find(Filters(words=wanted("credit")), limit=1, after=None)
    await store.file(items[-1], case(items[-1]))
    bounded = await store.find(Filters(words=wanted("credit")), limit=1, after=None)
    assert [(got.count, got.more) for got in (exact, bounded)] == [(COUNTED_MAX, False), (COUNTED_MAX, True)]


async def test_what_is_filed_late_stands_where_its_time_says(store: CaseStore) -> None:
    await fill(store)
    late = occurrence(7, "credit", at=START + timedelta(seconds=1, microseconds=1))
    await store.file_new([(late, case(late))])
    assert await found(store, q="credit") == [6, 2, 7, 1]


WORDS = ["credit", "Credits", "余额", "额不足", "limit", "limitless", "req_1", "ünïcode", "ＡＢＣ", "'", '"', "*", "a-b", "frob7nicate"]
TEXTS = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), min_size=1, max_size=5).map(" ".join)


@settings(max_examples=25)
@given(texts=st.lists(TEXTS, min_size=1, max_size=6), searches=st.lists(TEXTS, min_size=1, max_size=6))
def test_memory_and_database_find_the_same(tmp_path_factory: pytest.TempPathFactory, texts: list[str], searches: list[str]) -> None:
    asyncio.run(_same_finds(tmp_path_factory.mktemp("finds"), texts, searches))


async def _same_finds(folder: Path, texts: list[str], searches: list[str]) -> None:
    engine = await open_database(database_url("sqlite:///solvent.db", folder))
    try:
        memory, database = MemoryCaseStore(), SqlCaseStore(Transactions(engine))
        for number, text in enumerate(texts):
            item = occurrence(number, text, case_id=f"c{number % 2}")
            for store in (memory, database):
                await store.file(item, replace(case(item), template=text))
        for search in (*searches, *texts):
            for filters in (Filters(words=wanted(search)), Filters(words=wanted(search), case_id="c1", view=View.DESK)):
                assert await found(memory, **_values(filters)) == await found(database, **_values(filters)), search
                assert await found_cases(memory, **_values(filters)) == await found_cases(database, **_values(filters)), search
            assert not wanted(search) or search not in texts or await found(database, q=search), search
    finally:
        await engine.dispose()


def _values(filters: Filters) -> dict[str, Any]:
    return {"words": filters.words, "case_id": filters.case_id, "view": filters.view}
