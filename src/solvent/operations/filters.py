"""The filters of a list as an address or a call writes them: read once for pages, feed and API, each mistake told with what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from solvent.base import terms
from solvent.base.errors import UsageError
from solvent.cases.life import State
from solvent.catalogue.load import Catalogue
from solvent.model.filters import NO_RULE, Filters
from solvent.model.occurrence import SOURCES
from solvent.model.verdict import Category, Wallet

SEARCH, DATES = "q", ("since", "until")
NAMES = (SEARCH, "category", "wallet", "provider", "via", "rule", "state", *DATES)
SEARCH_CHARS_MAX = 200
UNNAMED = ("relay", "unknown")  # parties of a verdict that the catalogue does not name: some relay, and nobody knows who
_OFFERED_MAX = 30
_DAYS = (date(1970, 1, 2), date(2200, 1, 1))


class Why(StrEnum):
    """What is wrong with a value."""

    UNKNOWN = "unknown"  # none of the codes or names that there are
    NO_DATE = "no_date"
    ORDER = "order"  # it ends before it begins
    TOO_LONG = "too_long"
    NO_WORDS = "no_words"  # neither a letter nor a digit in it


@dataclass(frozen=True, slots=True)
class Wrong:
    """One value that cannot be used; `allowed` are those that could, empty where they are too many to name."""

    name: str
    value: str
    why: Why
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. `given` holds the values as they were written, in the order of `NAMES`, without empty ones."""

    filters: Filters
    given: dict[str, str]
    wrong: tuple[Wrong, ...]


def read(query: Mapping[str, str], catalogue: Catalogue) -> Asked:
    """The filters of a query; names that are no filters are left alone, and a value that is wrong filters nothing."""
    given = {name: query[name].strip() for name in NAMES if query.get(name, "").strip()}
    wrong = [*_codes(given, catalogue), *_words(given), *_dates(given)]
    refused = {each.name for each in wrong}
    taken = {name: value for name, value in given.items() if name not in refused}
    filters = Filters(
        words=terms.wanted(taken.get(SEARCH, "")),
        category=taken.get("category", ""),
        wallet=taken.get("wallet", ""),
        provider=taken.get("provider", ""),
        via=taken.get("via", ""),
        rule=taken.get("rule", ""),
        state=taken.get("state", ""),
        since=_instant(taken.get("since", "")),
        until=_instant(taken.get("until", ""), over=True),
    )
    return Asked(filters, given, tuple(wrong))


def strictly(query: Mapping[str, str], catalogue: Catalogue) -> Filters:
    """The filters of a call to the API, `source` and `case_id` among them. Raises `UsageError` on the first value that is wrong."""
    asked = read(query, catalogue)
    source = query.get("source") or ""
    wrong = [*asked.wrong, *([Wrong("source", source, Why.UNKNOWN, SOURCES)] if source and source not in SOURCES else [])]
    if wrong:
        raise UsageError(told(wrong[0]))
    return replace(asked.filters, source=source, case_id=query.get("case_id") or "")


def told(wrong: Wrong) -> str:
    """The mistake for a program's reader, in English."""
    if wrong.why is Why.UNKNOWN:
        among = f"use one of {', '.join(wrong.allowed)}" if wrong.allowed else "it must be a name that the catalogue has"
        return f"`{wrong.name}` cannot be `{wrong.value[:60]}`; {among}"
    return {
        Why.NO_DATE: f"`{wrong.name}` must be a day such as 2026-11-25, or an instant such as 2026-11-25T12:00:00Z",
        Why.ORDER: "`until` must not be before `since`",
        Why.TOO_LONG: f"`{SEARCH}` has at most {SEARCH_CHARS_MAX} characters; to look up a whole error, `POST /api/explain` it",
        Why.NO_WORDS: f"`{SEARCH}` needs a letter, a digit or a Chinese character",
    }[wrong.why]


def _codes(given: Mapping[str, str], catalogue: Catalogue) -> list[Wrong]:
    allowed: dict[str, tuple[str, ...]] = {
        "category": tuple(category.value for category in Category),
        "wallet": tuple(wallet.value for wallet in Wallet),
        "state": tuple(state.value for state in State),
        "provider": (*catalogue.parties, *UNNAMED),
        "via": (*catalogue.parties, *UNNAMED),
        "rule": (*catalogue.rules, NO_RULE),
    }
    return [
        Wrong(name, given[name], Why.UNKNOWN, names if len(names) <= _OFFERED_MAX else ())
        for name, names in allowed.items()
        if name in given and given[name] not in names
    ]


def _words(given: Mapping[str, str]) -> list[Wrong]:
    search = given.get(SEARCH)
    if search is None:
        return []
    if len(search) > SEARCH_CHARS_MAX:
        return [Wrong(SEARCH, search, Why.TOO_LONG)]
    return [] if terms.wanted(search) else [Wrong(SEARCH, search, Why.NO_WORDS)]


def _dates(given: Mapping[str, str]) -> list[Wrong]:
    wrong = [Wrong(name, given[name], Why.NO_DATE) for name in DATES if name in given and _instant(given[name]) is None]
    since, until = _instant(given.get("since", "")), _instant(given.get("until", ""), over=True)
    if since is not None and until is not None and until <= since:
        wrong.append(Wrong("until", given["until"], Why.ORDER))
    return wrong


def _instant(text: str, *, over: bool = False) -> datetime | None:
    """The instant in UTC; of a day its beginning, or with `over` its end. None where it is neither, or out of all bounds."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _DAYS[0] <= when.date() <= _DAYS[1]:
        return None
    at = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return at + timedelta(days=1) if over and len(text) == len("2026-11-25") else at
