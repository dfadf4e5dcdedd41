from __future__ import annotations

import asyncio
import re

import pytest
from msgspec.structs import replace

from solvent.console.examples import SEED, find
from solvent.console.site import PAGE_LENGTH
from solvent.operations.attempts import FailedAttempts
from solvent.operations.cases import Opened
from tests.unit.console.conftest import Operator, Visitor, text_of
from tests.unit.console.test_requests import DONE, FAILED


def address(visitor: Visitor) -> str:
    found = re.search(r'href="(/e/cases/[0-9a-f]{16})\?', visitor.get("/e/cases").text)
    assert found
    return found.group(1)


def test_a_case_shows_what_its_pastes_share(visitor: Visitor) -> None:
    path = visitor.filed(SEED.text)
    visitor.filed(SEED.text)
    page = visitor.get(f"{address(visitor)}?lang=en").text
    seen = text_of(page)
    assert "2 times" in seen
    assert "your credit balance is too low to access the anthropic api." in seen
    assert "20260126100910722614337HsQybcmN" not in page
    assert f'href="{path}?lang=en"' in page
    assert "/e/rules/anthropic/credit-balance-too-low" in page


def test_an_open_case_does_not_say_whose_wallet(visitor: Visitor) -> None:
    visitor.filed(find("unknown").text)
    seen = text_of(visitor.get(address(visitor)).text)
    assert "not known" in seen
    assert "unknown sender" in seen


def test_its_pastes_go_on_page_by_page(visitor: Visitor) -> None:
    for _ in range(PAGE_LENGTH + 1):
        visitor.filed(SEED.text)
    page = visitor.get(address(visitor)).text
    more = re.search(r'class="button" href="([^"]+)"', page)
    assert more
    assert visitor.get(more.group(1).replace("&amp;", "&")).text.count('class="row"') == 1


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            (
                "Outbreak started 25 Nov , 6 times in the last 7 days",
                "6 times in the last 30 days",
                "Why they are one case",
                "One rule decides",
            ),
        ),
        ("zh", ("集中爆发 11月25日 开始，最近 7 天 6 次", "最近 30 天 6 次", "为什么归为同一案例", "同一条规则判定")),
    ],
)
def test_how_often_since_when_and_why_they_are_one(visitor: Visitor, lang: str, words: tuple[str, ...]) -> None:
    for _ in range(6):
        path = visitor.filed(SEED.text)
    page = visitor.get(f"{address(visitor)}?lang={lang}").text
    for known in words:
        assert known in text_of(page), known
    assert page.count("<rect ") == 1
    assert 'role="img" aria-label="' in page
    assert " style=" not in page
    assert words[0] in text_of(visitor.get(f"{path}?lang={lang}").text), "the paste's page says it, too"
    assert words[0] in text_of(visitor.get(f"/e/cases?lang={lang}").text), "and the list"


def test_few_are_no_outbreak(visitor: Visitor) -> None:
    path = visitor.filed(SEED.text)
    assert "seen for the first time" in text_of(visitor.get(f"{path}?lang=en").text)
    visitor.filed(SEED.text)
    assert "seen 2 times since 25 Nov" in text_of(visitor.get(f"{path}?lang=en").text)
    for page in (path, address(visitor), "/e/cases"):
        assert "Outbreak" not in visitor.get(f"{page}?lang=en").text


def test_an_open_case_is_grouped_by_its_sentence(visitor: Visitor) -> None:
    visitor.filed(find("unknown").text)
    seen = text_of(visitor.get(f"{address(visitor)}?lang=en").text)
    assert "No rule decides them yet. The same party speaks and says the same sentence" in seen


# What only the operator sees and does.


def filed(operator: Operator, *texts: str) -> list[Opened]:
    async def file_all() -> list[Opened]:
        return [await operator.house.operations.desk.file(text, "en") for text in texts]

    return asyncio.run(file_all())


def failed(operator: Operator) -> str:
    record = replace(DONE, attempts=(FAILED,))
    asyncio.run(FailedAttempts(operator.house.cases, b"0123456789abcdef").file([record]))
    ((occurrence, _case),) = asyncio.run(operator.house.operations.desk.everything(limit=1, after=None, source="gateway")).items
    return occurrence.case_id


def test_the_operator_sees_whom_it_met_and_nobody_else_does(operator: Operator) -> None:
    path = f"/e/cases/{failed(operator)}?lang=en"
    seen = text_of(operator.get(path).text)
    for known in ("For the operator", "Accounts anthropic-main 1×", "claude-sonnet-4-5", "k1", "What readers said"):
        assert known in seen, known
    operator.cookie = ""
    seen = text_of(operator.get(path).text)
    for private in ("For the operator", "anthropic-main", "claude-sonnet-4-5", "Similar cases", "Put this case"):
        assert private not in seen, private


