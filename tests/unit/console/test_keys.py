from __future__ import annotations

import re

import pytest

from solvent.base.money import Money
from solvent.ledger.accounts import Account, key_account
from solvent.model.key import Budget, Key
from solvent.operations.folding import Tally
from tests.unit.console.conftest import Operator, text_of

NOON_US = 1_795_608_000_000_000
BAIT = "<script>alert(1)</script>"
KEY = re.compile(r"sk-slv-[a-z2-7]{32}")


@pytest.fixture
def busy(operator: Operator) -> Operator:
    house = operator.house
    house.keys.rows = {
        "old": Key("old", "old laptop", "x", prepaid=True, revoked=True, created_at_us=NOON_US),
        "batch": Key("batch", "nightly", "x", False, (Budget("day", Money.parse("5")),), 60, 1, ("deepseek-chat",), created_at_us=NOON_US),
        "bot": Key("bot", "客服", "x", prepaid=True, created_at_us=NOON_US),
    }
    house.ledger.rows[key_account("bot")] = Account(Money(0), Money.parse("20"), Money.parse("7.123456789"), Money.parse("0.2304"))
    house.ledger.counted[key_account("bot")] = Tally(Money.parse("7.123456789"), 822, 9)
    house.ledger.open_holds = 2
    return operator


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("$5.00 a day", "60 requests a minute", "1 token a minute", "none but its balance", "not prepaid", "revoked")),
        ("zh", ("每天 $5.00", "每分钟 60 个请求", "每分钟 1 个 token", "只受余额限制", "非预付", "已吊销")),
    ],
)
def test_the_list_has_money_and_limits(busy: Operator, lang: str, words: tuple[str, ...]) -> None:
    seen = text_of(busy.get(f"/keys?lang={lang}").text)
    for known in (*words, "客服", "bot", "$12.876543211", "$0.2304", "$12.646143211", "$7.123456789", "822", "deepseek-chat"):
        assert known in seen, known


@pytest.mark.parametrize(("lang", "words"), [("en", "9 failed"), ("zh", "9 个失败")])
def test_one_key_has_its_open_holds(busy: Operator, lang: str, words: str) -> None:
    seen = text_of(busy.get(f"/keys/bot?lang={lang}").text)
    assert words in seen
    assert ("2 requests in flight" if lang == "en" else "2 个请求进行中") in seen
    assert "2026-11-25 12:00:00 UTC" in seen


@pytest.mark.parametrize(("key_id", "pays", "ends"), [("bot", True, True), ("batch", False, True), ("old", False, False)])
def test_only_what_can_be_done_is_offered(busy: Operator, key_id: str, *, pays: bool, ends: bool) -> None:
    page = busy.get(f"/keys/{key_id}?lang=en").text
    assert (f"/keys/{key_id}/topups" in page) is pays
    assert (f"/keys/{key_id}/revoke" in page) is ends


def test_a_new_key_is_shown_once_with_its_snippets(operator: Operator) -> None:
    answer = operator.submit("/keys", {"name": "billing", "balance": "5", "rpm": "60", "models": "a b"})
    assert (answer.status, answer.headers["cache-control"]) == (201, "no-store")
    (text,) = set(KEY.findall(answer.text))
    for line in (
        "export OPENAI_BASE_URL=http://127.0.0.1:8400/v1\n",
        f"export OPENAI_API_KEY={text}<",
        "export ANTHROPIC_BASE_URL=http://127.0.0.1:8400\n",
        f"export ANTHROPIC_AUTH_TOKEN={text}<",
    ):
        assert line in answer.text
    (key,) = operator.house.keys.rows.values()
    assert (key.name, key.prepaid, key.rpm, key.models) == ("billing", True, 60, ("a", "b"))
    assert operator.house.ledger.rows[key_account(key.id)].settled == Money.parse("5.00")
    assert operator.house.workers.told[0].keys == (key,)
    for path in ("/keys", f"/keys/{key.id}"):
        assert not KEY.search(operator.get(path).text)


def test_a_form_sent_again_shows_the_same_key(operator: Operator) -> None:
    first = operator.submit("/keys", {"name": "billing", "balance": "5"})
    second = operator.submit("/keys", {"name": "billing", "balance": "5.00"}, lang="zh")
    assert KEY.findall(first.text) == KEY.findall(second.text)
    assert len(operator.house.keys.rows) == 1
    third = operator.submit("/keys", {"name": "billing", "balance": "6"})
    assert third.status == 409
    assert len(operator.house.keys.rows) == 1
    operator.submit("/keys", {"name": "billing", "balance": "5"}, once="1" * 32)
    assert len(operator.house.keys.rows) == 2


