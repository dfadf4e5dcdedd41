from __future__ import annotations

import pytest

from solvent.exchange import refusals
from solvent.exchange.commands import Cause
from solvent.exchange.refusals import Told, told
from solvent.ledger.purse import Part, Short
from solvent.model.failure import REQUEST_AT_FAULT
from solvent.model.route import DialectName
from solvent.model.verdict import Category

OPERATORS = (
    Category.AUTH_INVALID,
    Category.PERMISSION_DENIED,
    Category.MODEL_NOT_FOUND,
    Category.REGION_BLOCKED,
    Category.ACCOUNT_SUSPENDED,
    Category.NO_CHANNEL,
)
MONEY = (Category.CREDIT_EXHAUSTED, Category.BUDGET_LIMIT)


@pytest.mark.parametrize("category", OPERATORS)
def test_what_is_wrong_with_the_operators_accounts_is_never_said_of_the_callers(category: Category) -> None:
    failure = refusals.of_failure(Cause.UPSTREAM, category, "your key is invalid")
    assert (failure.status, failure.category, failure.retry) == (503, Category.NO_CHANNEL, False)
    assert failure.message.endswith("the operator of this gateway must act; topping up your key does not help")


@pytest.mark.parametrize("category", MONEY)
def test_the_operators_empty_account_is_told_as_such_and_is_no_402(category: Category) -> None:
    failure = refusals.of_failure(Cause.NOTHING_LEFT, category)
    assert (failure.status, failure.category, failure.retry, failure.page) == (503, Category.NO_CHANNEL, False, "accounts-empty")
    assert "this gateway's own accounts are empty" in failure.message
    assert "topping up your key does not help" in failure.message


@pytest.mark.parametrize("category", sorted(REQUEST_AT_FAULT))
def test_the_upstreams_words_are_handed_on_only_where_the_request_is_at_fault(category: Category) -> None:
    assert refusals.of_failure(Cause.UPSTREAM, category, "too long by 9").message.endswith(". The provider says: too long by 9")
    assert refusals.of_failure(Cause.UPSTREAM, category).message == told(category).message
    assert "too long" not in refusals.of_failure(Cause.UPSTREAM, Category.SERVER_ERROR, "too long by 9").message


@pytest.mark.parametrize(
    ("categories", "summed"),
    [
        ((), Category.SERVER_ERROR),
        ((Category.CREDIT_EXHAUSTED, Category.TIMEOUT, Category.RATE_LIMITED), Category.RATE_LIMITED),
        ((Category.NETWORK, Category.OVERLOADED), Category.OVERLOADED),
        ((Category.AUTH_INVALID, Category.BUDGET_LIMIT), Category.CREDIT_EXHAUSTED),
        ((Category.NO_CHANNEL, Category.CREDIT_EXHAUSTED), Category.CREDIT_EXHAUSTED),
        ((Category.AUTH_INVALID, Category.REGION_BLOCKED), Category.NO_CHANNEL),
    ],
)
def test_many_failures_come_to_what_passes_soonest_else_to_money_else_to_a_person(
    categories: tuple[Category, ...], summed: Category
) -> None:
    assert refusals.sum_up(categories) is summed


@pytest.mark.parametrize("cause", [Cause.JOURNAL, Cause.DEADLINE])
def test_a_failure_of_the_gateway_itself_is_told_whatever_the_upstreams_was(cause: Cause) -> None:
    failures = {refusals.of_failure(cause, category, "x") for category in Category}
    assert len(failures) == 1
    assert failures.pop().retry


@pytest.mark.parametrize("category", [category for category in Category if category not in REQUEST_AT_FAULT])
def test_an_answer_that_breaks_off_says_that_it_is_incomplete_and_keeps_its_category(category: Category) -> None:
    broken, failure = refusals.of_break(Cause.UPSTREAM, category), refusals.of_failure(Cause.UPSTREAM, category)
    assert broken.message.startswith("The answer breaks off here and is incomplete, because ")
    assert (broken.category, broken.retry, broken.page) == (failure.category, failure.retry, failure.page)
    assert ("send the request again" in broken.message) is broken.retry


def test_an_answer_that_breaks_off_names_the_deadline_as_the_reason() -> None:
    assert "because the time for the request is over; send" in refusals.of_break(Cause.DEADLINE, Category.TIMEOUT).message


@pytest.mark.parametrize(
    ("part", "whose", "page"),
    [
        (Part.BALANCE, "the balance", ""),
        (Part.DAY, "the daily budget", "daily-budget"),
        (Part.MONTH, "the monthly budget", "monthly-budget"),
    ],
)
def test_a_hold_that_can_never_be_granted_names_what_is_affordable(part: Part, whose: str, page: str) -> None:
    short = refusals.of_short(Short(part, 4_000_000, passing=False, holds=2), 250_000_000, "large")
    assert (short.status, short.retry, short.after_s, short.page) == (402, False, None, page)
    assert f"`large` may cost up to 0.25 USD, but {whose} of this key covers only 0.004 USD" in short.message
    assert (b"x-should-retry", b"false") in refusals.headers_of(short)


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize(("holds", "words"), [(1, "1 request in flight"), (3, "3 requests in flight")])
def test_a_hold_that_others_stand_in_the_way_of_may_be_asked_for_again(part: Part, holds: int, words: str) -> None:
    short = refusals.of_short(Short(part, 4_000_000, passing=True, holds=holds), 250_000_000, "large")
    assert f"is held by {words} and 0.004 USD" in short.message
    assert short.page == ("balance-held" if part is Part.BALANCE else "budget-held")
    headers = dict(refusals.headers_of(short))
    assert headers[b"retry-after"] == b"1"
    assert b"x-should-retry" not in headers


