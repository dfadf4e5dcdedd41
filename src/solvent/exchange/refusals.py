"""What a caller is told when there is no answer: the status, the words, and whether asking again can help.

The words are the caller's side of it: whose wallet it is as seen from there, and never a name, an amount or an address of the operator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from solvent.base.money import Money
from solvent.dialects.dialect import Refusal
from solvent.exchange.commands import Cause
from solvent.exchange.ports import Headers
from solvent.ledger.purse import Part, Short
from solvent.model.failure import MONEY, PASSING, REQUEST_AT_FAULT
from solvent.model.route import DialectName
from solvent.model.verdict import Category


@dataclass(frozen=True, slots=True)
class Told:
    """An error for the caller. `retry`: an identical request can succeed later by itself; `after_s`: when, where that is known.

    `page`: the name of the desk's page about it under `/e/rules/solvent/`, where it is not the category's own.
    """

    status: int
    category: Category
    message: str
    retry: bool
    after_s: int | None = None
    param: str = ""
    page: str = ""


_OPERATOR_MUST = "the operator of this gateway must act; topping up your key does not help"
# status, whether asking again can help, the words
_TABLE: dict[Category, tuple[int, bool, str]] = {
    Category.INVALID_REQUEST: (400, False, "The provider does not accept this request; correct it before you send it again"),
    Category.CONTEXT_TOO_LONG: (
        400,
        False,
        "The prompt is longer than this model takes; shorten it, or ask for a model with a larger context",
    ),
    Category.CONTENT_FILTERED: (400, False, "The provider's content filter refused this request; change its content"),
    Category.AUTH_INVALID: (
        401,
        False,
        "This gateway does not accept the key: it is unknown here or revoked; check it, or ask the operator of this gateway for another",
    ),
    Category.PERMISSION_DENIED: (403, False, "This key may not do this; ask the operator of this gateway to allow it"),
    Category.MODEL_NOT_FOUND: (404, False, "This gateway has no such model; `GET /v1/models` lists those that it has"),
    Category.REQUEST_TOO_LARGE: (413, False, "The request is larger than this model's provider takes; send less"),
    Category.CREDIT_EXHAUSTED: (
        402,
        False,
        "The balance of this key does not cover this request; ask the operator of this gateway to top up this key",
    ),
    Category.BUDGET_LIMIT: (402, False, "The budget of this key does not cover this request; ask the operator of this gateway to raise it"),
    Category.RATE_LIMITED: (429, True, "Every route to this model is rate limited at the moment; wait, then send the request again"),
    Category.OVERLOADED: (503, True, "Every route to this model is overloaded at the moment; wait, then send the request again"),
    Category.SERVER_ERROR: (
        502,
        True,
        "Every route to this model failed at the provider; your request is not at fault, send it again in a while",
    ),
    Category.NETWORK: (502, True, "No route to this model could be reached; your request is not at fault, send it again in a while"),
    Category.TIMEOUT: (504, True, "No route to this model answered in time; send the request again, or ask for a shorter answer"),
    Category.NO_CHANNEL: (503, False, f"No route to this model is open at this gateway: {_OPERATOR_MUST}"),
}
_OPERATOR = frozenset(
    {
        *(Category.AUTH_INVALID, Category.PERMISSION_DENIED, Category.MODEL_NOT_FOUND),
        *(Category.REGION_BLOCKED, Category.ACCOUNT_SUSPENDED, Category.NO_CHANNEL),
        *MONEY,
    }
)
# Why an answer that had begun broke off; in other cases it is the provider that failed.
_BROKE = {
    Category.RATE_LIMITED: "the provider's rate limit was reached",
    Category.OVERLOADED: "the provider is overloaded",
    Category.NETWORK: "the connection to the provider was lost",
    Category.TIMEOUT: "the provider fell silent",
}
_CURES = {
    Part.BALANCE: "or ask the operator of this gateway to top up this key",
    Part.DAY: "wait until the budget begins anew at 00:00 UTC, or ask the operator of this gateway to raise it",
    Part.MONTH: "wait until the budget begins anew with the month (UTC), or ask the operator of this gateway to raise it",
}


OWN_FAULT = Told(
    502,
    Category.SERVER_ERROR,
    "This gateway failed at the request by a fault of its own; report it to the operator of this gateway with the request id",
    retry=True,
    page="own-fault",
)


STOPPING = Told(
    503,
    Category.NO_CHANNEL,
    "This gateway is being stopped or restarted, and the request was not finished; send it again in a moment",
    retry=True,
    after_s=1,
    page="stopping",
)


def told(category: Category) -> Told:
    """The error of a category in its usual words, seen from the caller: a failure of the operator's own accounts is `no_channel`."""
    known = _TABLE.get(category)
    if known is None:
        category = Category.NO_CHANNEL if category in _OPERATOR else Category.SERVER_ERROR
        known = _TABLE[category]
    status, retry, words = known
    # What the gateway itself finds wrong with a request is told by whoever finds it.
    page = "refused-by-provider" if category is Category.INVALID_REQUEST else ""
    return Told(status, category, words, retry, page=page)


