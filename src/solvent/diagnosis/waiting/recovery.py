"""When an identical call can pass again: the instant, the wait, and the window that resets by itself.

A relative wait becomes an instant only where the text also says when the failure happened; a wrong instant is worse than none.
Beside a limit that counts over a day or longer, a wait of seconds is the habit of a client's back-off and tells nothing (Google sends
one with every refusal); and no wait opens a limit of nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from solvent.base.zones import zone
from solvent.catalogue.parties import Reset
from solvent.diagnosis.engine import Decision
from solvent.diagnosis.paste.quote import quoted
from solvent.diagnosis.paste.reading import Reading
from solvent.diagnosis.waiting import moments, resets, waits, windows
from solvent.model.verdict import Category

_HOUR_S: Final = 3_600
# How long a window can last at most; what asks for a longer wait does not mean this window.
_LASTS_S: Final = {
    "minute": 600,
    "hour": _HOUR_S,
    "5h": 5 * _HOUR_S,
    "day": 24 * _HOUR_S,
    "week": 7 * 24 * _HOUR_S,
    "month": 31 * 24 * _HOUR_S,
}
_LONG: Final = frozenset({"day", "week", "month"})
# Where the limiter counts for this very request how long it takes until there is room, minutes can be true beside a day's limit.
_COUNTED = re.compile(r"limit [\d,.]{1,16}, used [\d,.]{1,16}, requested|per \d{4,6}s exceeded", re.IGNORECASE)
_AFTER_MS = re.compile(r"\bretry-after-ms[\"']?\s?:\s?[\"']?(\d{1,12})", re.IGNORECASE)
_AFTER = re.compile(r"\bretry-after[\"']?\s?:\s?[\"']?(\d{1,8})(?:\.(\d{1,20}))?(?![\w:-])", re.IGNORECASE)
_AFTER_DATE = re.compile(r"\bretry-after[\"']?\s?:\s?[\"']?([A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)", re.IGNORECASE)
_RESET_HEADER = re.compile(
    r"ratelimit-reset(-[a-z_-]{1,30})?[\"']?\s?:\s?[\"']?"
    r"((?:\d{1,8}(?:\.\d{1,9})?(?:ms|[dhms])){1,4}|\d{1,6})(?![\w.:-])",
    re.IGNORECASE,
)
_LEFT = re.compile(r"ratelimit-remaining(-[a-z_-]{1,30})?[\"']?\s?:\s?[\"']?(-?\d{1,12})", re.IGNORECASE)
# What "reset" means there is a connection's.
_NO_LIMIT = frozenset({Category.NETWORK, Category.TIMEOUT, Category.SERVER_ERROR})


@dataclass(frozen=True, slots=True)
class Recovery:
    """`available_at` in ISO 8601 with its zone, `retry_after_s` in whole seconds, each None where the text does not say.

    `hopeless` says that time alone never brings it back.
    """

    available_at: str | None = None
    retry_after_s: int | None = None
    window: str | None = None
    hopeless: bool = False


def of(reading: Reading, decision: Decision, category: Category, *, passes: bool, party_resets: tuple[Reset, ...] = ()) -> Recovery:
    """What the text says of the way back; `passes` says that time alone can bring it, else only the window is told.

    `party_resets` are the instants at which the provider's own windows are known to begin.
    """
    rule = decision.rule
    ruled = None if rule is None else rule.window
    if not passes and category is not Category.RATE_LIMITED:
        return Recovery(window=ruled)
    lower = reading.flat.lower()
    if category is Category.RATE_LIMITED and windows.nothing(lower):
        return Recovery(hopeless=True)
    window = _window(reading, decision, lower) if category in (Category.RATE_LIMITED, Category.BUDGET_LIMIT) else ruled
    if not passes:
        return Recovery(window=window)
    failed_at = moments.failed_at(reading)
    told = None if category in _NO_LIMIT else resets.of(reading.flat, failed_at)
    wait_s = _wait_s(reading.flat, lower)
    if wait_s is not None and window in _LONG and not _believable(wait_s, window, lower):
        wait_s = None
    if wait_s is not None and window is not None and wait_s > _LASTS_S[window]:
        window = None
    if told is None and wait_s is None and failed_at is not None:
        begins = next((begin for begin in party_resets if begin.window == window), None)
        told = None if begins is None else _next(begins, failed_at)
    if failed_at is None:
        return Recovery(told, wait_s, window)
    if told is None and wait_s is not None:
        return Recovery(_added(failed_at, wait_s), wait_s, window)
    return Recovery(told, None if told is None else _until(failed_at, told), window)


def _window(reading: Reading, decision: Decision, lower: str) -> str | None:
    """The window of the limit: a quota's name and the words that decided say more than the rule, others only where the rule knows none."""
    rule = decision.rule
    ruled = None if rule is None else rule.window
    named = windows.by_sign(lower) or windows.by_word(decision.quote or "")
    if named is not None:
        return named
    if rule is not None and rule.window is not None and not rule.general:
        return ruled
    if rule is not None and rule.category is Category.BUDGET_LIMIT and rule.retryable:
        return ruled  # other requests hold the money, and give it back before the window ends
    return windows.by_word(quoted(reading, decision.quote)) or ruled


