from __future__ import annotations

import pytest

from solvent.exchange.events import End
from solvent.exchange.state import Exchange, Policy, State


def test_a_request_begins_with_nothing_asked_spent_or_sent() -> None:
    exchange = Exchange(Policy())
    assert exchange.state is State.RECEIVED
    assert (exchange.plans, exchange.attempt, exchange.kept, exchange.spent) == ((), 0, (), End.NONE)
    assert (exchange.held, exchange.sent, exchange.journal_failed) == (False, False, False)


def test_a_chat_may_be_retried_and_a_client_that_leaves_ends_the_stream() -> None:
    assert Policy() == Policy(stream=True, retry_unknown=True, drain=False)


def test_an_exchange_cannot_be_changed_in_place() -> None:
    with pytest.raises(AttributeError):
        Exchange(Policy()).held = True  # type: ignore[misc]
