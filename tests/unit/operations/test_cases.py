from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from solvent.adapters.memory import MemoryCaseStore
from solvent.base.errors import UsageError
from solvent.base.paste import PASTE_BYTES_MAX
from solvent.base.terms import wanted
from solvent.cases.life import Event
from solvent.cases.outbreak import Outbreak
from solvent.diagnosis.engine import Engine
from solvent.model.filters import Filters
from solvent.model.occurrence import CORRECTION_MAX, PAGE_LENGTH_MAX, Occurrence, View
from solvent.model.verdict import Category, Wallet
from solvent.operations.cases import LARGE, Desk
from tests import small
from tests.conftest import FixedClock

pytestmark = pytest.mark.anyio
KEY = "sk-proj-Ab1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3"


@pytest.fixture
def ticks() -> Iterator[int]:
    return iter(range(0, 10**12, 250_000))


@pytest.fixture
def desk(
    small_engine: Engine, store: MemoryCaseStore, clock: FixedClock, random_bytes: Callable[[int], bytes], ticks: Iterator[int]
) -> Desk:
    return Desk(small_engine, store, clock, random_bytes, lambda: next(ticks))


async def test_a_filed_paste_is_found_again_as_it_was_explained(desk: Desk, clock: FixedClock) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    opened = await desk.open(filed.occurrence.id, "en")
    assert opened == replace(filed, deletion_token=None)
    assert filed.occurrence.text == small.NO_CREDIT
    assert (filed.occurrence.at, filed.occurrence.source, filed.occurrence.listed) == (clock.instant, "paste", True)
    assert filed.explanation.verdict.rule == "acme/no-credit"


async def test_the_time_that_a_verdict_took_is_kept_in_microseconds(desk: Desk) -> None:
    assert (await desk.file(small.NO_CREDIT, "en")).occurrence.took_us == 250


async def test_a_first_occurrence_opens_a_case_that_says_what_is_known(desk: Desk, clock: FixedClock) -> None:
    case = (await desk.file(small.NO_CREDIT, "en")).case
    assert (case.state, case.rule, case.category, case.wallet, case.provider) == (
        "answered",
        "acme/no-credit",
        Category.CREDIT_EXHAUSTED,
        Wallet.OWN_PROVIDER_ACCOUNT,
        "acme",
    )
    assert (case.count, case.first_at, case.last_at) == (1, clock.instant, clock.instant)


async def test_an_error_that_no_rule_explains_waits_as_processing(desk: Desk) -> None:
    case = (await desk.file(small.UNKNOWN, "en")).case
    assert (case.state, case.rule, case.category) == ("processing", None, Category.OTHER)


async def test_the_same_defect_is_one_case_whatever_its_numbers(desk: Desk, clock: FixedClock) -> None:
    first = await desk.file(f"{small.NO_CREDIT} (0.10 left)", "en")
    clock.pass_by(hours=2)
    second = await desk.file(f"{small.NO_CREDIT} (7.99 left)", "zh", source="api")
    assert second.case.id == first.case.id
    assert second.occurrence.id != first.occurrence.id
    assert (second.case.count, second.case.first_at, second.case.last_at) == (2, first.occurrence.at, clock.instant)
    assert await desk.counts() == (2, 1)


async def test_unexplained_errors_are_grouped_by_their_words(desk: Desk) -> None:
    first = await desk.file("HTTP 418: the frobnicator failed after 31 ms", "en")
    second = await desk.file("HTTP 418: the frobnicator failed after 977 ms", "en")
    third = await desk.file("HTTP 418: the gizmo failed after 31 ms", "en")
    assert first.case.id == second.case.id != third.case.id


async def test_different_defects_are_different_cases(desk: Desk) -> None:
    first, second = await desk.file(small.NO_CREDIT, "en"), await desk.file(small.TOO_FAST, "en")
    assert first.case.id != second.case.id
    assert await desk.counts() == (2, 2)


async def test_a_paste_is_explained_anew_in_the_language_of_its_reader(desk: Desk) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    opened = await desk.open(filed.occurrence.id, "zh", "curl")
    assert opened is not None
    assert (filed.explanation.report.lang, opened.explanation.report.lang) == ("en", "zh")
    assert opened.explanation.report.code_language == "curl"
    assert "中文" in opened.explanation.report.cause


