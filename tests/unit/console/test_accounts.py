from __future__ import annotations

import pytest

from solvent.base.money import Money
from solvent.ledger.accounts import Account, upstream_account
from solvent.model.change import Drill
from solvent.model.health import Closed, Health
from solvent.model.route import Upstream
from solvent.operations.folding import Tally
from tests.unit.console.conftest import Operator, text_of
from tests.unit.console.operator_fakes import House

NOON_US = 1_795_608_000_000_000  # 2026-11-25 12:00:00 UTC
BAIT = "<script>alert(1)</script>"


def configure(house: House, *healths: Health, provider: str = "anthropic") -> None:
    house.upstreams = tuple(Upstream(one.account, provider, None, False, {}) for one in healths)
    house.workers.healths = healths


def dry(name: str = "main", **closed: object) -> Health:
    values = {"scope": "account", "why": "credit_exhausted", "since_us": NOON_US, "until_us": NOON_US + 60_000_000, "money": True}
    return Health(name, "exhausted", (Closed(**(values | closed)),))  # type: ignore[arg-type]


@pytest.mark.parametrize(("lang", "words"), [("en", "No account is configured yet"), ("zh", "还没有配置账户")])
def test_without_accounts_the_page_says_what_to_write(operator: Operator, lang: str, words: str) -> None:
    page = operator.get(f"/?lang={lang}").text
    assert words in page
    assert "[[account]]" in page
    assert "solvent reload" in page


@pytest.mark.parametrize(
    ("state", "en", "zh"),
    [
        ("ready", "ready", "可用"),
        ("exhausted", "out of money", "余额耗尽"),
        ("cooling", "resting", "暂停中"),
        ("disabled", "needs you", "需要处理"),
    ],
)
def test_a_state_has_a_word_and_a_shape_of_its_own(operator: Operator, state: str, en: str, zh: str) -> None:
    configure(operator.house, Health("main", state))
    for lang, word in (("en", en), ("zh", zh)):
        page = operator.get(f"/?lang={lang}").text
        assert f'class="sign {state}"' in page
        assert f"</svg>{word}</span>" in page


@pytest.mark.parametrize(
    ("scope", "en", "zh"),
    [
        ("account", "The whole account · credit exhausted", "整个账户 · 余额耗尽"),
        ("key", "The key that it is called with · credit exhausted", "调用所用的 key · 余额耗尽"),
        ("vendor:anthropic", "The models of Anthropic · credit exhausted", "Anthropic 的模型 · 余额耗尽"),
        ("model:gpt-5", "The model gpt-5 · credit exhausted", "模型 gpt-5 · 余额耗尽"),
        ("moon", "moon · credit exhausted", "moon · 余额耗尽"),
    ],
)
def test_what_is_closed_is_said_with_its_reason_and_its_times(operator: Operator, scope: str, en: str, zh: str) -> None:
    configure(operator.house, dry(scope=scope, text="Your credit balance is too low"))
    english, chinese = (text_of(operator.get(f"/?lang={lang}").text) for lang in ("en", "zh"))
    assert en in english
    assert zh in chinese
    assert "Your credit balance is too low" in english
    assert "since 2026-11-25 12:00:00 UTC" in english
    assert "one request may try it again from 2026-11-25 12:01:00 UTC" in english
    assert "2026-11-25 12:01:00 UTC 起，会有一个请求再次尝试" in chinese


def test_what_only_a_person_opens_is_said(operator: Operator) -> None:
    configure(operator.house, dry(why="auth_invalid", until_us=None, money=False, doubtful=True))
    page = text_of(operator.get("/?lang=en").text)
    assert "key refused" in page
    assert "stays closed until somebody acts" in page
    assert "not certain" in page


def test_a_drill_is_told_from_the_real_thing(operator: Operator) -> None:
    configure(operator.house, dry(why="drill", text="drill"))
    page = operator.get("/?lang=en").text
    assert "A drill runs" in page
    assert "ends <time" in page
    assert "Just open it again" not in page, "only its end opens a drill"
    assert ">drill</blockquote>" not in page


