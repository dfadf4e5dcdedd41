from __future__ import annotations

from solvent.diagnosis import defaults
from solvent.model.failure import PASSING
from solvent.model.verdict import Actor, Category, Wallet


def test_every_category_has_its_honest_status() -> None:
    assert set(defaults.STATUS_SHOULD_BE) == set(Category)


def test_a_true_status_is_none_that_its_category_has_by_default() -> None:
    for category, statuses in defaults.ALSO_TRUE.items():
        assert defaults.STATUS_SHOULD_BE[category] not in statuses


def test_the_wallet_says_who_acts() -> None:
    for wallet, actor in (
        (Wallet.OWN_PROVIDER_ACCOUNT, Actor.YOU),
        (Wallet.RELAY_USER, Actor.YOU),
        (Wallet.KEY_BUDGET, Actor.YOU),
        (Wallet.RELAY_UPSTREAM, Actor.RELAY_OPERATOR),
    ):
        assert defaults.actor_of(Category.CREDIT_EXHAUSTED, wallet, provider_spoke_through_relay=True) is actor


def test_a_refused_key_behind_a_relay_is_the_relays() -> None:
    assert defaults.actor_of(Category.AUTH_INVALID, Wallet.NONE, provider_spoke_through_relay=True) is Actor.RELAY_OPERATOR
    assert defaults.actor_of(Category.AUTH_INVALID, Wallet.NONE, provider_spoke_through_relay=False) is Actor.YOU


def test_money_is_never_retryable_by_default() -> None:
    assert Category.CREDIT_EXHAUSTED not in PASSING
    assert Category.BUDGET_LIMIT not in PASSING


def test_no_status_speaks_against_the_category_that_it_says_truly() -> None:
    for statuses, categories, much in defaults.UNLIKELY:
        assert much > 0
        assert {defaults.STATUS_SHOULD_BE[category] for category in categories}.isdisjoint(statuses - {400})
