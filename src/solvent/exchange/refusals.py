"""What a caller is told when there is no answer: the status, the words, and whether asking again can help.

The words are the caller's side of it: whose wallet it is as seen from there, and never a name, an amount or an address of the operator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from solvent.base.money import Money
from solvent.exchange.commands import Cause
from solvent.exchange.ports import Headers
from solvent.ledger.purse import Part, Short
from solvent.model.route import DialectName
from solvent.model.verdict import Category


@dataclass(frozen=True, slots=True)
class Told:
    """An error for the caller. `retry`: an identical request can succeed later by itself; `after_s`: when, where that is known."""

    status: int
    category: Category
    message: str
    retry: bool
    after_s: int | None = None
    param: str = ""
    doc_url: str = ""


# status, whether asking again can help, the words
_TABLE: dict[Category, tuple[int, bool, str]] = {
    Category.INVALID_REQUEST: (400, False, "The request cannot be served as it is"),
    Category.CONTEXT_TOO_LONG: (400, False, "The prompt is longer than this model takes; shorten it or ask a model with a larger context"),
    Category.CONTENT_FILTERED: (400, False, "The provider's content filter refused this request; change its content"),
    Category.AUTH_INVALID: (401, False, "This gateway does not know the key; check it, or ask the operator of this gateway for a new one"),
    Category.PERMISSION_DENIED: (403, False, "This key may not do this; ask the operator of this gateway to allow it"),
    Category.MODEL_NOT_FOUND: (404, False, "This gateway has no such model; `GET /v1/models` lists those that it has"),
    Category.REQUEST_TOO_LARGE: (413, False, "The request is too large; send less"),
    Category.CREDIT_EXHAUSTED: (
        402,
        False,
        "The balance of this key does not cover this request; top up this key at the operator of this gateway",
    ),
    Category.BUDGET_LIMIT: (402, False, "The budget of this key does not cover this request; ask the operator of this gateway to raise it"),
    Category.RATE_LIMITED: (429, True, "Every way to this model is rate limited just now; wait and ask again"),
    Category.OVERLOADED: (503, True, "Every way to this model is overloaded just now; wait and ask again"),
    Category.SERVER_ERROR: (502, True, "Every way to this model failed at the provider; it is not your request's fault, ask again later"),
    Category.NETWORK: (502, True, "No way to this model could be reached; it is not your request's fault, ask again later"),
    Category.TIMEOUT: (504, True, "No way to this model answered in time; ask again, or for a shorter answer"),
    Category.NO_CHANNEL: (
        503,
        False,
        "No way to this model is open at this gateway; the operator of this gateway must act, and topping up your key does not help",
    ),
}
_OPERATOR = frozenset(
    {
        *(Category.CREDIT_EXHAUSTED, Category.BUDGET_LIMIT, Category.AUTH_INVALID, Category.PERMISSION_DENIED),
        *(Category.MODEL_NOT_FOUND, Category.REGION_BLOCKED, Category.ACCOUNT_SUSPENDED, Category.NO_CHANNEL),
    }
)
AT_FAULT = frozenset({Category.INVALID_REQUEST, Category.CONTEXT_TOO_LONG, Category.REQUEST_TOO_LARGE, Category.CONTENT_FILTERED})
_PASSING = (Category.RATE_LIMITED, Category.OVERLOADED, Category.TIMEOUT, Category.SERVER_ERROR, Category.NETWORK)


def told(category: Category) -> Told:
    """The error of a category in its usual words, seen from the caller: a failure of the operator's own accounts is `no_channel`."""
    known = _TABLE.get(category)
    if known is None:
        category = Category.NO_CHANNEL if category in _OPERATOR else Category.SERVER_ERROR
        known = _TABLE[category]
    status, retry, words = known
    return Told(status, category, words, retry)


def sum_up(categories: tuple[Category, ...]) -> Category:
    """One category for the failures of every way to a model: the one that passes soonest, else that a person must act."""
    found = {Category.NO_CHANNEL if category in _OPERATOR else category for category in categories}
    return next((category for category in _PASSING if category in found), Category.NO_CHANNEL if found else Category.SERVER_ERROR)


def of_failure(cause: Cause, category: Category, text: str = "") -> Told:
    """The error after attempts failed, or none was possible. `text`: the upstream's own words, where the request is at fault."""
    if cause is Cause.JOURNAL:
        words = "This gateway cannot write its journal and spends nothing unwritten; nothing was sent, ask again later"
        return Told(503, Category.NO_CHANNEL, words, retry=True)
    if cause is Cause.DEADLINE:
        return replace(told(Category.TIMEOUT), message="The time for the whole request is over; ask for a shorter answer, or stream it")
    if category in AT_FAULT:
        base = told(category)
        return replace(base, message=f"{base.message}: {text}" if text else base.message)
    return told(Category.NO_CHANNEL if category in _OPERATOR else category)


def of_short(short: Short, ceiling: int, model: str) -> Told:
    """The error of a hold that was not granted. `ceiling`: the most that the request may cost, in nano-dollars."""
    category = Category.CREDIT_EXHAUSTED if short.part is Part.BALANCE else Category.BUDGET_LIMIT
    whose = {Part.BALANCE: "balance", Part.DAY: "daily budget", Part.MONTH: "monthly budget"}[short.part]
    need = f"This request to `{model}` may cost up to {_usd(ceiling)} USD"
    if short.passing:
        words = f"{need}, and the {whose} of this key is held by {short.holds} requests in flight ({_usd(short.affordable)} USD is free); ask again once they end"
        return Told(402, category, words, retry=True, after_s=1)
    cure = "top up this key" if short.part is Part.BALANCE else "ask the operator of this gateway to raise it, or wait until it begins anew"
    words = f"{need}, and the {whose} of this key covers {_usd(short.affordable)} USD; lower `max_tokens`, shorten the prompt, or {cure}"
    return Told(402, category, words, retry=False)


def status_in(told: Told, dialect: DialectName) -> int:
    """The status as this dialect's SDKs know it: Anthropic's says 529 where it is overloaded."""
    return 529 if told.category is Category.OVERLOADED and dialect is DialectName.ANTHROPIC else told.status


def id_headers(dialect: DialectName, request_id: str) -> Headers:
    """Our id, and the same under the name where the dialect's SDK looks for one."""
    own = b"request-id" if dialect is DialectName.ANTHROPIC else b"x-request-id"
    text = request_id.encode("ascii")
    return ((b"x-solvent-request-id", text), (own, text))


def headers_of(told: Told) -> Headers:
    """The headers that tell a program what the words tell a person."""
    lines = [(b"x-solvent-verdict", told.category.value.encode())]
    if not told.retry:
        lines.append((b"x-should-retry", b"false"))
    if told.after_s is not None:
        lines.append((b"retry-after", str(max(1, told.after_s)).encode()))
    elif told.category in (Category.RATE_LIMITED, Category.OVERLOADED):
        lines.append((b"retry-after", b"5"))
    return tuple(lines)


def _usd(nano: int) -> str:
    return str(Money(nano))