@pytest.mark.parametrize(("lang", "words"), [("en", "Write a whole number"), ("zh", "请填写 1 到 999999999 的整数")])
def test_a_mistake_keeps_what_was_typed(operator: Operator, lang: str, words: str) -> None:
    answer = operator.submit("/keys", {"name": f'"{BAIT}', "rpm": "many", "reveal": "yes"}, lang=lang)
    assert answer.status == 400
    assert words in answer.text
    assert 'value="&#34;&lt;script&gt;' in answer.text
    assert BAIT not in answer.text
    assert 'value="many"' in answer.text
    assert '<details class="panel maker" open>' in answer.text
    assert "checked" in answer.text
    assert operator.house.keys.rows == {}


def test_too_much_money_is_said(operator: Operator) -> None:
    assert operator.submit("/keys", {"name": "x", "balance": "9999999999"}).status == 409
    assert operator.house.keys.rows == {}


def test_a_top_up_is_booked_once(busy: Operator) -> None:
    for _ in range(2):
        answer = busy.submit("/keys/bot/topups", {"usd": "10"})
        assert (answer.status, answer.headers["location"]) == (303, "/keys/bot?done=key_topped_up&lang=en")
    assert busy.house.ledger.rows[key_account("bot")].settled == Money.parse("22.876543211")
    assert "every worker knows of it" in busy.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("key_id", "usd", "status", "words"),
    [
        ("bot", "0", 400, "That is not an amount to pay in"),
        ("bot", "9999999999", 409, "The books do not take this amount"),
        ("batch", "5", 409, "This key has no balance of its own"),
        ("old", "5", 409, "This key is revoked"),
        ("none", "5", 404, "There is no such key"),
    ],
)
def test_what_cannot_be_paid_in_is_said(busy: Operator, key_id: str, usd: str, status: int, words: str) -> None:
    answer = busy.submit(f"/keys/{key_id}/topups", {"usd": usd})
    assert (answer.status, words in answer.text) == (status, True)
    assert busy.house.ledger.transfers == []


def test_a_key_ends_only_when_that_is_confirmed(busy: Operator) -> None:
    unsure = busy.submit("/keys/bot/revoke", {}, lang="zh")
    assert (unsure.status, "key 仍然有效" in unsure.text) == (400, True)
    assert not busy.house.keys.rows["bot"].revoked
    answer = busy.submit("/keys/bot/revoke", {"sure": "yes"})
    assert answer.headers["location"] == "/keys/bot?done=revoked&lang=en"
    assert busy.house.keys.rows["bot"].revoked
    assert busy.house.workers.told[-1].keys[0].revoked
    assert busy.submit("/keys/none/revoke", {"sure": "yes"}).status == 404


def test_names_from_outside_stay_text(busy: Operator) -> None:
    busy.house.keys.rows["bot"] = Key("bot", BAIT, "x", prepaid=True, models=(BAIT,))
    for path in ("/keys?lang=en", "/keys/bot?lang=en"):
        page = busy.get(path).text
        assert BAIT not in page
        assert page.count("&lt;script&gt;") >= 2
    made = busy.submit("/keys", {"name": BAIT})
    assert BAIT not in made.text


@pytest.mark.parametrize(("lang", "words"), [("en", "There is no such key"), ("zh", "没有这个 key")])
def test_a_key_that_is_not_there(operator: Operator, lang: str, words: str) -> None:
    answer = operator.get(f"/keys/nothing?lang={lang}")
    assert (answer.status, words in answer.text) == (404, True)


def test_without_keys_the_form_is_open(operator: Operator) -> None:
    assert '<details class="panel maker" open>' in operator.get("/keys?lang=en").text


def test_the_list_goes_on(operator: Operator) -> None:
    operator.house.keys.rows = {f"k{number}": Key(f"k{number}", f"name {number}", "x") for number in range(26)}
    assert 'href="/keys?after=25&amp;lang=en"' in operator.get("/keys?lang=en").text
    assert "name 0<" in operator.get("/keys?after=25&lang=en").text
