"""Which window a limit counts over, by the words for it: a minute, an hour, five hours, a day, a week, a month; and limits of nothing.

Signs that name a quota (`quotaId … PerDay`, `(TPD)`, `free-models-per-day`) say more than the rule that decided. Words such as
"daily limit" may speak of a plan that somebody could buy, so they count only where the rule says nothing or knows no provider.
"""

from __future__ import annotations

import re
from typing import Final

from ahocorasick_rs import AhoCorasick

from solvent.catalogue.rules import WINDOWS

_SIGNS: Final = {
    "minute": ("perminute", "(rpm)", "(tpm)", "(itpm)", "(otpm)", "(qpm)", "models-per-min", "per 60s", "byminute"),
    "hour": ("perhour", "(rph)", "(tph)", "(ash)", "per 3600s"),
    "day": ("perday", "(rpd)", "(tpd)", "(asd)", "(ipd)", "models-per-day", "per 86400s", "bymodelbyday"),
    "5h": ("five_hour",),
    "week": ("perweek", "seven_day"),
    "month": ("permonth",),
}
_WORDS: Final = {
    "minute": ("per minute", "per min ", "/min", "rpm limit", "tpm limit", "rpm exceeded", "每分钟", "每分鐘"),
    "hour": ("hourly", "per hour", "/hour", "每小时"),
    "5h": ("5-hour", "5 hour", "5h limit", "five-hour", "five hour", "session limit", "5小时", "5 小时", "五小时"),
    "day": ("daily", "per day", "/day", "for today", "tomorrow", "每日", "每天", "今日", "今天", "当日", "当天", "明天", "日限额"),
    "week": ("weekly", "per week", "this week", "7-day", "每周", "本周", "周限额", "周额度"),
    "month": ("monthly", "per month", "this month", "billing cycle", "billing period", "每月", "本月", "当月", "月度"),
}
# Codex names both windows of a plan in its headers, by their minutes, and how much of each is used.
_CODEX = re.compile(r"codex-(primary|secondary)-(used-percent|window-minutes)[\"']?\s?[:=]\s?[\"']?(\d{1,6})")
_CODEX_MINUTES: Final = {"300": "5h", "1440": "day", "10080": "week"}
_NOTHING_HINTS: Final = ("limit: 0", "quotavalue", "limit 0,", "limit of 0 ", "quota of 0", "quota is 0")
_NOTHING = re.compile(
    r"limit: 0(?![\d.,]?\d)|quotavalue[\"']?: ?[\"']?0(?![\d.])|: limit 0, (?:used|requested)"
    r"|rate limit of 0 per|quota (?:of|is) 0(?![\d.,]?\d)"
)


class _Names:
    """Which windows the pieces of a table name in a text; of several the longest counts, for what ends last is to be waited for."""

    def __init__(self, table: dict[str, tuple[str, ...]]) -> None:
        pairs = [(piece, window) for window, pieces in table.items() for piece in pieces]
        self._windows = [WINDOWS.index(window) for _, window in pairs]
        self._automaton = AhoCorasick([piece for piece, _ in pairs])

    def longest(self, lower: str) -> str | None:
        """The longest window that is named in a text in small letters, or None."""
        found = {self._windows[number] for number, _, _ in self._automaton.find_matches_as_indexes(lower, overlapping=True)}
        return WINDOWS[max(found)] if found else None


_BY_SIGN, _BY_WORD = _Names(_SIGNS), _Names(_WORDS)


def by_sign(lower: str) -> str | None:
    """The longest window of a quota that a text, in small letters, calls by its name, or None."""
    return _BY_SIGN.longest(lower) or (_of_codex(lower) if "codex-" in lower else None)


def _of_codex(lower: str) -> str | None:
    """The longest of Codex's windows that is used up."""
    said = {(which, what): number for which, what, number in _CODEX.findall(lower)}
    spent = (said.get((which, "window-minutes")) for which in ("primary", "secondary") if said.get((which, "used-percent")) == "100")
    found = [WINDOWS.index(_CODEX_MINUTES[minutes]) for minutes in spent if minutes in _CODEX_MINUTES]
    return WINDOWS[max(found)] if found else None


def by_word(*texts: str) -> str | None:
    """The longest window in the first of the texts that has a word for one, or None."""
    return next(filter(None, (_BY_WORD.longest(text.lower()) for text in texts)), None)


def nothing(lower: str) -> bool:
    """Whether the limit that was hit allows nothing at all, so that no window opens it."""
    return any(map(lower.__contains__, _NOTHING_HINTS)) and _NOTHING.search(lower) is not None
