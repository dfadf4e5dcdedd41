from __future__ import annotations

import pytest

from solvent.exchange import refusals
from solvent.exchange.commands import Cause
from solvent.exchange.refusals import AT_FAULT, Told
from solvent.ledger.purse import Part, Short
from solvent.model.route import DialectName
from solvent.model.verdict import Category

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


def test_the_upstreams_words_are_told_where_the_request_is_at_fault_only() -> None:
    for category in Category:
        told = refusals.of_failure(Cause.UPSTREAM, category, "what the provider said")
        assert ("what the provider said" in told.message) is (category in AT_FAULT)


def test_overloaded_has_a_status_of_its_own_in_the_anthropic_dialect() -> None:
    told = refusals.told(Category.OVERLOADED)
    assert refusals.status_in(told, DialectName.ANTHROPIC) == 529
    assert refusals.status_in(told, DialectName.OPENAI) == 503


def test_failures_are_summed_up_by_the_one_that_passes_soonest() -> None:
    dry, slow, down = Category.CREDIT_EXHAUSTED, Category.RATE_LIMITED, Category.SERVER_ERROR
    assert refusals.sum_up((dry, slow, down)) is slow
    assert refusals.sum_up((dry, down)) is down
    assert refusals.sum_up((dry, Category.AUTH_INVALID)) is dry
    assert refusals.sum_up((Category.AUTH_INVALID,)) is Category.NO_CHANNEL
    assert refusals.sum_up(()) is Category.SERVER_ERROR


def test_a_hold_that_was_not_granted_says_whose_money_and_how_much() -> None:
    told = refusals.of_short(Short(Part.BALANCE, 1_500_000_000, passing=False, holds=0), 2_000_000_000, "m")
    assert (told.status, told.category, told.retry, told.after_s) == (402, Category.CREDIT_EXHAUSTED, False, None)
    assert "up to 2.00 USD" in told.message
    assert "1.50 USD" in told.message
    told = refusals.of_short(Short(Part.DAY, 0, passing=False, holds=0), 2_000_000_000, "m")
    assert (told.category, told.retry) == (Category.BUDGET_LIMIT, False)
    assert "daily budget" in told.message
    told = refusals.of_short(Short(Part.MONTH, 0, passing=True, holds=3), 2_000_000_000, "m")
    assert (told.category, told.retry, told.after_s) == (Category.BUDGET_LIMIT, True, 1)
    assert "held by 3 requests in flight" in told.message


def test_an_answer_that_breaks_off_says_that_it_is_incomplete() -> None:
    for cause in (Cause.UPSTREAM, Cause.DEADLINE):
        for category in set(Category) - AT_FAULT:
            assert "incomplete" in refusals.of_break(cause, category).message


def test_the_desks_page_is_absolute_only_where_its_address_was_set() -> None:
    told = Told(400, Category.INVALID_REQUEST, "words", retry=False)
    assert refusals.doc_url(told, None) == "/e/rules/solvent/invalid-request"
    assert refusals.doc_url(told, "https://desk.example") == "https://desk.example/e/rules/solvent/invalid-request"
    refusal = refusals.refusal(told, DialectName.OPENAI, "slv-1", None)
    assert refusal.message == "words (solvent request id: slv-1)"


def test_ids_are_where_each_sdk_looks_for_them() -> None:
    assert refusals.id_headers(DialectName.OPENAI, "slv-1") == ((b"x-solvent-request-id", b"slv-1"), (b"x-request-id", b"slv-1"))
    assert refusals.id_headers(DialectName.ANTHROPIC, "slv-1")[1] == (b"request-id", b"slv-1")