def sum_up(categories: tuple[Category, ...]) -> Category:
    """One category for the failures of every way to a model: the one that passes soonest, else money, else that a person must act."""
    found = set(categories)
    passing = next((category for category in PASSING if category in found), None)
    if passing is not None:
        return passing
    if found & MONEY:
        return Category.CREDIT_EXHAUSTED
    if found and found <= REQUEST_AT_FAULT:
        return categories[-1]  # every way says that the request is wrong
    return Category.NO_CHANNEL if found else Category.SERVER_ERROR


def of_failure(cause: Cause, category: Category, text: str = "") -> Told:
    """The error after attempts failed, or none was possible. `text`: the upstream's own words, where the request is at fault."""
    if cause is Cause.JOURNAL:
        words = "This gateway cannot write its journal at the moment, and sends nothing that it cannot write down; try again in a while"
        return Told(503, Category.NO_CHANNEL, words, retry=True, page="journal")
    if cause is Cause.DEADLINE:
        words = "The time that this gateway had for the request is over; send it again, or ask for a shorter answer"
        return replace(told(Category.TIMEOUT), message=words)
    if category in REQUEST_AT_FAULT:
        base = told(category)
        return replace(base, message=f"{base.message}. The provider says: {text}") if text else base
    if category in MONEY:
        words = f"No route to this model is open, because this gateway's own accounts are empty: {_OPERATOR_MUST}"
        return replace(told(Category.NO_CHANNEL), message=words, page="accounts-empty")
    return told(Category.NO_CHANNEL if category in _OPERATOR else category)


def soonest(told: Told, waits_ms: Iterable[int | None]) -> Told:
    """The same with the shortest of some waits, where asking again can help and nothing is known of when."""
    known = [wait_ms for wait_ms in waits_ms if wait_ms is not None]
    return replace(told, after_s=-(-min(known) // 1000)) if told.retry and told.after_s is None and known else told


def of_break(cause: Cause, category: Category) -> Told:
    """The error that ends an answer after its first byte: what came before it is a part of the answer."""
    base = of_failure(cause, category)
    if base.category in REQUEST_AT_FAULT:
        return base
    why = _BROKE.get(base.category, "the provider failed")
    if cause is Cause.DEADLINE:
        why = "the time for the request is over"
    elif category in MONEY:
        why = "this gateway's own account is empty"
    cure = "; send the request again" if base.retry else f": {_OPERATOR_MUST}"
    return replace(base, message=f"The answer breaks off here and is incomplete, because {why}{cure}")


def of_short(short: Short, ceiling: int, model: str) -> Told:
    """The error of a hold that was not granted. `ceiling`: the most that the request may cost, in nano-dollars."""
    category = Category.CREDIT_EXHAUSTED if short.part is Part.BALANCE else Category.BUDGET_LIMIT
    whose = {Part.BALANCE: "balance", Part.DAY: "daily budget", Part.MONTH: "monthly budget"}[short.part]
    need = f"This request to `{model}` may cost up to {_usd(ceiling)} USD"
    free = _usd(short.affordable)
    if short.passing:
        others, end = ("1 request", "it ends") if short.holds == 1 else (f"{short.holds} requests", "they end")
        words = f"{need}, but the {whose} of this key is held by {others} in flight and {free} USD of it is free; try again when {end}"
        return Told(402, category, words, retry=True, after_s=1, page="balance-held" if short.part is Part.BALANCE else "budget-held")
    words = f"{need}, but the {whose} of this key covers only {free} USD; lower `max_tokens`, shorten the prompt, {_CURES[short.part]}"
    page = {Part.BALANCE: "", Part.DAY: "daily-budget", Part.MONTH: "monthly-budget"}[short.part]
    return Told(402, category, words, retry=False, page=page)


def refusal(told: Told, dialect: DialectName, request_id: str, public_url: str | None) -> Refusal:
    """The error as dialects write it. `public_url`: where the desk is reached, None where nobody said so."""
    message = f"{told.message} (solvent request id: {request_id})"
    page = doc_url(told, public_url)
    return Refusal(status_in(told, dialect), told.category.value, message, request_id, told.param, page)


def doc_url(told: Told, public_url: str | None) -> str:
    """The desk's page about an error: what it means and what to do. A bare path where no `public_url` is set."""
    return f"{public_url or ''}/e/rules/solvent/{told.page or told.category.value.replace('_', '-')}"


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
