from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from solvent.model.opinion import Assisted, Opinion, Standing
from solvent.model.verdict import Category, Wallet
from tests.unit.console.conftest import Operator, text_of

SAID = Opinion("A title", "A summary.", "", "<b>bold</b> words.", "You.", ("First step.",), ("Later.",), Category.TIMEOUT, Wallet.NONE, 2)


def keep(operator: Operator, number: int = 1, standing: Standing = Standing.PENDING) -> None:
    at = datetime(2026, 11, 25, 12, 0, number % 60, tzinfo=UTC)
    row = Assisted(f"o{number}", f"key{number}", f"paste{number}", "en", "tapir", at, standing, SAID)
    asyncio.run(operator.house.opinions.keep(row))


def standing(operator: Operator, number: int = 1) -> Standing:
    return operator.house.opinions.rows[f"o{number}"].standing


@pytest.mark.parametrize(("lang", "words"), [("en", "Nothing here"), ("zh", "这里什么都没有")])
def test_without_opinions_the_page_says_what_comes_here(operator: Operator, lang: str, words: str) -> None:
    assert words in operator.get(f"/opinions?lang={lang}").text


def test_what_waits_is_shown_whole_with_its_paste(operator: Operator) -> None:
    keep(operator)
    page = operator.get("/opinions?lang=en").text
    seen = text_of(page)
    for words in (
        "A title",
        "A summary.",
        "First step.",
        "Later.",
        "tapir",
        "2 things struck",
        "timeout",
        "Approve for everybody",
        "Reject",
    ):
        assert words in seen, words
    assert 'href="/e/paste1?lang=en"' in page
    assert "<b>bold" not in page


@pytest.mark.parametrize("word", ["approved", "rejected"])
def test_a_person_decides(operator: Operator, word: str) -> None:
    keep(operator)
    answer = operator.submit("/opinions/o1", {"standing": word})
    assert (answer.status, answer.headers["location"]) == (303, f"/opinions?done=opinion_{word}&lang=en")
    assert standing(operator) == word
    done = operator.get(answer.headers["location"]).text
    assert {"approved": "every reader of this text", "rejected": "nobody is shown it"}[word] in done
    assert "A title" not in done
    assert "A title" in operator.get(f"/opinions?lang=en&standing={word}").text


@pytest.mark.parametrize("word", ["", "pending", "maybe"])
def test_another_word_decides_nothing(operator: Operator, word: str) -> None:
    keep(operator)
    assert operator.submit("/opinions/o1", {"standing": word}).status == 400
    assert standing(operator) is Standing.PENDING


def test_what_is_not_there_cannot_be_decided(operator: Operator) -> None:
    answer = operator.submit("/opinions/nobody", {"standing": "approved"})
    assert answer.status == 404
    assert "There is no such opinion" in answer.text


def test_a_stranger_sees_and_decides_nothing(stranger: Operator) -> None:
    keep(stranger)
    assert "A title" not in stranger.get("/opinions").text
    stranger.submit("/opinions/o1", {"standing": "approved"})
    assert standing(stranger) is Standing.PENDING


def test_a_form_without_its_token_decides_nothing(operator: Operator) -> None:
    keep(operator)
    assert operator.post("/opinions/o1", {"standing": "approved", "lang": "en"}).status == 403
    assert standing(operator) is Standing.PENDING


def test_a_long_list_goes_on(operator: Operator) -> None:
    for number in range(30):
        keep(operator, number)
    page = operator.get("/opinions?lang=en").text
    assert "Older ones" in page
    assert "after=25" in page
    assert operator.get("/opinions?lang=en&after=25").text.count("Approve for everybody") == 5
