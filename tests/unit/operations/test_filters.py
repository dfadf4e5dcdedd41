from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from solvent.base.errors import UsageError
from solvent.base.terms import wanted
from solvent.model.filters import NO_RULE, Filters
from solvent.operations import filters
from solvent.operations.filters import Why
from tests import small

CATALOGUE = small.catalogue()


def test_every_filter_is_read() -> None:
    given = {
        "q": " 余额 credit ",
        "category": "credit_exhausted",
        "wallet": "relay_upstream",
        "provider": "acme",
        "via": "resale",
        "rule": "acme/no-credit",
        "state": "answered",
        "since": "2026-11-01",
        "until": "2026-11-25",
        "lang": "zh",
        "after": "x",
    }
    asked = filters.read(given, CATALOGUE)
    assert asked.wrong == ()
    assert asked.filters == Filters(
        words=wanted("余额 credit"),
        category="credit_exhausted",
        wallet="relay_upstream",
        provider="acme",
        via="resale",
        rule="acme/no-credit",
        state="answered",
        since=datetime(2026, 11, 1, tzinfo=UTC),
        until=datetime(2026, 11, 26, tzinfo=UTC),
    )
    assert asked.given["q"] == "余额 credit"
    assert list(asked.given) == list(filters.NAMES)


def test_empty_values_ask_for_nothing() -> None:
    asked = filters.read(dict.fromkeys(filters.NAMES, " "), CATALOGUE)
    assert (asked.filters, asked.given, asked.wrong) == (Filters(), {}, ())


@pytest.mark.parametrize("name", ["rule", "provider", "via"])
def test_what_nobody_knows_can_be_asked_for(name: str) -> None:
    value = NO_RULE if name == "rule" else "unknown"
    assert getattr(filters.read({name: value}, CATALOGUE).filters, name) == value


def test_an_instant_is_as_good_as_a_day() -> None:
    asked = filters.read({"since": "2026-11-25T12:00:00+08:00", "until": "2026-11-25T12:00:00Z"}, CATALOGUE)
    assert (asked.filters.since, asked.filters.until) == (datetime(2026, 11, 25, 4, tzinfo=UTC), datetime(2026, 11, 25, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "name", "why", "told"),
    [
        ({"category": "money"}, "category", Why.UNKNOWN, "use one of credit_exhausted, "),
        ({"wallet": "mine"}, "wallet", Why.UNKNOWN, "relay_upstream"),
        ({"state": "open"}, "state", Why.UNKNOWN, "processing, answered, resolved, regressed"),
        ({"provider": "acm"}, "provider", Why.UNKNOWN, "`provider` cannot be `acm`"),
        ({"via": "nobody"}, "via", Why.UNKNOWN, "`via` cannot be"),
        ({"rule": "acme/none"}, "rule", Why.UNKNOWN, "`rule` cannot be"),
        ({"source": "mail"}, "source", Why.UNKNOWN, "paste, api, gateway"),
        ({"since": "yesterday"}, "since", Why.NO_DATE, "2026-11-25"),
        ({"since": "0001-01-01"}, "since", Why.NO_DATE, "a day such as"),
        ({"until": "9999-12-31"}, "until", Why.NO_DATE, "a day such as"),
        ({"until": "2026-13-01"}, "until", Why.NO_DATE, "a day such as"),
        ({"since": "2026-11-25", "until": "2026-11-24"}, "until", Why.ORDER, "before `since`"),
        ({"q": "x" * 201}, "q", Why.TOO_LONG, "at most 200 characters"),
        ({"q": "?!"}, "q", Why.NO_WORDS, "needs a letter"),
    ],
)
def test_a_wrong_value_is_told_and_filters_nothing(given: dict[str, str], name: str, why: Why, told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        filters.strictly(given, CATALOGUE)
    if name == "source":
        return
    asked = filters.read(given, CATALOGUE)
    assert [(each.name, each.why) for each in asked.wrong] == [(name, why)]
    assert asked.given == given
    assert not filters.read({name: given[name]}, CATALOGUE).filters or why is Why.ORDER


def test_a_long_list_of_names_is_not_told_in_full() -> None:
    many = small.catalogue()
    many.rules.update({f"acme/rule-{number}": many.rules["acme/no-credit"] for number in range(100)})
    (wrong,) = filters.read({"rule": "x" * 500}, many).wrong
    assert wrong.allowed == ()
    assert len(filters.told(wrong)) < 200


def test_a_call_may_ask_for_a_source_and_a_case() -> None:
    asked = filters.strictly({"source": "gateway", "case_id": "c1", "limit": "5"}, CATALOGUE)
    assert asked == Filters(source="gateway", case_id="c1")


def test_a_day_holds_its_last_moment() -> None:
    asked = filters.read({"since": "2026-11-25", "until": "2026-11-25"}, CATALOGUE)
    assert asked.wrong == ()
    assert asked.filters.until == datetime(2026, 11, 26, tzinfo=UTC)