def test_overload_has_the_status_that_each_dialects_sdks_know() -> None:
    overload = told(Category.OVERLOADED)
    assert [refusals.status_in(overload, dialect) for dialect in (DialectName.OPENAI, DialectName.ANTHROPIC)] == [503, 529]
    assert dict(refusals.headers_of(overload))[b"retry-after"] == b"5"


@pytest.mark.parametrize(("after_s", "header"), [(0, b"1"), (17, b"17")])
def test_a_wait_is_told_in_whole_seconds_and_never_as_none(after_s: int, header: bytes) -> None:
    assert (b"retry-after", header) in refusals.headers_of(Told(429, Category.RATE_LIMITED, "m", retry=True, after_s=after_s))


@pytest.mark.parametrize("dialect", DialectName)
def test_an_error_is_written_with_its_id_its_status_and_its_page(dialect: DialectName) -> None:
    one = Told(503, Category.OVERLOADED, "Too much; wait", retry=True, param="model")
    said = refusals.refusal(one, dialect, "slv-1", None)
    assert said.message == "Too much; wait (solvent request id: slv-1)"
    assert (said.status, said.kind, said.request_id, said.param) == (refusals.status_in(one, dialect), "overloaded", "slv-1", "model")
    assert said.doc_url == "/e/rules/solvent/overloaded"


@pytest.mark.parametrize(
    ("page", "public_url", "address"),
    [
        ("", None, "/e/rules/solvent/credit-exhausted"),
        ("balance-held", None, "/e/rules/solvent/balance-held"),
        ("", "https://desk.example.org", "https://desk.example.org/e/rules/solvent/credit-exhausted"),
    ],
)
def test_the_page_is_the_categorys_unless_the_error_names_another(page: str, public_url: str | None, address: str) -> None:
    assert refusals.doc_url(Told(402, Category.CREDIT_EXHAUSTED, "m", retry=False, page=page), public_url) == address


def test_the_id_stands_under_the_name_where_each_sdk_looks_for_one() -> None:
    assert refusals.id_headers(DialectName.OPENAI, "slv-1") == ((b"x-solvent-request-id", b"slv-1"), (b"x-request-id", b"slv-1"))
    assert refusals.id_headers(DialectName.ANTHROPIC, "slv-1") == ((b"x-solvent-request-id", b"slv-1"), (b"request-id", b"slv-1"))


# The contract's table: what an upstream's failure becomes for the caller.
OUTCOMES = {
    Category.CREDIT_EXHAUSTED: (503, "no_channel", False),
    Category.BUDGET_LIMIT: (503, "no_channel", False),
    Category.AUTH_INVALID: (503, "no_channel", False),
    Category.PERMISSION_DENIED: (503, "no_channel", False),
    Category.MODEL_NOT_FOUND: (503, "no_channel", False),
    Category.REGION_BLOCKED: (503, "no_channel", False),
    Category.ACCOUNT_SUSPENDED: (503, "no_channel", False),
    Category.NO_CHANNEL: (503, "no_channel", False),
    Category.RATE_LIMITED: (429, "rate_limited", True),
    Category.OVERLOADED: (503, "overloaded", True),
    Category.SERVER_ERROR: (502, "server_error", True),
    Category.NETWORK: (502, "network", True),
    Category.TIMEOUT: (504, "timeout", True),
    Category.INVALID_REQUEST: (400, "invalid_request", False),
    Category.CONTEXT_TOO_LONG: (400, "context_too_long", False),
    Category.CONTENT_FILTERED: (400, "content_filtered", False),
    Category.REQUEST_TOO_LARGE: (413, "request_too_large", False),
    Category.CLIENT_CODE: (502, "server_error", True),
    Category.NOT_AN_ERROR: (502, "server_error", True),
    Category.OTHER: (502, "server_error", True),
}


@pytest.mark.parametrize("category", list(Category))
def test_an_upstreams_failure_becomes_what_the_contract_says(category: Category) -> None:
    told = refusals.of_failure(Cause.NOTHING_LEFT, category)
    assert (told.status, told.category.value, told.retry) == OUTCOMES[category]
    headers = dict(refusals.headers_of(told))
    assert headers[b"x-solvent-verdict"] == told.category.value.encode()
    assert (headers.get(b"x-should-retry") == b"false") is not told.retry
    assert (b"retry-after" in headers) is (told.category in (Category.RATE_LIMITED, Category.OVERLOADED))


def test_the_shortest_wait_is_told_where_asking_again_can_help() -> None:
    limited = refusals.told(Category.RATE_LIMITED)
    assert refusals.soonest(limited, (None, 2_500, 7_000)).after_s == 3
    assert refusals.soonest(limited, (None,)) is limited
    dry = refusals.told(Category.NO_CHANNEL)
    assert refusals.soonest(dry, (2_500,)) is dry


def test_where_every_way_says_that_the_request_is_wrong_it_is() -> None:
    wrong, long = Category.INVALID_REQUEST, Category.CONTEXT_TOO_LONG
    assert refusals.sum_up((wrong, long)) is long
    assert refusals.sum_up((wrong, Category.AUTH_INVALID)) is Category.NO_CHANNEL
    assert refusals.sum_up((wrong, Category.CREDIT_EXHAUSTED)) is Category.CREDIT_EXHAUSTED
