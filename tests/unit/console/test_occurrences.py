from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from solvent.ledger.journal import AttemptTold, Outcome
from solvent.operations.attempts import FailedAttempts
from tests.unit.console.conftest import Operator, text_of
from tests.unit.console.operator_fakes import House
from tests.unit.console.test_requests import BAIT, DONE, FAILED

SECRET = b"0123456789abcdef"
SILENT = AttemptTold("openai-main", "gpt-5", 0, Outcome.UNKNOWN, 60_000, (), "timeout", "", "none", "openai", "")


def file(house: House, *attempts: AttemptTold, request_id: str = "01KAX2Q7Z8") -> None:
    asyncio.run(FailedAttempts(house.cases, SECRET).file([replace(DONE, request_id=request_id, attempts=attempts)]))


@pytest.mark.parametrize(("lang", "words"), [("en", "Nothing failed yet"), ("zh", "还没有失败记录")])
def test_without_occurrences_the_page_says_what_comes_here(operator: Operator, lang: str, words: str) -> None:
    assert words in operator.get(f"/occurrences?lang={lang}").text


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("credit exhausted", "account anthropic-main", "timeout")), ("zh", ("余额耗尽", "账户 anthropic-main", "超时"))],
)
def test_what_the_gateway_filed_is_listed_with_its_case_and_ids(operator: Operator, lang: str, words: tuple[str, ...]) -> None:
    file(operator.house, FAILED, SILENT)
    page = operator.get(f"/occurrences?lang={lang}").text
    seen = text_of(page)
    for known in (*words, "req_011CTTAjbTs5Pn7ZzuZrA5nf", "gpt-5", "2026-11-25 12:00:00 UTC"):
        assert known in seen, known
    assert "Anthropic" in seen, "the title of the rule"
    assert f'href="/requests/01KAX2Q7Z8?lang={lang}"' in page
    (occurrence, *_) = operator.house.cases._occurrences.values()
    assert f'href="/e/{occurrence.id}?lang={lang}"' in page
    assert f'href="/e/cases/{occurrence.case_id}?lang={lang}"' in page
    assert operator.get(f"/e/cases/{occurrence.case_id}?lang={lang}").status == 200


def test_pastes_are_not_among_them_and_they_not_among_pastes(operator: Operator) -> None:
    file(operator.house, FAILED)
    (private,) = operator.house.cases._occurrences.values()
    asyncio.run(operator.house.operations.desk.file("429 Too Many Requests", "en"))
    assert text_of(operator.get("/occurrences?lang=en").text).count("upstream's id") == 1
    assert "Too Many" not in operator.get("/occurrences?lang=en").text
    assert "anthropic-main" in operator.get(f"/e/cases/{private.case_id}?lang=en").text, "the operator sees whom it met"
    operator.cookie = ""
    for path in ("/e/pastes?lang=en", f"/e/cases/{private.case_id}?lang=en"):
        page = operator.get(path).text
        assert private.id not in page
        assert "anthropic-main" not in page
        assert "req_011CTTAjbTs5Pn7ZzuZrA5nf" not in page


@pytest.mark.parametrize(("lang", "words"), [("en", "What the upstream said Filed by the gateway"), ("zh", "上游的原文 由网关记录")])
def test_its_page_does_not_call_it_a_paste(operator: Operator, lang: str, words: str) -> None:
    file(operator.house, FAILED)
    (occurrence,) = operator.house.cases._occurrences.values()
    seen = text_of(operator.get(f"/e/{occurrence.id}?lang={lang}").text)
    assert words in seen
    for alien in ("What you pasted", "你粘贴的内容", "0 µs"):
        assert alien not in seen


def test_the_list_goes_on(operator: Operator) -> None:
    for number in range(26):
        file(operator.house, FAILED, request_id=f"r{number}")
    page = operator.get("/occurrences?lang=en").text
    assert page.count('<li class="row">') == 25
    assert "Older ones" in page


def test_words_from_outside_stay_text(operator: Operator) -> None:
    file(operator.house, replace(FAILED, account=BAIT, model=BAIT, text=BAIT, rule="", upstream_request_ids=(BAIT,)))
    page = operator.get("/occurrences?lang=en").text
    assert BAIT not in page
    assert page.count("&lt;script&gt;") >= 3


@pytest.mark.parametrize(("lang", "tab", "empty"), [("en", "Pasted", "Nothing here yet."), ("zh", "粘贴的", "这里还没有内容")])
def test_pastes_are_listed_apart_with_where_they_stand(operator: Operator, lang: str, tab: str, empty: str) -> None:
    page = operator.get(f"/occurrences?source=paste&lang={lang}").text
    assert f'href="/occurrences?source=paste&amp;lang={lang}" aria-current="true">{tab}<' in page
    assert empty[:4] in page
    desk = operator.house.operations.desk
    asyncio.run(desk.for_strangers().file("429 Too Many Requests\naccount: x, model: m, solvent request id: r1", "en"))
    asyncio.run(desk.file("402 Insufficient Balance", "en"))
    seen = text_of(operator.get("/occurrences?source=paste&lang=en").text)
    assert "at the public desk not listed" in seen
    assert seen.count("listed") - seen.count("not listed") >= 1
    assert "account x" not in seen, "a paste cannot pass for what the gateway filed"


@pytest.mark.parametrize("source", ["gateway", "paste"])
def test_the_operator_deletes_what_is_there_for_good(operator: Operator, source: str) -> None:
    if source == "gateway":
        file(operator.house, FAILED)
    else:
        asyncio.run(operator.house.operations.desk.file("402 Insufficient Balance", "en"))
    (occurrence,) = operator.house.cases._occurrences.values()
    path = f"/occurrences/{occurrence.id}/delete"
    assert path in operator.get(f"/occurrences?source={source}").text
    unsure = operator.submit(path, {"source": source})
    assert (unsure.status, "must be ticked" in unsure.text) == (400, True)
    assert occurrence.id in operator.house.cases._occurrences
    done = operator.submit(path, {"source": source, "sure": "yes"})
    assert (done.status, done.headers["location"]) == (303, f"/occurrences?done=deleted&source={source}&lang=en")
    assert "Deleted: its text" in operator.get(done.headers["location"]).text
    assert operator.house.cases._occurrences == {}
    assert operator.submit(path, {"sure": "yes"}).status == 404


def test_nobody_but_the_operator_deletes_here(stranger: Operator) -> None:
    asyncio.run(stranger.house.operations.desk.file("402 Insufficient Balance", "en"))
    (occurrence,) = stranger.house.cases._occurrences.values()
    assert stranger.submit(f"/occurrences/{occurrence.id}/delete", {"sure": "yes"}).status in (303, 401, 403)
    assert occurrence.id in stranger.house.cases._occurrences