def test_money_is_shown_as_the_books_have_it(operator: Operator) -> None:
    configure(operator.house, Health("main", "ready"), Health("free", "ready"))
    ledger = operator.house.ledger
    ledger.rows[upstream_account("main")] = Account(None, Money.parse("25"), Money.parse("25.000000412"))
    ledger.counted[upstream_account("main")] = Tally(Money.parse("1.10"), 1893, 14)
    page = text_of(operator.get("/?lang=en").text)
    for words in ("−$0.000000412", "$1.10", "1893", "14", "by our books", "not known", "nobody said yet"):
        assert words in page


def test_names_and_words_from_outside_stay_text(operator: Operator) -> None:
    configure(operator.house, dry(BAIT, scope=f"model:{BAIT}", why=BAIT, text=BAIT), provider=BAIT)
    page = operator.get(f"/?lang=en&done=drilled&account={BAIT}").text
    assert BAIT not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
    assert "/accounts/%3Cscript%3Ealert%281%29%3C%2Fscript%3E/drill" in page


def test_a_top_up_is_booked_once_and_opens_the_account(operator: Operator) -> None:
    configure(operator.house, dry())
    for _ in range(2):
        answer = operator.submit("/accounts/main/topups", {"usd": "25.5"}, lang="zh")
        assert (answer.status, answer.headers["location"]) == (303, "/?done=topped_up&account=main&lang=zh")
    assert operator.house.ledger.rows[upstream_account("main")].settled == Money.parse("25.50")
    assert [(paid.amount, paid.reference) for paid in operator.house.ledger.transfers] == [(Money.parse("25.50"), "console")]
    assert operator.house.workers.told[0].rearmed == ("main",)
    assert "充值已入账" in operator.get(answer.headers["location"]).text
    operator.submit("/accounts/main/topups", {"usd": "25.5"}, once="1" * 32)
    assert operator.house.ledger.rows[upstream_account("main")].settled == Money.parse("51.00"), "another page is another payment"


@pytest.mark.parametrize(("usd", "status"), [("", 400), ("0", 400), ("-5", 400), ("lots", 400), ("9999999999", 409)])
def test_what_is_no_payment_is_not_booked(operator: Operator, usd: str, status: int) -> None:
    configure(operator.house, dry())
    answer = operator.submit("/accounts/main/topups", {"usd": usd})
    assert answer.status == status
    assert "Nothing was booked" in answer.text
    assert operator.house.ledger.transfers == []
    assert operator.house.workers.told == []


def test_a_form_with_other_values_is_not_taken_for_the_first(operator: Operator) -> None:
    configure(operator.house, dry())
    operator.submit("/accounts/main/topups", {"usd": "1"})
    answer = operator.submit("/accounts/main/topups", {"usd": "2"}, lang="zh")
    assert answer.status == 409
    assert "这个表单已经提交过" in answer.text
    assert operator.house.ledger.rows[upstream_account("main")].settled == Money.parse("1.00")


def test_an_account_is_opened_without_money(operator: Operator) -> None:
    configure(operator.house, dry())
    assert "Just open it again" in operator.get("/?lang=en").text
    answer = operator.submit("/accounts/main/rearm", {})
    assert answer.headers["location"] == "/?done=rearmed&account=main&lang=en"
    assert [change.rearmed for change in operator.house.workers.told] == [("main",)]
    assert operator.house.ledger.transfers == []


def test_a_drill_lasts_a_minute_and_runs_once_for_one_form(operator: Operator) -> None:
    configure(operator.house, Health("main", "ready"))
    for _ in range(2):
        assert operator.submit("/accounts/main/drill", {}).headers["location"] == "/?done=drilled&account=main&lang=en"
    assert [change.drills for change in operator.house.workers.told] == [(Drill("main", 60_000),)]


@pytest.mark.parametrize("act", ["topups", "rearm", "drill"])
@pytest.mark.parametrize(("lang", "words"), [("en", "There is no such account"), ("zh", "没有这个账户")])
def test_an_account_that_is_gone_is_said(operator: Operator, act: str, lang: str, words: str) -> None:
    answer = operator.submit(f"/accounts/gone/{act}", {"usd": "5"}, lang=lang)
    assert (answer.status, words in answer.text) == (404, True)


def test_a_name_with_a_slash_is_reached(operator: Operator) -> None:
    configure(operator.house, dry("team/main"))
    assert 'action="/accounts/team%2Fmain/drill?lang=en"' in operator.get("/?lang=en").text
    assert operator.submit("/accounts/team/main/drill", {}).status == 303
