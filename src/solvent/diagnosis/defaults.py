"""What holds for a category unless a rule says otherwise: the honest status, whether waiting helps, who acts."""

from __future__ import annotations

from solvent.model.failure import PASSING
from solvent.model.verdict import Actor, Category, Wallet

# The status that says it truly; None where no server answered, so that none applies.
STATUS_SHOULD_BE: dict[Category, int | None] = {
    Category.CREDIT_EXHAUSTED: 402,
    Category.BUDGET_LIMIT: 402,
    Category.RATE_LIMITED: 429,
    Category.OVERLOADED: 503,
    Category.AUTH_INVALID: 401,
    Category.PERMISSION_DENIED: 403,
    Category.MODEL_NOT_FOUND: 404,
    Category.CONTEXT_TOO_LONG: 400,
    Category.REQUEST_TOO_LARGE: 413,
    Category.INVALID_REQUEST: 400,
    Category.CONTENT_FILTERED: 400,
    Category.REGION_BLOCKED: 403,
    Category.ACCOUNT_SUSPENDED: 403,
    Category.SERVER_ERROR: 502,
    Category.TIMEOUT: 504,
    Category.NETWORK: None,
    Category.NO_CHANNEL: 503,
    Category.CLIENT_CODE: None,
    Category.NOT_AN_ERROR: None,
    Category.OTHER: None,
}

# What else says it truly, where a server chose it.
ALSO_TRUE: dict[Category, frozenset[int]] = {
    Category.INVALID_REQUEST: frozenset({405, 415, 431}),
    Category.TIMEOUT: frozenset({408}),
}

# Where every status of a text is one of the left, words that nobody in particular uses are less likely to mean one of the right: a
# refused request does not heal by itself, and a status that names key, money or speed outweighs a word such as "invalid".
_VAGUE = frozenset({Category.INVALID_REQUEST, Category.SERVER_ERROR, Category.NETWORK, Category.TIMEOUT})
UNLIKELY: tuple[tuple[frozenset[int], frozenset[Category], int], ...] = (
    (frozenset({400, 404, 413, 415, 422}), frozenset(PASSING), 12),
    (frozenset({401, 402, 429}), _VAGUE, 40),
    (frozenset({400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 429}), frozenset({Category.NETWORK}), 60),
    (frozenset({429}), frozenset({Category.OVERLOADED}), 2),
    # 529 was made for this one: what a client calls every 5xx says less.
    (frozenset({529}), frozenset({Category.SERVER_ERROR}), 40),
)

_BY_WALLET = {
    Wallet.OWN_PROVIDER_ACCOUNT: Actor.YOU,
    Wallet.RELAY_USER: Actor.YOU,
    Wallet.KEY_BUDGET: Actor.YOU,
    Wallet.RELAY_UPSTREAM: Actor.RELAY_OPERATOR,
}
_BY_CATEGORY = {
    Category.RATE_LIMITED: Actor.NOBODY,
    Category.OVERLOADED: Actor.NOBODY,
    Category.SERVER_ERROR: Actor.PROVIDER,
    Category.TIMEOUT: Actor.NOBODY,
    Category.NO_CHANNEL: Actor.RELAY_OPERATOR,
    Category.NOT_AN_ERROR: Actor.NOBODY,
}
# Behind a relay these speak about the relay's own key or account, which the reader cannot touch.
OPERATORS_OWN = frozenset({Category.AUTH_INVALID, Category.PERMISSION_DENIED, Category.ACCOUNT_SUSPENDED, Category.REGION_BLOCKED})


def actor_of(category: Category, wallet: Wallet, *, provider_spoke_through_relay: bool) -> Actor:
    """Who can cure it, from whose wallet it is and who spoke."""
    if wallet is not Wallet.NONE:
        return _BY_WALLET[wallet]
    if provider_spoke_through_relay and category in OPERATORS_OWN:
        return Actor.RELAY_OPERATOR
    return _BY_CATEGORY.get(category, Actor.YOU)
