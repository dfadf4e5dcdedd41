"""What an account's own key may ask about its balance, at those providers that tell it, in their forms and units.

Sources, read on 2026-11-25: api-docs.deepseek.com/zh-cn/api/get-user-balance; OpenRouter's `GET /api/v1/key` and `/api/v1/credits`;
one-api `controller/billing.go` and new-api `controller/token.go`. Fields that nobody reads to learn a balance are left out.
"""

from __future__ import annotations

from typing import Any

import msgspec

from solvent.base.money import Money
from solvent.sandbox.accounts import Account, Manner
from solvent.sandbox.paths import Endpoint
from solvent.sandbox.reply import Reply

_ASKED_OF = {
    Endpoint.DEEPSEEK_BALANCE: Manner.DEEPSEEK,
    Endpoint.OPENROUTER_KEY: Manner.OPENROUTER,
    Endpoint.OPENROUTER_CREDITS: Manner.OPENROUTER,
    Endpoint.RELAY_SUBSCRIPTION: Manner.NEW_API,
    Endpoint.RELAY_USAGE: Manner.NEW_API,
    Endpoint.RELAY_TOKEN: Manner.NEW_API,
}
_NANO_PER_QUOTA = 2_000  # 500,000 quota are a dollar
_LATER = 4_102_444_800  # 2100-01-01, for what has no end


def answer(account: Account, endpoint: Endpoint) -> Reply | None:
    """What the account's provider tells, or None where it has no such path."""
    if _ASKED_OF.get(endpoint) is not account.manner:
        return None
    return Reply(200, [("content-type", "application/json")], msgspec.json.encode(_told(account, endpoint)))


def _number(amount: Money, *, cents: bool = False) -> msgspec.Raw:
    """An amount as a JSON number, exact and in dollars or cents."""
    return msgspec.Raw(str(Money(amount.nano_usd * 100) if cents else amount).encode())


def _told(account: Account, endpoint: Endpoint) -> dict[str, Any]:
    left, spent, granted = account.balance, account.spent, account.granted
    if endpoint is Endpoint.DEEPSEEK_BALANCE:
        # Two places, downwards: a balance of less than a cent shows as none.
        cents = max(left.nano_usd, 0) // 10_000_000
        shown = f"{cents // 100}.{cents % 100:02d}"
        row = {"currency": "USD", "total_balance": shown, "granted_balance": "0.00", "topped_up_balance": shown}
        return {"is_available": left.nano_usd > 0, "balance_infos": [row]}
    if endpoint is Endpoint.OPENROUTER_CREDITS:
        return {"data": {"total_credits": _number(granted), "total_usage": _number(spent)}}
    if endpoint is Endpoint.OPENROUTER_KEY:
        return {"data": {"label": account.name, "limit": None, "limit_remaining": None, "usage": _number(spent), "is_free_tier": False}}
    if endpoint is Endpoint.RELAY_USAGE:
        return {"object": "list", "total_usage": _number(spent, cents=True)}
    if endpoint is Endpoint.RELAY_SUBSCRIPTION:
        limit = _number(left + spent)
        limits = {"soft_limit_usd": limit, "hard_limit_usd": limit, "system_hard_limit_usd": limit}
        return {"object": "billing_subscription", "has_payment_method": True, **limits, "access_until": _LATER}
    token = {
        "object": "token_usage",
        "name": account.name,
        "total_granted": (left + spent).nano_usd // _NANO_PER_QUOTA,
        "total_used": spent.nano_usd // _NANO_PER_QUOTA,
        "total_available": left.nano_usd // _NANO_PER_QUOTA,
        "unlimited_quota": False,
        "model_limits": {},
        "model_limits_enabled": False,
        "expires_at": 0,
    }
    return {"code": True, "message": "ok", "data": token}