def _believable(wait_s: int, window: str | None, lower: str) -> bool:
    if wait_s >= _HOUR_S:
        return True
    return wait_s >= 60 and (window != "day" or _COUNTED.search(lower) is not None)


def _wait_s(flat: str, lower: str) -> int | None:
    """The wait that the text asks for, in whole seconds, rounded up: a retry a moment too early fails again."""
    found = waits.said(flat)
    if found is not None:
        return -(-found.ms // 1_000)
    if "retry-after" in lower:
        exact = _AFTER_MS.search(flat)
        if exact is not None:
            return -(-int(exact.group(1)) // 1_000)
        header = _AFTER.search(flat)
        if header is not None:
            return int(header.group(1)) + bool((header.group(2) or "").strip("0"))
        dated = _AFTER_DATE.search(flat)
        asked_ms = None if dated is None else waits.of_headers({"retry-after": dated.group(1), "date": moments.date_header(flat) or ""})
        if asked_ms is not None:
            return -(-asked_ms // 1_000)
    return _reset_s(flat) if "ratelimit-reset" in lower else None


def _reset_s(flat: str) -> int | None:
    """The longest of the spans in headers such as `x-ratelimit-reset-tokens: 6m0s` of whose kind nothing is left, else of all."""
    spans = {(kind or "").lower(): waits.span(f"{text}s" if text.isdigit() else text) for kind, text in _RESET_HEADER.findall(flat)}
    spent = {(kind or "").lower() for kind, left in _LEFT.findall(flat) if int(left) <= 0}
    known = {kind: ms for kind, ms in spans.items() if ms is not None}
    longest = max((ms for kind, ms in known.items() if kind in spent or not spent & known.keys()), default=None)
    return None if longest is None else -(-longest // 1_000)


def _next(begins: Reset, failed_at: datetime) -> str | None:
    """When the window that was used up at `failed_at` begins anew, by the clock of its zone."""
    named = zone(begins.zone)
    if named is None:
        return None
    local = failed_at.astimezone(named).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    try:
        day = local + timedelta(days=1) if begins.window == "day" else (local.replace(day=1) + timedelta(days=32)).replace(day=1)
        return resets.iso(day.replace(tzinfo=named))
    except OverflowError:
        # Beyond the last year of the calendar.
        return None


def _added(failed_at: datetime, wait_s: int) -> str | None:
    try:
        return resets.iso(failed_at + timedelta(seconds=wait_s))
    except OverflowError:
        # As above.
        return None


def _until(failed_at: datetime, told: str) -> int | None:
    left = (datetime.fromisoformat(told) - failed_at).total_seconds()
    return int(left) if left > 0 else None