@pytest.mark.parametrize(
    "raw", [f"{small.NO_CREDIT} with key {KEY}", f"HTTP 418: frobnicator {KEY} failed"], ids=["explained", "unexplained"]
)
async def test_a_secret_is_never_kept(desk: Desk, store: MemoryCaseStore, raw: str) -> None:
    filed = await desk.file(raw, "en")
    assert filed.occurrence.struck == (("key", 1),)
    assert KEY not in repr(vars(store))
    assert KEY not in repr(filed)


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [("", "empty"), (" \n ", "empty"), ("x" * (PASTE_BYTES_MAX + 1), "too large"), ("\x00\x01\x02\x03" * 50, "not text")],
    ids=["empty", "blank", "too large", "binary"],
)
async def test_what_cannot_be_explained_is_refused_and_not_kept(desk: Desk, raw: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        desk.explain(raw, "en")
    with pytest.raises(UsageError, match=complaint):
        await desk.file(raw, "en")
    assert await desk.counts() == (0, 0)


async def test_an_unknown_source_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    with pytest.raises(UsageError, match="`mail` is not a source"):
        await desk.file(small.NO_CREDIT, "en", source="mail")
    assert await desk.counts() == (0, 0)


async def test_explaining_keeps_nothing(desk: Desk) -> None:
    assert desk.explain(small.NO_CREDIT, "en").verdict.rule == "acme/no-credit"
    assert await desk.counts() == (0, 0)


async def test_the_last_feedback_counts(desk: Desk) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    assert await desk.give_feedback(filed.occurrence.id, "helped")
    assert await desk.give_feedback(filed.occurrence.id, "not_helped")
    opened = await desk.open(filed.occurrence.id, "en")
    assert opened is not None
    assert opened.occurrence.feedback == "not_helped"


async def test_feedback_on_nothing_and_feedback_that_says_nothing_are_told_apart(desk: Desk) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    assert not await desk.give_feedback("nobody", "helped")
    with pytest.raises(UsageError, match="`great` is no feedback"):
        await desk.give_feedback(filed.occurrence.id, "great")


async def test_what_is_not_there_is_none(desk: Desk) -> None:
    assert await desk.open("nobody", "en") is None
    assert await desk.case("nobody") is None


async def test_an_unlisted_paste_is_found_by_its_id_alone(desk: Desk) -> None:
    filed = await desk.file(small.NO_CREDIT, "en", listed=False)
    assert await desk.open(filed.occurrence.id, "en") is not None
    assert (await desk.occurrences(limit=10, after=None)).items == ()


@pytest.mark.parametrize("asked", [0, -1, PAGE_LENGTH_MAX + 1, 10**9])
async def test_a_list_is_neither_empty_by_request_nor_endless(desk: Desk, asked: int) -> None:
    for number in range(PAGE_LENGTH_MAX + 2):
        await desk.file(f"HTTP 418: gizmo {chr(97 + number % 26)}{chr(97 + number // 26)}x failed", "en")
    expected = 1 if asked < 1 else PAGE_LENGTH_MAX
    assert len((await desk.occurrences(limit=asked, after=None)).items) == expected
    assert len((await desk.cases(limit=asked, after=None)).items) == expected


async def test_the_occurrences_of_one_case_are_its_own(desk: Desk) -> None:
    first = await desk.file(small.NO_CREDIT, "en")
    await desk.file(small.TOO_FAST, "en")
    page = await desk.occurrences(limit=10, after=None, case_id=first.case.id)
    assert [occurrence.id for occurrence, _ in page.items] == [first.occurrence.id]
    assert await desk.case(first.case.id) == first.case


async def private(store: MemoryCaseStore, desk: Desk, clock: FixedClock) -> Occurrence:
    """What the gateway filed, in the case that a stranger's paste of the same error falls into."""
    filed = await desk.file(f"{small.NO_CREDIT} of the house", "en", listed=True)
    await store.remove(filed.occurrence.id)
    clock.pass_by(hours=1)
    occurrence = replace(filed.occurrence, id="private", source="gateway", at=clock.instant, listed=False)
    await store.file(occurrence, replace(filed.case, template="the house of cards", first_at=clock.instant, last_at=clock.instant))
    return occurrence


async def test_the_public_desk_knows_nothing_but_what_was_pasted_there(desk: Desk, store: MemoryCaseStore, clock: FixedClock) -> None:
    hidden = await private(store, desk, clock)
    operators = await desk.file(small.NO_CREDIT, "en")
    public = desk.for_strangers()
    assert await public.counts() == (0, 0)
    assert await public.case(hidden.case_id) is None
    assert not (await public.cases(limit=9, after=None)).items
    assert not (await public.occurrences(limit=9, after=None)).items
    for occurrence_id in (hidden.id, operators.occurrence.id):
        assert await public.open(occurrence_id, "en") is None
        assert await public.give_feedback(occurrence_id, "helped") is False
        assert await public.delete(occurrence_id, operators.deletion_token or "") is None
    assert await desk.counts() == (2, 1)

    clock.pass_by(hours=1)
    mine = await public.file(f"{small.NO_CREDIT} 7 left", "en", listed=True)
    assert (mine.occurrence.public, mine.occurrence.listed) == (True, True)
    case = await public.case(hidden.case_id)
    assert case is not None
    assert (case.count, case.first_at, case.last_at) == (1, clock.instant, clock.instant)
    assert "house" not in case.template
    assert case.template
    assert [(item.count, item.template) for item in (await public.cases(limit=9, after=None)).items] == [(1, "")]
    assert [item.id for item, _ in (await public.occurrences(limit=9, after=None)).items] == [mine.occurrence.id]
    await store.happen(hidden.case_id, Event.RESOLVED)
    opened = await public.open(mine.occurrence.id, "en")
    assert opened is not None
    assert (opened.case.state, opened.case.count) == ("answered", 1)
    assert await public.counts() == (1, 1)
    assert await desk.counts() == (3, 1)


async def test_a_public_paste_is_listed_where_its_reader_wants_it_and_a_rule_matched(desk: Desk) -> None:
    public = desk.for_strangers()
    for raw, wish, listed in (
        (small.NO_CREDIT, None, False),
        (small.NO_CREDIT, False, False),
        (small.NO_CREDIT, True, True),
        (small.UNKNOWN, True, False),
    ):
        filed = await public.file(raw, "en", listed=wish)
        assert filed.occurrence.listed is listed
        opened = await public.open(filed.occurrence.id, "en")
        assert opened is not None
        assert opened.case.count == int(listed)
    assert (await desk.file(small.UNKNOWN, "en")).occurrence.listed is True
    assert (await desk.file(small.UNKNOWN, "en", listed=False)).occurrence.listed is False


async def test_a_paste_is_deleted_with_its_token_alone(desk: Desk, store: MemoryCaseStore) -> None:
    first, second = await desk.file(small.NO_CREDIT, "en"), await desk.file(small.NO_CREDIT, "en")
    name, token = first.occurrence.id, first.deletion_token or ""
    assert len(token) == 22
    assert token not in repr(await store.occurrence(name))
    for wrong in ("", token[:-1], token + "A", token.swapcase(), second.deletion_token or "", "密" * 22, "\ud800"):
        assert await desk.may_delete(name, wrong) is False
        assert await desk.delete(name, wrong) is False
    assert await desk.may_delete(name, token) is True
    assert await desk.delete(name, token) is True
    assert await desk.open(name, "en") is None
    assert await desk.delete(name, token) is None
    assert (await store.occurrences(limit=9, after=None, view=View.OPERATOR)).items[0][0].id == second.occurrence.id


async def test_what_was_filed_without_a_token_has_no_link_that_deletes_it(desk: Desk, store: MemoryCaseStore) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    await store.file(replace(filed.occurrence, id="old", deletion=None), filed.case)
    assert await desk.delete("old", "") is False


async def test_what_a_reader_says_instead_is_kept_without_secrets_and_bounded(desk: Desk, store: MemoryCaseStore) -> None:
    filed = await desk.file(small.NO_CREDIT, "en")
    assert await desk.give_feedback(filed.occurrence.id, "corrected", f"  my key {KEY} was old\x1b[0m  " + "x" * 9_000)
    found = await store.occurrence(filed.occurrence.id)
    assert found is not None
    said = found[0].correction or ""
    assert said.startswith("my key [key removed] was old")
    assert len(said) == CORRECTION_MAX
    assert await desk.give_feedback(filed.occurrence.id, "not_helped", "said by the way")
    found = await store.occurrence(filed.occurrence.id)
    assert found is not None
    assert (found[0].feedback, found[0].correction) == ("not_helped", None)
    assert await desk.give_feedback(filed.occurrence.id, "corrected", " ")
    assert (await store.corrected(filed.case.id, 9)) == ()


async def test_how_often_and_whether_it_surges(desk: Desk, clock: FixedClock) -> None:
    for _ in range(5):
        filed = await desk.file(small.NO_CREDIT, "en")
    history = await desk.history(filed.case, replace(filed.case, id="nobody"))
    assert history[filed.case.id].days[-1].count == 5
    assert history[filed.case.id].outbreak == Outbreak(clock.instant.date(), 5)
    assert (history["nobody"].outbreak, sum(day.count for day in history["nobody"].days)) == (None, 0)
    assert (await desk.for_strangers().history(filed.case))[filed.case.id].outbreak is None


async def test_a_paste_is_found_by_its_words_and_by_who_passed_it_on(desk: Desk) -> None:
    filed = await desk.file(f"{small.NO_CREDIT} for gizmos", "en")
    await desk.file(small.TOO_FAST, "en", listed=False)
    assert filed.occurrence.via == filed.explanation.verdict.via
    found = await desk.find(Filters(words=wanted("gizmos")), limit=5, after=None)
    assert [item.id for item, _ in found.page.items] == [filed.occurrence.id]
    assert (await desk.find(Filters(), limit=5, after=None)).count == 1
    assert (await desk.find_everything(Filters(), limit=5, after=None)).count == 2
    assert (await desk.find_cases(Filters(category="rate_limited"), limit=5, after=None)).count == 1


@pytest.mark.parametrize(("state", "count"), [("answered", 1), ("processing", 0), ("resolved", 0), ("regressed", 0)])
async def test_strangers_learn_nothing_from_a_filter_that_a_list_would_not_tell_them(
    desk: Desk, store: MemoryCaseStore, state: str, count: int
) -> None:
    public = desk.for_strangers()
    filed = await public.file(small.NO_CREDIT, "en", listed=True)
    await store.happen(filed.case.id, Event.RESOLVED)
    asked = Filters(state=state)
    assert (await public.find(asked, limit=5, after=None)).count == count
    assert (await public.find_cases(asked, limit=5, after=None)).count == count
    shown = (await public.find(Filters(), limit=5, after=None)).page.items
    assert [(case.state, case.template) for _, case in shown] == [("answered", "")]


async def test_a_large_case_is_counted_once_a_minute_and_a_small_one_always(desk: Desk, store: MemoryCaseStore, clock: FixedClock) -> None:
    async def today(count: int) -> int:
        case = replace((await desk.file(small.NO_CREDIT, "en")).case, count=count)
        return (await desk.history(case))[case.id].days[-1].count

    assert [await today(LARGE) for _ in range(3)] == [1, 2, 3]
    assert [await today(LARGE + 1) for _ in range(3)] == [4, 4, 4]
    clock.pass_by(seconds=59)
    assert await today(LARGE + 1) == 4
    clock.pass_by(seconds=1)
    assert await today(LARGE + 1) == 8
    assert await store.counts(View.OPERATOR) == (8, 1)


@pytest.mark.parametrize("left", [10, 14, 18, 22])
async def test_no_piece_of_a_key_is_kept_where_a_long_correction_is_cut(desk: Desk, store: MemoryCaseStore, left: int) -> None:
    occurrence_id = (await desk.file(small.NO_CREDIT, "en")).occurrence.id
    # Signs that nobody sees take up what is read, so that the end of it is kept.
    filler = "it is the proxy \n" * 90
    filler += "\N{ZERO WIDTH SPACE}" * (4 * CORRECTION_MAX - len(filler) - left)
    assert await desk.give_feedback(occurrence_id, "corrected", f"{filler}{KEY}")
    found = await store.occurrence(occurrence_id)
    assert found is not None
    assert "sk-" not in (found[0].correction or "")
