from __future__ import annotations

from solvent.model.failure import REQUEST_AT_FAULT, Evidence, Transport
from solvent.model.verdict import Category


def test_what_was_sent_and_answered_is_not_shown() -> None:
    shown = repr(Evidence("main", "openai", relay=False, vendor=None, model="m", body=b"the answer", request=b"the words"))
    assert "main" in shown
    assert "answer" not in shown
    assert "words" not in shown


def test_a_request_is_at_fault_for_what_it_is_and_not_for_money_or_haste() -> None:
    assert Category.INVALID_REQUEST in REQUEST_AT_FAULT
    assert not {Category.CREDIT_EXHAUSTED, Category.RATE_LIMITED, Category.SERVER_ERROR} & REQUEST_AT_FAULT


def test_what_went_wrong_on_the_wire_has_names_that_journals_keep() -> None:
    assert [Transport(problem.value) for problem in Transport] == list(Transport)