def test_the_operator_sees_what_readers_said(operator: Operator) -> None:
    one, other, _ = filed(operator, SEED.text, SEED.text, SEED.text)
    operator.submit(f"/e/{one.occurrence.id}/feedback", {"feedback": "not_helped"})
    desk = operator.house.operations.desk
    asyncio.run(desk.give_feedback(one.occurrence.id, "not_helped"))
    asyncio.run(desk.give_feedback(other.occurrence.id, "corrected", "it was <b>my</b> proxy"))
    page = operator.get(f"/e/cases/{one.case.id}?lang=en").text
    assert "it helped 0 · it did not help 1 · it is something else 1" in text_of(page)
    assert "it was &lt;b&gt;my&lt;/b&gt; proxy" in page
    operator.cookie = ""
    for path in (f"/e/cases/{one.case.id}", f"/e/{other.occurrence.id}", f"/e/{other.occurrence.id}.json"):
        assert "proxy" not in operator.get(path).text


def test_similar_cases_say_why(operator: Operator) -> None:
    one, other = filed(
        operator, "HTTP 418: the frobnicator of the house failed today", "HTTP 418: the frobnicator of the house failed again"
    )
    assert one.case.id != other.case.id
    page = operator.get(f"/e/cases/{one.case.id}?lang=en").text
    assert f'href="/e/cases/{other.case.id}?lang=en"' in page
    assert "Most words of the sentences are the same" in text_of(page)


def test_cases_are_put_together_and_taken_apart_again(operator: Operator) -> None:
    one, other = filed(operator, SEED.text, find("unknown").text)
    here, there = f"/e/cases/{one.case.id}", f"/e/cases/{other.case.id}"
    answer = operator.submit(f"/cases/{one.case.id}/merge", {"into": other.case.id})
    assert (answer.status, answer.headers["location"]) == (303, f"{there}?done=merged&lang=en")
    moved = operator.get(f"{here}?lang=zh")
    assert (moved.status, moved.headers["location"]) == (307, f"{there}?lang=zh")
    page = operator.get(f"{there}?lang=en&done=merged").text
    assert "Put together: this is the case that holds both now." in text_of(page)
    assert "2 times" in text_of(page)
    assert "A case that was put into this one 1×" in text_of(page)
    assert f'name="part" value="{one.case.id}"' in page
    answer = operator.submit(f"/cases/{other.case.id}/split", {"part": one.case.id}, once="1" * 32)
    assert answer.headers["location"] == f"{here}?done=split&lang=en"
    assert [operator.get(path).status for path in (here, there)] == [200, 200]


def test_a_sentence_gets_a_case_of_its_own(operator: Operator) -> None:
    one, other = filed(
        operator, f"{SEED.text}", SEED.text.replace("Your credit balance is too low", "Your credit balance is too low today")
    )
    assert one.case.id == other.case.id
    answer = operator.submit(f"/cases/{one.case.id}/split", {"part": other.occurrence.part})
    assert answer.headers["location"] == f"/e/cases/{other.occurrence.part}?done=split&lang=en"
    assert operator.get(answer.headers["location"]).status == 200


def test_the_operator_says_that_it_is_over(operator: Operator) -> None:
    (one,) = filed(operator, SEED.text)
    answer = operator.submit(f"/cases/{one.case.id}/state", {"state": "resolved"})
    page = operator.get(answer.headers["location"]).text
    assert "Noted: it is over." in text_of(page)
    assert "It is over" not in re.sub(r"(?s)^.*For the operator", "", text_of(page))


def test_what_cannot_be_done_says_so_and_leads_back(operator: Operator) -> None:
    (one,) = filed(operator, SEED.text)
    path = f"/cases/{one.case.id}"
    refused = operator.submit(f"{path}/merge", {"into": one.case.id})
    assert refused.status == 409
    assert "The cases stay as they are" in refused.text
    assert f"/e/cases/{one.case.id}" in refused.text
    assert operator.submit(f"{path}/merge", {"into": "nobody"}, once="1" * 32).status == 404
    assert operator.submit(f"{path}/split", {"part": "nobody"}, once="2" * 32).status == 404
    assert operator.submit("/cases/nobody/state", {"state": "resolved"}, once="3" * 32).status == 404


@pytest.mark.parametrize("act", ["state", "merge", "split"])
def test_only_a_form_of_this_session_is_acted_on(operator: Operator, act: str) -> None:
    one, other = filed(operator, SEED.text, find("unknown").text)
    fields = {"into": other.case.id, "part": one.occurrence.id}
    assert operator.post(f"/cases/{one.case.id}/{act}", fields).status == 403
    operator.cookie = ""
    away = operator.submit(f"/cases/{one.case.id}/{act}", fields)
    assert away.headers["location"].startswith("/sign-in")
    assert asyncio.run(operator.house.operations.desk.case(one.case.id)) == one.case
